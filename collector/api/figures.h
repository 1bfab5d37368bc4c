// From the store's cells to JSON: the indicators of one window.
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "collector/rollup/roster.h"
#include "collector/store/store.h"

enum {
	// Links whose own figures are listed; of more, only the sums of their surfaces.
	FIGURES_MAX_LINKS = 500,
};

// Makes known which links reported in the 24 hours before start_ns, and starts the roster there.
// 0; -errno; the roster is to be released whatever comes back.
int figures_seed(struct store *store, uint64_t start_ns, struct roster *ret_roster);

// Adds the cells of windows that start in [from_ns, to_ns) and closes these windows. 0; -errno.
int figures_add(struct store *store, uint64_t from_ns, uint64_t to_ns, struct roster *roster);

// Start of the newest window that is over. One that has only just ended is given some seconds for
// its reports to come: until all expected links have reported it is the one before. 0; -errno.
int figures_last_window(struct store *store, uint64_t now_ns, uint64_t *ret_start_ns);

// {"at": ..., "indicators": [...]} of one window. 0; -errno.
int figures_document(struct store *store, uint64_t at_ns, uint64_t start_ns, json_t **ret_document);

// The time as the API writes it. NULL when out of memory.
json_t *figures_time(uint64_t wall_ns);

// A number, or null when it was not measured.
json_t *figures_number(bool is_measured, double value);
