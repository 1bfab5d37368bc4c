// Sums of one link over consecutive windows, and sums of many links: what indicators are
// computed from. Bytes and packets are of the payload ledger.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cell.h"

// One link. Sums are doubles: exact up to 2^53, and they cannot wrap whatever a report claims.
struct measure {
	double observed_seconds;
	double received_frames;
	double packets[N_FAMILIES][N_TRANSITIONS];
	double bytes[N_FAMILIES][N_TRANSITIONS];
	double coverage; // sum over the windows that were reported
	uint64_t n_expected; // windows in which the link should have reported
};

void measure_add(struct measure *measure, const struct cell *cell);

// Many links: plain sums, so that windows, links and steps add up to what was counted.
struct aggregate {
	uint32_t n_links; // of these, observed at all
	double received_frames;
	double packets[N_FAMILIES][N_TRANSITIONS];
	double bytes[N_FAMILIES][N_TRANSITIONS];
	double coverage;
	uint64_t n_expected;
};

void aggregate_add(struct aggregate *aggregate, const struct measure *measure);
