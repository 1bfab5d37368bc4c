#include "control.h"

#include <assert.h>
#include <time.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"

#include "stop.h"

// The clock may be set while we wait for the end of a window: look at it this often.
#define LOOK_EVERY_NS (NS_PER_S / 4)

enum {
	// A worker turns within a burst; one that has not after this many milliseconds is stuck.
	TURN_DEADLINE_MS = 500,
};

struct control {
	struct worker *worker;
	struct reporter *reporter;
	uint64_t since_ns; // when watching began
	struct window window; // the one that is open
	uint32_t n_overruns; // windows since the last report that could not be ended
	struct dpdk_counters counters[MAX_LINKS]; // of the ports, at the last report
	struct tally tally; // gathered since the last report
};

// Waits for the end of the open window; true when asked to stop instead. A clock that was set back
// ends the window too.
static bool wait_window(const struct control *control)
{
	for (;;) {
		uint64_t now_ns = clock_wall_ns();
		uint64_t left_ns = window_end_ns(control->window) - now_ns;

		if (!window_holds(control->window, now_ns))
			return false;
		if (stop_wait(left_ns < LOOK_EVERY_NS ? left_ns : LOOK_EVERY_NS))
			return true;
	}
}

static bool gather_sealed(struct control *control)
{
	struct tally *sealed = tally_pair_sealed(&control->worker->pair);

	if (sealed == NULL)
		return false;
	tally_merge(&control->tally, sealed);
	tally_pair_release(&control->worker->pair);
	return true;
}

// Makes the worker turn to its other tally and gathers the one it left. False when it does not:
// then its packets are in a later report.
static bool gather(struct control *control)
{
	const struct timespec millisecond = {0, NS_PER_MS};

	gather_sealed(control);
	if (!tally_pair_request(&control->worker->pair))
		return false;
	for (int i = 0; i < TURN_DEADLINE_MS; i++) {
		if (gather_sealed(control))
			return true;
		nanosleep(&millisecond, NULL);
	}
	return false;
}

// What a port dropped since it was last asked. A port that does not answer has dropped nothing
// yet: the next answer covers this window too. A counter that fell was set back by its driver, and
// nothing is known of what it had counted since.
static void take_dropped(struct dpdk_port *port, struct dpdk_counters *last, uint64_t *ret_dropped)
{
	struct dpdk_counters now;

	if (dpdk_port_counters(port, &now) != 0)
		return;
	for (int reason = 0; reason < N_DROP_REASONS; reason++)
		if (now.dropped_frames[reason] > last->dropped_frames[reason])
			ret_dropped[reason] = now.dropped_frames[reason] -
			                      last->dropped_frames[reason];
	*last = now;
}

static void report(struct control *control)
{
	struct reporter_window window = {
		.window = control->window,
		.observed_ns = window_overlap_ns(control->window, control->since_ns,
	                                         clock_wall_ns()),
		.n_overruns = control->n_overruns,
	};

	for (uint32_t i = 0; i < control->worker->n_ports; i++)
		take_dropped(control->worker->ports[i], &control->counters[i],
		             window.dropped_frames[i]);
	reporter_send(control->reporter, &window, &control->tally);
	tally_reset(&control->tally);
	control->n_overruns = 0;
}

static void end_window(struct control *control)
{
	if (gather(control)) {
		report(control);
		return;
	}
	control->n_overruns++;
	log_warning("worker: did not end its window in time, its packets go to the next report");
}

// The worker has ended: whatever is in its tallies has not been gathered.
static void end_last_window(struct control *control)
{
	tally_merge(&control->tally, &control->worker->pair.tallies[0]);
	tally_merge(&control->tally, &control->worker->pair.tallies[1]);
	report(control);
}

void control_run(const struct probe_config *config, struct worker *worker,
                 struct reporter *reporter, int (*join_worker)(void))
{
	struct control control = {
		.worker = worker,
		.reporter = reporter,
		.since_ns = clock_wall_ns(),
		.window = window_at(clock_wall_ns(), config->window_ns),
	};

	tally_reset(&control.tally);
	while (!wait_window(&control)) {
		end_window(&control);
		control.window = window_at(clock_wall_ns(), config->window_ns);
	}
	atomic_store(&worker->stop, true);
	join_worker();
	assert(atomic_load_explicit(&worker->ended, memory_order_acquire));
	end_last_window(&control);
}
