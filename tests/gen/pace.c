#include "pace.h"

#include <math.h>

#include "proto/base/clock.h"

// How much of the capture is over, from 0 to 1.
static double pace_progress(const struct pace *pace)
{
	double progress = (double)(pace->now_ns - pace->start_ns) / (double)pace->duration_ns;

	return fmin(progress, 1.0);
}

// From half the mean rate at both ends to one and a half in the middle; the mean is 1.
static double pace_rate_factor(const struct pace *pace)
{
	if (pace->shape == SHAPE_FLAT)
		return 1.0;
	return 1.0 - 0.5 * cos(2 * M_PI * pace_progress(pace));
}

void pace_init(struct pace *pace, const struct settings *settings)
{
	*pace = (struct pace){
		.shape = settings->shape,
		.rate_fps = settings->rate_fps,
		.start_ns = settings->start_ns,
		.duration_ns = settings->duration_ns,
		.now_ns = settings->start_ns,
	};
}

uint64_t pace_advance(struct pace *pace, struct random *random)
{
	double mean_gap_ns = (double)NS_PER_S / (pace->rate_fps * pace_rate_factor(pace));
	uint64_t gap_ns = (uint64_t)(mean_gap_ns * 2 * random_unit(random));

	pace->now_ns += gap_ns;
	return gap_ns;
}

double pace_v6_factor(const struct pace *pace)
{
	double progress = pace_progress(pace);

	if (pace->shape == SHAPE_FLAT)
		return 1.0;
	return 0.8 + 0.4 * progress + 0.1 * sin(4 * M_PI * progress);
}
