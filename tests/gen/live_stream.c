// Sends a stream by the burst: buffers are taken, filled and offered 32 at a time, and the clock is
// read once for all of them.
#include <assert.h>
#include <errno.h>

#include "proto/base/cli.h"
#include "proto/base/clock.h"

#include "dpdk_send.h"
#include "live_private.h"
#include "stream.h"
#include "stream_truth.h"

static_assert((int)STREAM_BURST == (int)DPDK_SEND_BURST, "a burst drawn is a burst sent");
static_assert(TEMPLATE_MAX_BYTES <= (int)DPDK_SEND_FRAME_BYTES, "frames fit their buffers");

struct live_stream {
	struct stream stream;
	struct stream_burst burst;
	struct stream_truth truth;
	bool flood;
	double gap_ns; // between frames that are not a flood
	uint64_t start_ns;
};

// How many frames of the traffic should have left by now. At high rates a burst leaves whole, when
// the last of its frames is due: a port does not like them one by one.
static uint64_t frames_due(const struct live_stream *live)
{
	double passed_ns = (double)(clock_monotonic_ns() - live->start_ns);
	uint64_t n_due = (uint64_t)(passed_ns / live->gap_ns);

	if (n_due >= live->stream.n_frames)
		return live->stream.n_frames;
	if (live->gap_ns * STREAM_BURST < (double)LIVE_NAP_NS)
		return n_due / STREAM_BURST * STREAM_BURST;
	return n_due + 1;
}

// Waits until frames are due behind the n_sent before them; returns how many, up to n_most. 0 when
// somebody wants an end. Sleeping takes longer than asked, so that short waits poll the clock.
static uint32_t wait_until_due(const struct live_stream *live, uint64_t n_sent, uint32_t n_most)
{
	if (live->flood)
		return n_most;
	while (!live_is_stopped()) {
		uint64_t n_due = frames_due(live);

		if (n_due > n_sent)
			return n_due - n_sent < n_most ? (uint32_t)(n_due - n_sent) : n_most;
		if (live->gap_ns > 2 * (double)LIVE_NAP_NS)
			clock_sleep(LIVE_NAP_NS);
	}
	return 0;
}

// Offers what is due of the burst until the port has taken it all. What was taken is true, the rest
// was never sent.
static void send_burst(struct live_stream *live)
{
	const struct stream_burst *burst = &live->burst;
	uint64_t n_before = live->stream.n_drawn - burst->n_packets;
	uint32_t n_sent = 0;

	stream_truth_begin(&live->truth, burst);
	while (n_sent < burst->n_packets && !live_is_stopped()) {
		uint32_t n_due = wait_until_due(live, n_before + n_sent, burst->n_packets - n_sent);
		uint32_t n_taken = n_due > 0 ? dpdk_send_offer(n_due) : 0;
		uint64_t now_ns = n_taken > 0 ? clock_wall_ns() : 0;

		if (n_due > 0)
			live_note_offer(n_taken);
		stream_truth_add(&live->truth, &burst->packets[n_sent], n_taken, now_ns, now_ns);
		n_sent += n_taken;
	}
}

// Fills buffers with the burst. False when somebody wants an end before there were any.
static bool fill_buffers(const struct live_stream *live)
{
	const struct stream_burst *burst = &live->burst;
	uint8_t *places[STREAM_BURST];
	uint16_t n_bytes[STREAM_BURST];

	while (dpdk_send_reserve(burst->n_packets, places) == -ENOMEM) {
		if (live_is_stopped())
			return false;
		live_note_offer(0);
		clock_sleep(LIVE_NAP_NS);
	}
	stream_write(&live->stream, burst, places);
	for (uint32_t i = 0; i < burst->n_packets; i++)
		n_bytes[i] = stream_template(&live->stream, &burst->packets[i])->n_bytes;
	dpdk_send_set_bytes(n_bytes);
	return true;
}

static void send_bursts(struct live_stream *live)
{
	live->start_ns = clock_monotonic_ns();
	while (!live_is_stopped()) {
		stream_draw(&live->stream, &live->burst);
		if (live->burst.n_packets == 0 || !fill_buffers(live))
			return;
		send_burst(live);
	}
}

int live_stream_send(const struct settings *settings, const struct live_options *options,
                     struct truth *truth)
{
	static struct live_stream live;
	int r;

	live = (struct live_stream){
		.flood = options->flood,
		.gap_ns = (double)NS_PER_S / settings->rate_fps,
	};
	r = stream_init(&live.stream, settings);
	if (r == 0)
		r = stream_truth_init(&live.truth, &live.stream);
	if (r == 0) {
		send_bursts(&live);
		stream_truth_sum_up(&live.truth, TEMPLATE_MAX_BYTES, truth); // a port cuts nothing
	}
	stream_truth_fini(&live.truth);
	stream_fini(&live.stream);
	return r == 0 ? EXIT_STATUS_OK
	              : cli_failure("out of memory for %u flows: give fewer --flows or "
	                            "--subscribers",
	                            settings->n_flows);
}
