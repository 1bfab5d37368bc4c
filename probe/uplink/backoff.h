// How long to wait before trying again: doubling from half a second to 30 s, with up to half of it
// taken off at random so that probes cut off together do not come back together.
#pragma once

#include <stdint.h>

#include "proto/base/clock.h"

#define BACKOFF_MIN_NS (NS_PER_S / 2)
#define BACKOFF_MAX_NS (30 * NS_PER_S)

struct backoff {
	uint64_t next_ns; // 0 stands for the least
};

// The next delay; random is any number, uniform over 64 bits.
static inline uint64_t backoff_next(struct backoff *backoff, uint64_t random)
{
	uint64_t delay_ns = backoff->next_ns > 0 ? backoff->next_ns : BACKOFF_MIN_NS;

	backoff->next_ns = delay_ns * 2 < BACKOFF_MAX_NS ? delay_ns * 2 : BACKOFF_MAX_NS;
	return delay_ns - random % (delay_ns / 2);
}

static inline void backoff_reset(struct backoff *backoff)
{
	backoff->next_ns = 0;
}
