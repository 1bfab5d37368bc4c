#include "worker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

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
};

struct worker *worker_new(const struct engine *engine)
{
	struct worker *worker = aligned_alloc(_Alignof(struct worker), sizeof(*worker));

	if (worker == NULL)
		return NULL;
	memset(worker, 0, sizeof(*worker));
	worker->meter = engine->meter;
	tally_pair_init(&worker->pair);
	return worker;
}

void worker_free(struct worker *worker)
{
	free(worker);
}

static uint32_t poll_ports(struct worker *worker, uint64_t now_ns)
{
	struct tally *tally = tally_pair_begin_burst(&worker->pair);
	uint64_t epoch = atomic_load_explicit(&worker->pair.current, memory_order_relaxed);
	uint32_t n_frames = 0;
	struct burst burst;

	for (uint32_t link = 0; link < worker->n_ports; link++) {
		dpdk_port_receive(worker->ports[link], now_ns, &burst);
		if (burst.n_frames == 0)
			continue;
		meter_burst(worker->meter, tally, epoch, link, burst.layer, burst.frames,
		            burst.n_frames);
		n_frames += burst.n_frames;
	}
	return n_frames;
}

// A link without traffic leaves its core to others.
static void nap(void)
{
	const struct timespec time = {0, NAP_NS};

	nanosleep(&time, NULL);
}

int worker_run(void *argument)
{
	struct worker *worker = argument;
	uint32_t n_empty = 0;
	uint32_t n_bursts = 0;

	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
	while (!atomic_load_explicit(&worker->stop, memory_order_relaxed)) {
		uint64_t now_ns = clock_wall_ns();
		bool empty = poll_ports(worker, now_ns) == 0;

		n_empty = empty ? n_empty + 1 : 0;
		if (n_empty > POLLS_BEFORE_NAP)
			nap();
		if (empty || ++n_bursts % BURSTS_PER_SWEEP == 0)
			meter_sweep(worker->meter, now_ns);
	}
	atomic_store_explicit(&worker->ended, true, memory_order_release);
	return 0;
}
