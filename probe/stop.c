#include "stop.h"

#include <signal.h>
#include <time.h>

#include "proto/base/clock.h"

static sigset_t stop_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	return signals;
}

void stop_prepare(void)
{
	sigset_t signals = stop_signals();

	sigprocmask(SIG_BLOCK, &signals, NULL);
}

bool stop_wait(uint64_t wait_ns)
{
	sigset_t signals = stop_signals();
	struct timespec wait = {(time_t)(wait_ns / NS_PER_S), (long)(wait_ns % NS_PER_S)};

	return sigtimedwait(&signals, NULL, &wait) > 0;
}
