#include "stop.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/clock.h"

// After a request to stop: so long others are waited for, and then the process ends anyway.
#define PATIENCE_MS 4000
#define END_MS      4800

static uint64_t asked_ns; // monotonic; 0: not yet

static sigset_t stop_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	return signals;
}

// Something hangs that nobody can wake: a driver, a name server. What could be saved has been.
static void end_now(int number)
{
	static const char line[] = "sixgauge-probe: stop: not done after 4.8 s, ended by force\n";

	if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0) {
		// There is nobody else to tell.
	}
	_exit(EXIT_FAILURE);
}

void stop_prepare(void)
{
	const struct sigaction action = {.sa_handler = end_now};
	sigset_t signals = stop_signals();

	sigprocmask(SIG_BLOCK, &signals, NULL);
	sigaction(SIGALRM, &action, NULL);
}

bool stop_wait(uint64_t wait_ns)
{
	sigset_t signals = stop_signals();
	const struct itimerval end = {.it_value = {END_MS / 1000, END_MS % 1000 * 1000}};
	struct timespec wait = {(time_t)(wait_ns / NS_PER_S), (long)(wait_ns % NS_PER_S)};

	if (sigtimedwait(&signals, NULL, &wait) <= 0)
		return false;
	if (asked_ns == 0) {
		asked_ns = clock_monotonic_ns();
		setitimer(ITIMER_REAL, &end, NULL);
	}
	return true;
}

uint64_t stop_patience_ns(void)
{
	uint64_t gone_ns;

	if (asked_ns == 0)
		return UINT64_MAX;
	gone_ns = clock_monotonic_ns() - asked_ns;
	return gone_ns < PATIENCE_MS * NS_PER_MS ? PATIENCE_MS * NS_PER_MS - gone_ns : 0;
}
