// The indicators: their names, units and formulas.
#pragma once

#include <stdbool.h>

#include "measure.h"

enum indicator {
	INDICATOR_V6_TRAFFIC_BPS,
	INDICATOR_V4_TRAFFIC_BPS,
	INDICATOR_V6_SHARE,
	INDICATOR_V6_SHARE_NATIVE,
	INDICATOR_TRANSITION_BPS,
	INDICATOR_PACKETS_PER_SECOND,
	INDICATOR_FRAMES_PER_SECOND,
	INDICATOR_COVERAGE,
	N_INDICATORS
};

// How an indicator can be cut besides by place.
enum cut {
	CUT_NONE,
	CUT_FAMILY,
	CUT_TRANSITION,
};

struct indicator_info {
	const char *id; // as in the API
	const char *unit;
	// A number that grows when the formula changes, so that old and new values are not mixed.
	int definition;
	enum cut natural_cut; // how it is always published
	bool by_family, by_transition; // which cuts it allows
};

// Part of the traffic; -1 is all of it.
struct slice {
	int family, transition;
};

#define SLICE_ALL ((struct slice){-1, -1})

const struct indicator_info *indicator_info(enum indicator indicator);

// Number of the indicator with that id, or -1 if there is none.
int indicator_from_id(const char *id);

// The value over an aggregate of that many seconds. A rate is what was counted, divided by all of
// them: values times seconds add up to what was counted, and where links were seen in part the rate
// is a lower bound, as the coverage beside it says. False when it was not measured: no link was
// observed, a share has nothing to divide by, or no link was expected.
bool indicator_value(enum indicator indicator, const struct aggregate *aggregate, double seconds,
                     struct slice slice, double *ret_value);
