// One core on the packet path: polls its ports, meters what they give into the tally of the epoch
// control has asked for. No lock, no system call while there are frames, no waiting for anyone.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "probe/meter/epoch.h"
#include "probe/source/dpdk.h"

#include "engine.h"

struct worker {
	// Set before it runs.
	struct meter *meter;
	uint32_t n_ports;
	struct dpdk_port *ports[MAX_LINKS]; // ports[i] is link i
	// Control writes.
	_Alignas(64) _Atomic bool stop;
	// The worker writes, as its last act: who sees it set sees all that was counted.
	_Alignas(64) _Atomic bool ended;
	// Shared as epoch.h says.
	struct tally_pair pair;
};

// A worker without ports on an engine that is borrowed; NULL when out of memory.
struct worker *worker_new(const struct engine *engine);
void worker_free(struct worker *worker);

// Runs until stop is set; the argument is a worker. For dpdk_launch().
int worker_run(void *argument);
