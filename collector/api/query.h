// Parameters of requests, checked. Every function fills one sentence (QUERY_WHY_BYTES) that names
// the parameter, what is wrong with it and the mend.
#pragma once

#include <event2/keyvalq_struct.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/rollup/indicator.h"

enum {
	QUERY_WHY_BYTES = 256,
	QUERY_MAX_POINTS = 10000,
	QUERY_MAX_SPAN_S = 35 * 86400,
	QUERY_DEFAULT_SPAN_S = 3600,
};

// Places a series is cut by.
enum place {
	PLACE_ALL, // one series where there is one surface, else one for each
	PLACE_SURFACE,
	PLACE_LINK,
};

struct series_query {
	enum indicator indicator;
	uint64_t from_ns, to_ns; // multiples of the step
	uint64_t step_ns; // a multiple of the window
	enum place place;
	bool by_family, by_transition;
};

// Whether all parameters are among those (which end with NULL), each at most once. 0; -EINVAL.
int query_check_names(const struct evkeyvalq *query, const char *const *names, char *why);

// The time of a parameter, or preset_ns when it is absent. 0; -EINVAL.
int query_time(const struct evkeyvalq *query, const char *name, uint64_t preset_ns,
               uint64_t *ret_wall_ns, char *why);

// The parameters of a series; end_ns is where one ends that does not say. 0; -EINVAL.
int query_series(const struct evkeyvalq *query, uint64_t end_ns, struct series_query *ret_series,
                 char *why);
