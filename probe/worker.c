#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "proto/base/clock.h"

enum {
	// Empty polls before the first nap: a link with traffic never gets there.
	POLLS_BEFORE_NAP = 1000,
	// Short against the time a receive ring takes to fill: 4,096 frames at 30 M a second are
	// 136 us.
	NAP_NS = 20000,
	// The kernel adds this to every nap; 50 us unless told.
	TIMER_SLACK_NS = 1000,
	// Bursts between two looks at old flows while the link is busy.
	BURSTS_PER_SWEEP = 256,
	// Bursts taken from a peer before the next look at the ports.
	TURNS_PER_RING = 4,
	// How long a worker that is to end waits for its peers, should one of them hang.
	PEERS_DEADLINE_MS = 1000,
};

int worker_new(uint64_t max_flows, uint64_t idle_timeout_ns, uint64_t window_ns,
               struct worker **ret_worker)
{
	struct worker *worker = aligned_alloc(_Alignof(struct worker), sizeof(*worker));
	int rc;

	if (worker == NULL)
		return -ENOMEM;
	memset(worker, 0, sizeof(*worker));
	rc = engine_init(max_flows, idle_timeout_ns, window_ns, &worker->engine);
	if (rc != 0) {
		free(worker);
		return rc;
	}
	tally_pair_init(&worker->pair);
	*ret_worker = worker;
	return 0;
}

void worker_free(struct worker *worker)
{
	if (worker == NULL)
		return;
	engine_fini(&worker->engine);
	free(worker);
}

void worker_add_queue(struct worker *worker, struct dpdk_port *port, uint32_t queue, uint32_t link)
{
	struct worker_queue *more = &worker->queues[worker->n_queues++];

	more->queue = queue;
	more->link = link;
	port_slot_init(&more->slot, port);
}

bool worker_change_port(struct worker *worker, uint32_t link, struct dpdk_port *port)
{
	bool changed = true;

	for (uint32_t i = 0; i < worker->n_queues; i++)
		if (worker->queues[i].link == link &&
		    !port_slot_change(&worker->queues[i].slot, port))
			changed = false;
	return changed;
}

uint64_t worker_queue_frames(const struct worker *worker, uint32_t at)
{
	return atomic_load_explicit(&worker->queues[at].n_frames, memory_order_relaxed);
}

uint64_t worker_queue_bursts(const struct worker *worker, uint32_t at)
{
	return atomic_load_explicit(&worker->queues[at].n_bursts, memory_order_relaxed);
}

uint64_t worker_flows(const struct worker *worker)
{
	return atomic_load_explicit(&worker->n_flows, memory_order_relaxed);
}

uint64_t worker_ring_full_frames(const struct worker *worker, uint32_t link)
{
	return atomic_load_explicit(&worker->ring_full_frames[link], memory_order_relaxed);
}

bool worker_has_ended(const struct worker *worker)
{
	return atomic_load_explicit(&worker->ended, memory_order_acquire);
}

// Nobody else writes it: no need of an atomic addition.
static void raise_count(_Atomic uint64_t *count, uint64_t n)
{
	n += atomic_load_explicit(count, memory_order_relaxed);
	atomic_store_explicit(count, n, memory_order_relaxed);
}

// Passes on what others own; the burst keeps the rest.
static void keep_own(struct worker *worker, const struct worker_queue *queue,
                     struct dpdk_port *port, struct burst *burst)
{
	uint8_t owners[SOURCE_BURST];
	uint32_t n_own = 0;

	spread_owners(&worker->spread, worker->number, burst->layer, burst->frames, burst->n_frames,
	              owners);
	for (uint32_t i = 0; i < burst->n_frames; i++) {
		if (owners[i] == worker->number)
			burst->frames[n_own++] = burst->frames[i];
		else if (!dpdk_ring_pass(worker->to[owners[i]], port, queue->queue, i, queue->link,
		                         burst->frames[i].time_ns))
			raise_count(&worker->ring_full_frames[queue->link], 1);
	}
	burst->n_frames = n_own;
}

static uint32_t poll_queues(struct worker *worker, struct tally *tally, uint64_t epoch,
                            uint64_t now_ns)
{
	uint32_t n_frames = 0;
	struct burst burst;

	for (uint32_t i = 0; i < worker->n_queues; i++) {
		struct worker_queue *queue = &worker->queues[i];
		struct dpdk_port *port = port_slot_take(&queue->slot);

		if (port == NULL)
			continue;
		dpdk_port_receive(port, queue->queue, now_ns, &burst);
		if (burst.n_frames == 0)
			continue;
		raise_count(&queue->n_frames, burst.n_frames);
		raise_count(&queue->n_bursts, 1);
		n_frames += burst.n_frames;
		if (worker->n_peers > 0)
			keep_own(worker, queue, port, &burst);
		meter_burst(worker->engine.meter, tally, epoch, queue->link, burst.layer,
		            burst.frames, burst.n_frames);
	}
	return n_frames;
}

// What the peers passed.
static uint32_t poll_rings(struct worker *worker, struct tally *tally, uint64_t epoch)
{
	uint32_t n_frames = 0;
	struct burst burst;

	for (uint32_t i = 0; i < worker->n_peers; i++) {
		for (int turn = 0; worker->from[i] != NULL && turn < TURNS_PER_RING; turn++) {
			uint32_t link = dpdk_ring_receive(worker->from[i], &burst);

			if (burst.n_frames == 0)
				break;
			meter_burst(worker->engine.meter, tally, epoch, link, burst.layer,
			            burst.frames, burst.n_frames);
			n_frames += burst.n_frames;
		}
	}
	return n_frames;
}

static uint32_t poll(struct worker *worker, uint64_t now_ns)
{
	struct tally *tally = tally_pair_begin_burst(&worker->pair);
	uint64_t epoch = atomic_load_explicit(&worker->pair.current, memory_order_relaxed);

	return poll_queues(worker, tally, epoch, now_ns) + poll_rings(worker, tally, epoch);
}

static bool peers_passed_all(const struct worker *worker)
{
	for (uint32_t i = 0; i < worker->n_peers; i++)
		if (!atomic_load_explicit(&worker->peers[i]->passed_all, memory_order_acquire))
			return false;
	return true;
}

// What is on its way when all are asked to stop is counted too: nobody ends before everybody has
// passed on what he had, but for one that hangs.
static void count_last(struct worker *worker)
{
	struct tally *tally = tally_pair_begin_burst(&worker->pair);
	uint64_t epoch = atomic_load_explicit(&worker->pair.current, memory_order_relaxed);
	uint64_t deadline_ns = clock_monotonic_ns() + PEERS_DEADLINE_MS * NS_PER_MS;
	bool last;

	atomic_store_explicit(&worker->passed_all, true, memory_order_release);
	do {
		last = peers_passed_all(worker) || clock_monotonic_ns() >= deadline_ns;
		while (poll_rings(worker, tally, epoch) > 0) {
		}
		if (!last)
			clock_sleep(NAP_NS);
	} while (!last);
}

static void look_at_clock(struct worker *worker, uint64_t epoch)
{
	clock_map_set(&worker->clock, dpdk_ticks_hz(), dpdk_ticks(), clock_wall_ns());
	worker->clock_epoch = epoch;
}

// The clock is looked at once a window: a system call a burst costs more than a frame.
static uint64_t now(struct worker *worker)
{
	uint64_t epoch = atomic_load_explicit(&worker->pair.current, memory_order_relaxed);

	if (epoch != worker->clock_epoch)
		look_at_clock(worker, epoch);
	return clock_map_ns(&worker->clock, dpdk_ticks());
}

static void look_at_flows(struct worker *worker, uint64_t now_ns)
{
	meter_sweep(worker->engine.meter, now_ns);
	atomic_store_explicit(&worker->n_flows, meter_flows(worker->engine.meter),
	                      memory_order_relaxed);
}

int worker_run(void *argument)
{
	struct worker *worker = argument;
	uint32_t n_empty = 0;
	uint32_t n_bursts = 0;

	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
	look_at_clock(worker, 0);
	while (!atomic_load_explicit(&worker->stop, memory_order_relaxed)) {
		uint64_t now_ns = now(worker);
		bool empty = poll(worker, now_ns) == 0;

		n_empty = empty ? n_empty + 1 : 0;
		// A link without traffic leaves its core to others.
		if (n_empty > POLLS_BEFORE_NAP)
			clock_sleep(NAP_NS);
		if (empty || ++n_bursts % BURSTS_PER_SWEEP == 0)
			look_at_flows(worker, now_ns);
	}
	count_last(worker);
	atomic_store_explicit(&worker->ended, true, memory_order_release);
	return 0;
}
