#include "live.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "probe/source/dpdk.h"
#include "proto/base/cli.h"
#include "proto/base/clock.h"

#include "dpdk_send.h"
#include "traffic.h"

// How long the port stays open behind the last frame: no driver can tell whether the other end has
// taken what lies in the ring, and closing takes the ring away.
#define LINGER_NS (1 * NS_PER_S)
#define NAP_NS    UINT64_C(50000)

// Frames that were made and that the port has not taken yet.
struct live {
	const struct live_options *options;
	struct traffic traffic;
	struct truth *truth;
	uint64_t start_ns; // wall time that the traffic's own start stands for
	uint32_t n_pending;
	struct expectation pending[DPDK_SEND_BURST];
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	stopped = 1;
}

static void nap(uint64_t nap_ns)
{
	const struct timespec time = {(time_t)(nap_ns / NS_PER_S), (long)(nap_ns % NS_PER_S)};

	nanosleep(&time, NULL);
}

static int wait_for_link(const struct live_options *options)
{
	uint64_t end_ns = clock_wall_ns() + options->wait_ns;

	while (!stopped && !dpdk_send_link_is_up()) {
		if (clock_wall_ns() >= end_ns)
			return cli_failure("%s: nobody at the other end: start it, or raise --wait",
			                   options->device);
		nap(NAP_NS);
	}
	return EXIT_STATUS_OK;
}

// Offers the burst until the port has taken it all, or somebody wants an end. What was taken is
// true, the rest was never sent.
static int send_pending(struct live *live)
{
	while (live->n_pending > 0 && !stopped) {
		uint32_t n_taken = dpdk_send_offer();
		uint64_t now_ns = clock_wall_ns();

		for (uint32_t i = 0; i < n_taken; i++)
			if (truth_add(live->truth, &live->pending[i], now_ns, false) < 0)
				return cli_failure("out of memory for the truth");
		live->n_pending -= n_taken;
		memmove(live->pending, live->pending + n_taken,
		        live->n_pending * sizeof(live->pending[0]));
	}
	return EXIT_STATUS_OK;
}

// Waits until the frame is due. What was made before it leaves first.
static int wait_until_due(struct live *live, uint64_t time_ns)
{
	uint64_t due_ns = live->start_ns + (time_ns - live->traffic.settings.start_ns);
	int status;

	if (live->options->flood || clock_wall_ns() >= due_ns)
		return EXIT_STATUS_OK;
	status = send_pending(live);
	while (!stopped && clock_wall_ns() < due_ns)
		nap(NAP_NS);
	return status;
}

static int add_frame(struct live *live, const struct made_frame *frame)
{
	int r = dpdk_send_add(frame->data, frame->n_bytes);

	while (r == -ENOMEM && !stopped) {
		nap(NAP_NS);
		r = dpdk_send_add(frame->data, frame->n_bytes);
	}
	if (r == -EMSGSIZE)
		return cli_failure("a frame of %u bytes fits no packet buffer", frame->n_bytes);
	if (r == 0)
		live->pending[live->n_pending++] = frame->expected;
	return EXIT_STATUS_OK;
}

static int send_all(struct live *live)
{
	struct made_frame frame;
	int status = EXIT_STATUS_OK;

	live->start_ns = clock_wall_ns();
	while (status == EXIT_STATUS_OK && !stopped && traffic_next(&live->traffic, &frame)) {
		status = wait_until_due(live, frame.time_ns);
		if (status == EXIT_STATUS_OK)
			status = add_frame(live, &frame);
		if (status == EXIT_STATUS_OK && live->n_pending == DPDK_SEND_BURST)
			status = send_pending(live);
	}
	if (status == EXIT_STATUS_OK)
		status = send_pending(live);
	nap(LINGER_NS);
	return status;
}

static int send_on_port(struct live *live)
{
	const struct live_options *options = live->options;
	char why[SOURCE_WHY_BYTES];
	int status;

	if (dpdk_send_open(options->device, why) != 0)
		return cli_failure("%s", why);
	status = wait_for_link(options);
	if (status == EXIT_STATUS_OK)
		status = send_all(live);
	dpdk_send_close();
	return status;
}

int live_send(const struct settings *settings, const struct live_options *options,
              struct truth *truth)
{
	static struct live live;
	const struct sigaction action = {.sa_handler = stop};
	const struct dpdk_options dpdk = {
		.devices = &options->device,
		.n_devices = 1,
		.arguments = options->eal_arguments,
		.n_arguments = options->n_eal_arguments,
	};
	char why[SOURCE_WHY_BYTES];
	int status;

	live = (struct live){.options = options, .truth = truth};
	if (traffic_init(&live.traffic, settings) < 0)
		return cli_failure("out of memory for %u flows", settings->n_flows);
	if (dpdk_start(&dpdk, why) != 0) {
		traffic_fini(&live.traffic);
		return cli_failure("%s", why);
	}
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	status = send_on_port(&live);
	dpdk_stop();
	traffic_fini(&live.traffic);
	return status;
}
