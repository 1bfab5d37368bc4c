#include "stop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/clock.h"

// After a request to stop: so long others are waited for, and then the process ends anyway.
#define PATIENCE_NS (4000 * NS_PER_MS)
#define END_NS      (4800 * NS_PER_MS)

static _Atomic uint64_t asked_ns; // monotonic; 0: not yet
static int requests = -1; // an eventfd: requests nobody has taken yet

static sigset_t stop_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	return signals;
}

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};
}

// What is left at this moment of a time that began with the request; all the time there is before.
static uint64_t left_ns(uint64_t whole_ns)
{
	uint64_t begin_ns = atomic_load(&asked_ns);
	uint64_t gone_ns;

	if (begin_ns == 0)
		return UINT64_MAX;
	gone_ns = clock_monotonic_ns() - begin_ns;
	return gone_ns < whole_ns ? whole_ns - gone_ns : 0;
}

// Something hangs that nobody can wake: a driver, a name server. What could be saved has been. A
// pipe that nobody empties must not hold up this too.
static void end_now(void)
{
	static const char line[] = "sixgauge-probe: stop: not done after 4.8 s, ended by force\n";
	struct pollfd error = {.fd = STDERR_FILENO, .events = POLLOUT};

	if (poll(&error, 1, 0) == 1 && write(STDERR_FILENO, line, sizeof(line) - 1) < 0) {
		// There is nobody else to tell.
	}
	_exit(EXIT_FAILURE);
}

// A thread of its own, for the control thread may hang when the request comes. It ends with the
// process, or ends it.
static void *take_signals(void *argument)
{
	const sigset_t signals = stop_signals();
	const uint64_t one = 1;

	pthread_setname_np(pthread_self(), "stop");
	for (;;) {
		const struct timespec left = to_timespec(left_ns(END_NS));
		bool asked = atomic_load(&asked_ns) != 0;

		if (sigtimedwait(&signals, NULL, asked ? &left : NULL) < 0) {
			if (errno == EAGAIN)
				end_now();
			continue;
		}
		if (!asked)
			atomic_store(&asked_ns, clock_monotonic_ns());
		if (write(requests, &one, sizeof(one)) < 0) {
			// It holds more requests than anybody can make.
		}
	}
	return NULL;
}

int stop_prepare(void)
{
	pthread_t thread;
	int rc;

	requests = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (requests < 0)
		return -errno;
	rc = pthread_create(&thread, NULL, take_signals, NULL);
	if (rc != 0)
		return -rc;
	return -pthread_detach(thread);
}

bool stop_wait(uint64_t wait_ns)
{
	const struct timespec wait = to_timespec(wait_ns);
	struct pollfd request = {.fd = requests, .events = POLLIN};
	uint64_t n_requests;

	if (wait_ns == 0 && atomic_load_explicit(&asked_ns, memory_order_relaxed) == 0)
		return false;
	return ppoll(&request, 1, &wait, NULL) == 1 &&
	       read(requests, &n_requests, sizeof(n_requests)) == sizeof(n_requests);
}

uint64_t stop_patience_ns(void)
{
	return left_ns(PATIENCE_NS);
}
