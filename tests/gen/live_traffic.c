#include <errno.h>
#include <string.h>

#include "proto/base/cli.h"
#include "proto/base/clock.h"

#include "dpdk_send.h"
#include "live_private.h"
#include "traffic.h"

// Frames that were made and that the port has not taken yet.
struct live {
	const struct live_options *options;
	struct traffic traffic;
	struct truth *truth;
	uint64_t start_ns; // wall time that the traffic's own start stands for
	uint32_t n_pending;
	struct expectation pending[DPDK_SEND_BURST];
};

// Offers the burst until the port has taken it all, or somebody wants an end. What was taken is
// true, the rest was never sent.
static int send_pending(struct live *live)
{
	while (live->n_pending > 0 && !live_is_stopped()) {
		uint32_t n_taken = dpdk_send_offer(live->n_pending);
		uint64_t now_ns = clock_wall_ns();

		live_note_offer(n_taken);
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
	while (!live_is_stopped() && clock_wall_ns() < due_ns)
		clock_sleep(LIVE_NAP_NS);
	return status;
}

static int add_frame(struct live *live, const struct made_frame *frame)
{
	int r = dpdk_send_add(frame->data, frame->n_bytes);

	while (r == -ENOMEM && !live_is_stopped()) {
		live_note_offer(0);
		clock_sleep(LIVE_NAP_NS);
		r = dpdk_send_add(frame->data, frame->n_bytes);
	}
	if (r == -EMSGSIZE)
		return cli_failure("a frame of %u bytes fits no packet buffer", frame->n_bytes);
	if (r == 0)
		live->pending[live->n_pending++] = frame->expected;
	return EXIT_STATUS_OK;
}

static int send_frames(struct live *live)
{
	struct made_frame frame;
	int status = EXIT_STATUS_OK;

	live->start_ns = clock_wall_ns();
	while (status == EXIT_STATUS_OK && !live_is_stopped() &&
	       traffic_next(&live->traffic, &frame)) {
		status = wait_until_due(live, frame.time_ns);
		if (status == EXIT_STATUS_OK)
			status = add_frame(live, &frame);
		if (status == EXIT_STATUS_OK && live->n_pending == DPDK_SEND_BURST)
			status = send_pending(live);
	}
	if (status == EXIT_STATUS_OK)
		status = send_pending(live);
	return status;
}

int live_traffic_send(const struct settings *settings, const struct live_options *options,
                      struct truth *truth)
{
	static struct live live;
	int status;

	live = (struct live){.options = options, .truth = truth};
	truth->users.wanted = settings->counts_users;
	if (traffic_init(&live.traffic, settings) < 0)
		return cli_failure("out of memory for %u flows: give fewer --flows",
		                   settings->n_flows);
	status = send_frames(&live);
	traffic_fini(&live.traffic);
	return status;
}
