// How many workers and queues there are, which processors the workers poll on, and which are left
// to the rest of the process. Pure.
#pragma once

#include <sched.h>
#include <stdint.h>

enum {
	MAX_WORKERS = 64,
	MAX_QUEUES = 64, // of one port
};

struct cores {
	cpu_set_t others; // where all but the workers run
	uint32_t n_workers;
	int worker[MAX_WORKERS]; // the processor of each
};

// How many workers a probe has unless told: all allowed processors but one, at least one.
uint32_t cores_preset(const cpu_set_t *allowed);

// The workers get the last of the allowed processors, one each, and the rest is for all others.
// Where there are not enough, everything shares: workers go round the allowed processors.
// At least one processor is allowed; 1 <= n_workers <= MAX_WORKERS.
void cores_choose(const cpu_set_t *allowed, uint32_t n_workers, struct cores *ret_cores);
