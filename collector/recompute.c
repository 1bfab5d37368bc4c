#include "recompute.h"

#include <errno.h>

#include "collector/rollup/window.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/message.h"

enum {
	RETRY_S = 5,
};

struct making {
	struct window window;
	uint64_t n_unreadable;
};

// A stored report decoded once before it was stored. One that does not any more is damage on the
// disk: it is left out and counted, the others of its window still stand.
static int add_report(void *arg, const struct store_payload *payload)
{
	struct making *making = arg;
	struct report *report;
	char why[MAX_TEXT_BYTES];
	int error = report_decode(payload->bytes, payload->n_bytes, &report, why);

	if (error == -EBADMSG) {
		making->n_unreadable++;
		return 0;
	}
	if (error)
		return error;
	error = window_add(&making->window, report);
	report_free(report);
	return error;
}

static int make_window(struct recompute *recompute, const struct store_mark *mark)
{
	struct making making = {0};
	int error;

	window_init(&making.window, mark->start_ns);
	error = store_visit_reports(recompute->store, mark, add_report, &making);
	if (!error)
		error = store_replace_window(recompute->store, mark, &making.window,
		                             clock_wall_ns());
	window_fini(&making.window);
	if (error)
		return error;
	if (making.n_unreadable > 0)
		log_error("store: %s: %ju stored reports of one window are damaged and left out, "
		          "check the disk",
		          mark->probe, (uintmax_t)making.n_unreadable);
	recompute->metrics->unreadable_reports += making.n_unreadable;
	recompute->metrics->windows_recomputed++;
	return 0;
}

static void recompute_retry_later(struct recompute *recompute)
{
	static const struct timeval wait = {RETRY_S, 0};

	recompute->metrics->recompute_failures++;
	log_error("store: cannot make a window anew: %s, retrying in %d s",
	          store_error(recompute->store), RETRY_S);
	evtimer_add(recompute->turn, &wait);
}

static int make_next_window(struct recompute *recompute, uint64_t *ret_start_ns)
{
	struct store_mark mark;
	int error = store_next_mark(recompute->store, &mark);

	if (!error)
		error = make_window(recompute, &mark);
	if (!error)
		error = store_expire(recompute->store, clock_wall_ns());
	if (!error)
		*ret_start_ns = mark.start_ns;
	return error;
}

static void on_turn(evutil_socket_t fd, short events, void *arg)
{
	struct recompute *recompute = arg;
	uint64_t start_ns;
	int error = make_next_window(recompute, &start_ns);

	if (error == -ENOENT)
		return;
	if (error) {
		recompute_retry_later(recompute);
		return;
	}
	if (recompute->recomputed)
		recompute->recomputed(recompute->recomputed_arg, start_ns);
	recompute_wake(recompute);
}

int recompute_init(struct event_base *base, struct store *store, struct metrics *metrics,
                   struct recompute *ret_recompute)
{
	*ret_recompute = (struct recompute){.store = store, .metrics = metrics};
	ret_recompute->turn = evtimer_new(base, on_turn, ret_recompute);
	if (!ret_recompute->turn)
		return -ENOMEM;
	recompute_wake(ret_recompute);
	return 0;
}

void recompute_fini(struct recompute *recompute)
{
	if (recompute->turn)
		event_free(recompute->turn);
	recompute->turn = NULL;
}

void recompute_wake(struct recompute *recompute)
{
	static const struct timeval at_once = {0, 0};

	evtimer_add(recompute->turn, &at_once);
}
