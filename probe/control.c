#include "control.h"

#include <inttypes.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"

#include "link_watch.h"
#include "queue_spread.h"
#include "stop.h"

// The clock may be set, and links lost, while we wait for the end of a window: look at them this
// often.
#define LOOK_EVERY_NS (NS_PER_S / 4)

enum {
	// A worker turns within a burst; one that has not after this many milliseconds is stuck.
	TURN_DEADLINE_MS = 500,
};

struct control {
	struct crew *crew;
	struct reporter *reporter;
	struct registrar *registrar;
	uint64_t since_ns; // when watching began
	struct window window; // the one that is open
	uint32_t n_overruns; // workers' windows since the last report that were not ended in time
	struct link_watch links[MAX_LINKS];
	uint64_t queue_frames[MAX_LINKS][MAX_QUEUES]; // at the last report
	uint64_t ring_full_frames[MAX_LINKS]; // at the last report
	bool uneven[MAX_LINKS]; // has been said
	struct tally tally; // gathered since the last report
};

static void look_at_links(struct control *control)
{
	for (uint32_t i = 0; i < control->crew->n_links; i++)
		link_watch_look(&control->links[i], control->crew, i, control->window);
}

// Waits for the end of the open window; true when asked to stop instead. A clock that was set back
// ends the window too.
static bool wait_window(struct control *control)
{
	for (;;) {
		uint64_t now_ns, left_ns;

		look_at_links(control);
		now_ns = clock_wall_ns();
		left_ns = window_end_ns(control->window) - now_ns;
		if (!window_holds(control->window, now_ns))
			return false;
		if (stop_wait(left_ns < LOOK_EVERY_NS ? left_ns : LOOK_EVERY_NS))
			return true;
	}
}

// Which of its two a worker's tally is.
static uint32_t tally_at(const struct worker *worker, const struct tally *tally)
{
	return (uint32_t)(tally - worker->pair.tallies);
}

static void take_over(struct control *control, uint32_t number, struct tally *tally)
{
	tally_merge(&control->tally, tally);
	registrar_gather(control->registrar, number,
	                 tally_at(control->crew->workers[number], tally), control->window,
	                 tally->users);
}

static bool gather_sealed(struct control *control, uint32_t number)
{
	struct worker *worker = control->crew->workers[number];
	struct tally *sealed = tally_pair_sealed(&worker->pair);

	if (sealed == NULL)
		return false;
	take_over(control, number, sealed);
	tally_pair_release(&worker->pair);
	return true;
}

// Asks a worker to turn to its other tally, in which it will count the users of the next window.
static bool ask_to_turn(struct control *control, uint32_t number, struct window next)
{
	struct worker *worker = control->crew->workers[number];
	struct tally *tally = tally_pair_next(&worker->pair);

	if (tally == NULL)
		return false;
	tally->users = registrar_lend(control->registrar, number, tally_at(worker, tally),
	                              tally_pair_next_epoch(&worker->pair), next);
	return tally_pair_request(&worker->pair);
}

// Waits for the worker to turn, no longer than for all of them together.
static bool wait_sealed(struct control *control, uint32_t number, uint64_t deadline_ns)
{
	while (!gather_sealed(control, number)) {
		if (clock_monotonic_ns() >= deadline_ns)
			return false;
		clock_sleep(NS_PER_MS);
	}
	return true;
}

// Makes every worker turn to its other tally, and gathers what they left. One that does not turn
// holds nobody up: its packets are in a later report, and this one counts an overrun.
static void gather(struct control *control, struct window next)
{
	const struct crew *crew = control->crew;
	uint64_t deadline_ns = clock_monotonic_ns() + TURN_DEADLINE_MS * NS_PER_MS;
	bool asked[MAX_WORKERS];

	for (uint32_t i = 0; i < crew->n_workers; i++) {
		gather_sealed(control, i);
		asked[i] = ask_to_turn(control, i, next);
	}
	for (uint32_t i = 0; i < crew->n_workers; i++) {
		if (asked[i] && wait_sealed(control, i, deadline_ns))
			continue;
		control->n_overruns++;
		log_warning("worker %" PRIu32 ": did not end its window in time, its packets go to "
		            "the next report",
		            i);
	}
}

// What every queue of a link received since the last report.
static void take_received(struct control *control, struct reporter_window *window)
{
	const struct crew *crew = control->crew;

	for (uint32_t w = 0; w < crew->n_workers; w++) {
		const struct worker *worker = crew->workers[w];

		for (uint32_t i = 0; i < worker->n_queues; i++) {
			const struct worker_queue *queue = &worker->queues[i];
			uint64_t *last = &control->queue_frames[queue->link][queue->queue];
			uint64_t now = worker_queue_frames(worker, i);

			window->queue_frames[queue->link][queue->queue] = now - *last;
			*last = now;
		}
	}
}

// Frames that found the ring to their owner full.
static void take_ring_full(struct control *control, uint32_t link, uint64_t *ret_dropped)
{
	const struct crew *crew = control->crew;
	uint64_t now = 0;

	for (uint32_t i = 0; i < crew->n_workers; i++)
		now += worker_ring_full_frames(crew->workers[i], link);
	ret_dropped[DROP_RING_FULL] += now - control->ring_full_frames[link];
	control->ring_full_frames[link] = now;
}

// One flow, or one tunnel around many, always comes to the same queue.
static void warn_uneven(struct control *control, uint32_t link,
                        const struct reporter_window *window)
{
	uint64_t sum;
	uint32_t fullest = queue_spread_fullest(window->queue_frames[link], window->n_queues[link],
	                                        &sum);
	uint64_t most = window->queue_frames[link][fullest];

	if (control->uneven[link] || !queue_spread_is_uneven(most, sum, window->n_queues[link]))
		return;
	control->uneven[link] = true;
	log_warning("link %s: queue %" PRIu32 " took %" PRIu64 " %% of the frames of %" PRIu32
	            " queues: spread: inner shares them among all workers",
	            control->crew->links[link].name, fullest, most * 100 / sum,
	            window->n_queues[link]);
}

static void take_link(struct control *control, uint32_t link, struct reporter_window *window)
{
	struct link_watch *watch = &control->links[link];

	memcpy(window->dropped_frames[link], watch->dropped_frames, sizeof(watch->dropped_frames));
	memset(watch->dropped_frames, 0, sizeof(watch->dropped_frames));
	take_ring_full(control, link, window->dropped_frames[link]);
	window->state[link] = watch->clock.state;
	window->loss[link] = link_clock_end(&watch->clock, window->observed_ns);
	window->n_queues[link] = control->crew->links[link].n_queues;
	warn_uneven(control, link, window);
}

static void report(struct control *control, bool closing)
{
	const struct crew *crew = control->crew;
	struct reporter_window window = {
		.window = control->window,
		.observed_ns = window_overlap_ns(control->window, control->since_ns,
	                                         clock_wall_ns()),
		.n_overruns = control->n_overruns,
	};

	take_received(control, &window);
	for (uint32_t i = 0; i < crew->n_links; i++) {
		link_watch_look(&control->links[i], control->crew, i, control->window);
		if (crew->links[i].port != NULL && control->links[i].clock.state != LINK_STATE_GONE)
			dpdk_port_look_at_clock(crew->links[i].port);
		take_link(control, i, &window);
		crew_add_report(control->crew, i, &control->tally.links[i],
		                window.dropped_frames[i]);
	}
	registrar_send(control->registrar, control->reporter, &window, closing, &control->tally);
	tally_reset(&control->tally);
	control->n_overruns = 0;
}

// The workers have ended: whatever is in their tallies has not been gathered. One that hangs keeps
// the tally it is at.
static void end_last_window(struct control *control)
{
	const struct crew *crew = control->crew;

	for (uint32_t i = 0; i < crew->n_workers; i++) {
		struct worker *worker = crew->workers[i];

		if (!worker_has_ended(worker)) {
			gather_sealed(control, i);
			continue;
		}
		for (int at = 0; at < 2; at++)
			take_over(control, i, &worker->pair.tallies[at]);
	}
	report(control, true);
}

void control_begin(const struct probe_config *config, struct crew *crew,
                   struct registrar *registrar)
{
	struct window window = window_at(clock_wall_ns(), config->window_ns);

	for (uint32_t i = 0; i < crew->n_workers; i++)
		crew->workers[i]->pair.tallies[0].users = registrar_lend(registrar, i, 0, 0,
		                                                         window);
}

void control_run(const struct probe_config *config, struct crew *crew, struct registrar *registrar,
                 struct reporter *reporter)
{
	struct control control = {
		.crew = crew,
		.reporter = reporter,
		.registrar = registrar,
		.since_ns = clock_wall_ns(),
		.window = window_at(clock_wall_ns(), config->window_ns),
	};

	tally_reset(&control.tally);
	for (uint32_t i = 0; i < crew->n_links; i++)
		link_clock_start(&control.links[i].clock, control.since_ns);
	while (!wait_window(&control)) {
		struct window next = window_at(clock_wall_ns(), config->window_ns);

		registrar_turn(registrar, next.start_ns);
		gather(&control, next);
		report(&control, false);
		control.window = next;
	}
	crew_stop(crew);
	end_last_window(&control);
}
