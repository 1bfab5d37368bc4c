#include "uplink.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include "proto/base/log.h"

#include "backoff.h"
#include "queue.h"
#include "session.h"

enum {
	// Two days of one-minute windows with three reports each; a million users of 744 groups
	// make 8 at most in 5 minutes.
	MAX_WAITING_REPORTS = 3 * 2 * 24 * 60,
	// Five and a half hours of these users, at 3.8 MB in 5 minutes (scripts/bench reports).
	// Memory is taken only as reports come to wait.
	MAX_WAITING_BYTES = 256 << 20,
	// Whoever can wait, as a file can, does so while this much waits already.
	ENOUGH_WAITING_REPORTS = 24 * 60,
	ENOUGH_WAITING_BYTES = MAX_WAITING_BYTES / 2,
};

struct uplink {
	struct uplink_options options;
	struct session_context context;
	pthread_t thread;
	_Atomic bool stop; // control writes
	_Atomic uint64_t n_rejected; // the thread writes
	uint64_t n_dropped; // control's own
};

static void wake(struct uplink *uplink)
{
	// The counter can only fail to rise when it is above 0 already, which wakes as well.
	if (eventfd_write(uplink->context.wake, 1) != 0)
		log_debug("uplink: wake-up: %s", strerror(errno));
}

// Waits, but not past the setting of stop. Other wake-ups (new reports) do not shorten the wait.
static void pause_ns(struct uplink *uplink, uint64_t delay_ns)
{
	uint64_t until_ns = clock_monotonic_ns() + delay_ns;
	struct pollfd polled = {.fd = uplink->context.wake, .events = POLLIN};
	eventfd_t n_wakes;
	uint64_t now_ns;

	while (!atomic_load(&uplink->stop) && (now_ns = clock_monotonic_ns()) < until_ns) {
		poll(&polled, 1, (int)((until_ns - now_ns) / NS_PER_MS) + 1);
		eventfd_read(uplink->context.wake, &n_wakes);
	}
}

static uint64_t random_number(void)
{
	uint64_t random = 0;

	// A jitter of 0 when the kernel has no randomness yet does no harm.
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = 0;
	return random;
}

// One try of every collector in order, until one has accepted a session; that one is held as long
// as it lasts. Returns the delay before the next round.
static uint64_t try_collectors(struct uplink *uplink, struct backoff *backoff)
{
	const struct uplink_options *options = &uplink->options;

	for (uint32_t i = 0;; i++) {
		const struct address *address = &options->collectors[i];
		bool last = i + 1 == options->n_collectors;
		struct session_end end;
		uint64_t delay_ns;

		if (session_run(&uplink->context, address, &end) == 0 || atomic_load(&uplink->stop))
			return 0;
		if (end.accepted)
			backoff_reset(backoff);
		if (!end.accepted && !last) {
			log_warning("uplink: %s:%s: %s, trying the next collector", address->host,
			            address->port, end.why);
			continue;
		}
		delay_ns = backoff_next(backoff, random_number());
		if (delay_ns < end.retry_after_ns)
			delay_ns = end.retry_after_ns;
		log_warning("uplink: %s:%s: %s, retrying in %.1f s", address->host, address->port,
		            end.why, (double)delay_ns / NS_PER_S);
		return delay_ns;
	}
}

static void *run(void *argument)
{
	struct uplink *uplink = argument;
	struct backoff backoff = {0};

	while (!atomic_load(&uplink->stop))
		pause_ns(uplink, try_collectors(uplink, &backoff));
	return NULL;
}

static void release(struct uplink *uplink)
{
	report_queue_free(uplink->context.queue);
	if (uplink->context.wake >= 0)
		close(uplink->context.wake);
	free(uplink);
}

int uplink_new(const struct uplink_options *options, struct uplink **ret_uplink)
{
	const struct report_queue_limits limits = {MAX_WAITING_REPORTS, MAX_WAITING_BYTES};
	struct uplink *uplink = calloc(1, sizeof(*uplink));
	int rc = -ENOMEM;

	if (uplink == NULL)
		return rc;
	uplink->options = *options;
	uplink->context = (struct session_context){
		.probe = options->probe,
		.software = options->software,
		.spool = options->spool,
		.queue = report_queue_new(&limits),
		.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.stop = &uplink->stop,
		.n_rejected = &uplink->n_rejected,
	};
	if (uplink->context.queue != NULL)
		rc = uplink->context.wake < 0 ? -errno
		                              : -pthread_create(&uplink->thread, NULL, run, uplink);
	if (rc != 0) {
		release(uplink);
		return rc;
	}
	*ret_uplink = uplink;
	return 0;
}

void uplink_free(struct uplink *uplink)
{
	if (uplink == NULL)
		return;
	atomic_store(&uplink->stop, true);
	wake(uplink);
	pthread_join(uplink->thread, NULL);
	release(uplink);
}

int uplink_send(struct uplink *uplink, const struct report *report)
{
	uint8_t *frame;
	size_t n_bytes, n_dropped;
	int rc = report_encode(report, &frame, &n_bytes);

	if (rc != 0)
		return rc;
	n_dropped = report_queue_push(uplink->context.queue, report->sequence, frame, n_bytes);
	if (n_dropped > 0)
		log_error("uplink: %zu reports dropped to make room for report %" PRIu64
		          ": no collector has taken any for too long",
		          n_dropped, report->sequence);
	uplink->n_dropped += n_dropped;
	wake(uplink);
	return 0;
}

struct uplink_state uplink_state(struct uplink *uplink)
{
	return (struct uplink_state){
		.waiting = report_queue_waiting(uplink->context.queue),
		.dropped = uplink->n_dropped,
		.rejected = atomic_load(&uplink->n_rejected),
	};
}

bool uplink_has_room(struct uplink *uplink)
{
	return report_queue_waiting(uplink->context.queue) < ENOUGH_WAITING_REPORTS &&
	       report_queue_bytes(uplink->context.queue) < ENOUGH_WAITING_BYTES;
}
