// Whether the queues of a port share its frames well enough. Pure.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	// Fewer frames in a window say nothing about the spread.
	QUEUE_SPREAD_MIN_FRAMES = 10000,
};

// The queue that received most; the first of several.
static inline uint32_t queue_spread_fullest(const uint64_t *frames, uint32_t n_queues,
                                            uint64_t *ret_sum)
{
	uint32_t fullest = 0;

	*ret_sum = 0;
	for (uint32_t i = 0; i < n_queues; i++) {
		*ret_sum += frames[i];
		if (frames[i] > frames[fullest])
			fullest = i;
	}
	return fullest;
}

// True when the fullest took more than one and a half times its part, which two queues can do too.
static inline bool queue_spread_is_uneven(uint64_t most, uint64_t sum, uint32_t n_queues)
{
	return most > QUEUE_SPREAD_MIN_FRAMES && 2 * most * n_queues > 3 * sum;
}
