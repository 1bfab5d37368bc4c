#include "quartiles.h"

#include <assert.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

struct quartiles quartiles_of(double *samples, size_t n_samples)
{
	qsort(samples, n_samples, sizeof(double), compare);
	return (struct quartiles){
		.least = samples[0],
		.low = samples[n_samples / 4],
		.median = samples[n_samples / 2],
		.high = samples[n_samples * 3 / 4],
	};
}

double quartiles_spread_percent(const struct quartiles *quartiles)
{
	return 100 * (quartiles->high - quartiles->low) / quartiles->median;
}

double quartiles_median_ratio(const double *numerators, const double *denominators,
                              size_t n_samples)
{
	double ratios[QUARTILES_MAX_SAMPLES];

	assert(n_samples <= QUARTILES_MAX_SAMPLES);
	for (size_t i = 0; i < n_samples; i++)
		ratios[i] = numerators[i] / denominators[i];
	return quartiles_of(ratios, n_samples).median;
}
