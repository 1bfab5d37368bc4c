// The floor of a live probe: frames are received as its worker receives them, one byte of each is
// touched, and that is all. Says on standard error when it is ready; SIGTERM ends it, and it prints
// how many frames it took.
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "probe/source/dpdk.h"
#include "proto/base/clock.h"

// As the probe's worker: a busy link never gets there. A nap between polls also leaves net_memif
// the time to take its memory away when the peer has gone: while it is being polled it crashes.
enum {
	POLLS_BEFORE_NAP = 1000,
	NAP_NS = 20000,
};

struct receiver {
	struct dpdk_port *port;
	_Atomic bool stop;
	uint64_t n_frames;
	uint64_t sink; // keeps the touch from being optimized away
};

static int receive(void *argument)
{
	struct receiver *receiver = argument;
	uint32_t n_empty = 0;
	struct burst burst;

	while (!atomic_load_explicit(&receiver->stop, memory_order_relaxed)) {
		dpdk_port_receive(receiver->port, 0, dpdk_ticks(), &burst);
		for (uint32_t i = 0; i < burst.n_frames; i++)
			receiver->sink += burst.frames[i].data[20];
		receiver->n_frames += burst.n_frames;
		n_empty = burst.n_frames == 0 ? n_empty + 1 : 0;
		if (n_empty > POLLS_BEFORE_NAP)
			clock_sleep(NAP_NS);
	}
	return 0;
}

static void run(struct receiver *receiver, const sigset_t *signals)
{
	int number;

	fprintf(stderr, "bench_port: watching on %s\n", dpdk_memory_text());
	if (dpdk_launch(0, receive, receiver) != 0)
		return;
	sigwait(signals, &number);
	atomic_store(&receiver->stop, true);
	dpdk_join(0);
	printf("%ju frames\n", (uintmax_t)receiver->n_frames);
}

int main(int argc, char **argv)
{
	const char *device = argc > 1 ? argv[1] : "";
	const struct dpdk_options options = {
		.devices = &device,
		.n_devices = 1,
		.arguments = (const char *const *)argv + 2,
		.n_arguments = argc > 2 ? (uint32_t)argc - 2 : 0,
		.n_workers = 1,
	};
	static struct receiver receiver;
	char why[SOURCE_WHY_BYTES];
	sigset_t signals;

	if (argc < 2) {
		fprintf(stderr, "usage: bench_port DEVICE [EAL-ARGUMENT...]\n");
		return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (dpdk_start(&options, why) != 0 ||
	    dpdk_port_open(device, 1, false, &receiver.port, why) != 0) {
		fprintf(stderr, "bench_port: %s\n", why);
		dpdk_stop();
		return 1;
	}
	run(&receiver, &signals);
	dpdk_port_close(receiver.port);
	dpdk_stop();
	return 0;
}
