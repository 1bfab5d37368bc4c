// A meter with the memory it lives in.
#pragma once

#include <stddef.h>

#include "probe/meter/meter.h"

struct engine {
	struct meter *meter;
	void *memory;
	size_t memory_bytes;
};

// Takes memory for a meter of that many flows, which notices an idle one within a window, and seeds
// its hash at random, so that nobody can aim at its buckets. 0 or -errno.
int engine_init(uint64_t max_flows, uint64_t idle_timeout_ns, uint64_t window_ns,
                struct engine *ret_engine);
void engine_fini(struct engine *engine);
