// What a noisy machine leaves of many measurements of one thing.
#pragma once

#include <stddef.h>

struct quartiles {
	double least, low, median, high;
};

// Sorts the samples, at least one.
struct quartiles quartiles_of(double *samples, size_t n_samples);

// From the first quartile to the third, in percent of the median: how noisy it was.
double quartiles_spread_percent(const struct quartiles *quartiles);

// The median of numerator / denominator, each pair taken in one turn, so that what slowed both is
// not in it. At most QUARTILES_MAX_SAMPLES pairs.
enum {
	QUARTILES_MAX_SAMPLES = 1024,
};
double quartiles_median_ratio(const double *numerators, const double *denominators,
                              size_t n_samples);
