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

// Many links. A rate is the sum of the links' own rates, each over the time that link was
// observed, so that a window seen by half is not understated by half: coverage, published beside
// it, says how much was seen. Shares are made of the sums of bytes.
struct aggregate {
	uint32_t n_links; // of these, observed at all
	double frames_per_second;
	double packets_per_second[N_FAMILIES][N_TRANSITIONS];
	double bits_per_second[N_FAMILIES][N_TRANSITIONS];
	double bytes[N_FAMILIES][N_TRANSITIONS];
	double coverage;
	uint64_t n_expected;
};

void aggregate_add(struct aggregate *aggregate, const struct measure *measure);
