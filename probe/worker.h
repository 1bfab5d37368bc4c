// One core on the packet path: polls its queues, meters what they give into the tally of the epoch
// control has asked for. No lock, no system call while there are frames, no waiting for anyone.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "probe/meter/epoch.h"
#include "probe/meter/spread.h"
#include "probe/source/dpdk.h"

#include "clock_map.h"
#include "engine.h"
#include "port_slot.h"
#include "queue_map.h"

enum {
	WORKER_MAX_QUEUES = MAX_LINKS * MAX_QUEUES,
};

struct worker_queue {
	// Set before the worker runs.
	uint32_t queue, link;
	// Shared as port_slot.h says.
	struct port_slot slot;
	// The worker writes: since it runs.
	_Atomic uint64_t n_frames; // received
	_Atomic uint64_t n_bursts; // they came in
};

struct worker {
	// Set before it runs.
	struct engine engine;
	uint32_t n_queues;
	uint32_t number; // among its peers
	uint32_t n_peers; // itself included; 0: it keeps what it polls
	struct spread spread;
	const struct worker *peers[MAX_WORKERS];
	struct dpdk_ring *to[MAX_WORKERS], *from[MAX_WORKERS]; // its peers; NULL for itself
	// Control writes.
	_Alignas(64) _Atomic bool stop;
	// The worker writes: it will pass no more to its peers.
	_Alignas(64) _Atomic bool passed_all;
	_Atomic uint64_t ring_full_frames[MAX_LINKS]; // lost since it runs
	_Atomic uint64_t n_flows; // in its table, at the last look at old ones
	// The worker writes, as its last act: who sees it set sees all that was counted.
	_Alignas(64) _Atomic bool ended;
	// The worker's own.
	struct clock_map clock;
	uint64_t clock_epoch; // in which the clock was last looked at
	struct worker_queue queues[WORKER_MAX_QUEUES];
	// Shared as epoch.h says.
	struct tally_pair pair;
};

// A worker without queues, with a meter of that many flows; 0 or -errno.
int worker_new(uint64_t max_flows, uint64_t idle_timeout_ns, uint64_t window_ns,
               struct worker **ret_worker);
void worker_free(struct worker *worker);

// Gives it one more queue to poll, before it runs.
void worker_add_queue(struct worker *worker, struct dpdk_port *port, uint32_t queue, uint32_t link);

// Asks it to poll another port, or none, for the queues of a link, and says whether it does so by
// now: then the port before is no longer its. See port_slot_change().
bool worker_change_port(struct worker *worker, uint32_t link, struct dpdk_port *port);

// Frames its at-th queue has given so far, and the bursts they came in; from any thread.
uint64_t worker_queue_frames(const struct worker *worker, uint32_t at);
uint64_t worker_queue_bursts(const struct worker *worker, uint32_t at);

// Frames of a link lost so far since the ring to their owner was full; from any thread.
uint64_t worker_ring_full_frames(const struct worker *worker, uint32_t link);

// Flows in its table a moment ago; from any thread.
uint64_t worker_flows(const struct worker *worker);

// Whether it has counted its last; whoever sees it sees all that was counted.
bool worker_has_ended(const struct worker *worker);

// Runs until stop is set; the argument is a worker. For dpdk_launch().
int worker_run(void *argument);
