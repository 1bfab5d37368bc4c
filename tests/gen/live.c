#include "live.h"

#include <signal.h>
#include <string.h>

#include "probe/source/dpdk.h"
#include "proto/base/cli.h"
#include "proto/base/clock.h"

#include "dpdk_send.h"
#include "live_private.h"

// How long the port stays open behind the last frame: no driver can tell whether the other end has
// taken what lies in the ring, and closing takes the ring away.
#define LINGER_NS (1 * NS_PER_S)

static volatile sig_atomic_t stopped;

// Of a port that takes no frames.
static struct {
	uint64_t patience_ns;
	uint64_t since_ns; // when it last took some; 0: just now
	bool deserted;
} port;

static void stop(int number)
{
	stopped = 1;
}

bool live_is_stopped(void)
{
	return stopped || port.deserted;
}

void live_note_offer(uint32_t n_taken)
{
	uint64_t now_ns;

	if (n_taken > 0) {
		port.since_ns = 0;
		return;
	}
	now_ns = clock_monotonic_ns();
	if (port.since_ns == 0 || dpdk_send_link_is_up())
		port.since_ns = now_ns;
	if (now_ns - port.since_ns > port.patience_ns)
		port.deserted = true;
}

static int wait_for_link(const struct live_options *options)
{
	uint64_t end_ns = clock_wall_ns() + options->wait_ns;

	while (!stopped && !dpdk_send_link_is_up()) {
		if (clock_wall_ns() >= end_ns)
			return cli_failure("%s: nobody at the other end: start it, or raise --wait",
			                   options->device);
		clock_sleep(LIVE_NAP_NS);
	}
	return EXIT_STATUS_OK;
}

static int send_on_port(const struct settings *settings, const struct live_options *options,
                        struct truth *truth)
{
	char why[SOURCE_WHY_BYTES];
	int status;

	if (dpdk_send_open(options->device, why) != 0)
		return cli_failure("%s", why);
	status = wait_for_link(options);
	if (status == EXIT_STATUS_OK) {
		status = settings->pattern == PATTERN_CONVERSATIONS
		                 ? live_traffic_send(settings, options, truth)
		                 : live_stream_send(settings, options, truth);
		clock_sleep(LINGER_NS);
	}
	if (status == EXIT_STATUS_OK && port.deserted)
		status = cli_failure("%s: the other end has gone, and did not come back: start it "
		                     "again, or raise --wait",
		                     options->device);
	dpdk_send_close();
	return status;
}

int live_send(const struct settings *settings, const struct live_options *options,
              struct truth *truth)
{
	const struct sigaction action = {.sa_handler = stop};
	const struct dpdk_options dpdk = {
		.devices = &options->device,
		.n_devices = 1,
		.arguments = options->eal_arguments,
		.n_arguments = options->n_eal_arguments,
	};
	char why[SOURCE_WHY_BYTES];
	int status;

	if (dpdk_start(&dpdk, why) != 0)
		return cli_failure("%s", why);
	port.patience_ns = options->wait_ns;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	status = send_on_port(settings, options, truth);
	dpdk_stop();
	return status;
}
