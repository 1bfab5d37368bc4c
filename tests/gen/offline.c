#include "offline.h"

#include <errno.h>
#include <string.h>

#include "proto/base/cli.h"

#include "capture_file.h"
#include "stream.h"
#include "stream_truth.h"
#include "traffic.h"

static int write_traffic(struct capture_file *file, struct traffic *traffic, struct truth *truth)
{
	struct made_frame frame;
	int r = 0;

	while (r == 0 && traffic_next(traffic, &frame)) {
		r = capture_file_add(file, frame.time_ns, frame.data, frame.n_bytes);
		if (r == 0 && truth_add(truth, &frame.expected, frame.time_ns,
		                        frame.n_bytes > file->snaplen) < 0)
			return -ENOMEM;
	}
	return r;
}

static int write_conversations(struct capture_file *file, const struct settings *settings,
                               struct truth *truth)
{
	static struct traffic traffic;
	int r = traffic_init(&traffic, settings);

	truth->users.wanted = settings->counts_users;
	if (r == 0)
		r = write_traffic(file, &traffic, truth);
	traffic_fini(&traffic);
	return r;
}

static int write_burst(struct capture_file *file, const struct stream *stream,
                       const struct stream_burst *burst, struct stream_truth *truth)
{
	static uint8_t frames[STREAM_BURST][TEMPLATE_MAX_BYTES];
	uint64_t first = stream->n_drawn - burst->n_packets;
	uint8_t *places[STREAM_BURST];
	int r = 0;

	for (uint32_t i = 0; i < STREAM_BURST; i++)
		places[i] = frames[i];
	stream_write(stream, burst, places);
	for (uint32_t i = 0; i < burst->n_packets && r == 0; i++)
		r = capture_file_add(file, stream_time_ns(stream, first + i), frames[i],
		                     stream_template(stream, &burst->packets[i])->n_bytes);
	stream_truth_begin(truth, burst);
	stream_truth_add(truth, burst->packets, burst->n_packets, stream_time_ns(stream, first),
	                 stream_time_ns(stream, stream->n_drawn - 1));
	return r;
}

static int write_bursts(struct capture_file *file, struct stream *stream,
                        struct stream_truth *truth)
{
	struct stream_burst burst;
	int r = 0;

	for (stream_draw(stream, &burst); burst.n_packets > 0 && r == 0;
	     stream_draw(stream, &burst))
		r = write_burst(file, stream, &burst, truth);
	return r;
}

static int write_stream(struct capture_file *file, const struct settings *settings,
                        struct truth *ret_truth)
{
	static struct stream stream;
	struct stream_truth truth = {0};
	int r = stream_init(&stream, settings);

	if (r == 0)
		r = stream_truth_init(&truth, &stream);
	if (r == 0)
		r = write_bursts(file, &stream, &truth);
	if (r == 0)
		stream_truth_sum_up(&truth, settings->snaplen, ret_truth);
	stream_truth_fini(&truth);
	stream_fini(&stream);
	return r;
}

int offline_write(const struct settings *settings, const char *path, struct truth *truth)
{
	struct capture_file file;
	int r = capture_file_open(&file, path, settings->snaplen);

	if (r == 0)
		r = settings->pattern == PATTERN_CONVERSATIONS
		            ? write_conversations(&file, settings, truth)
		            : write_stream(&file, settings, truth);
	if (r == 0)
		r = capture_file_flush(&file);
	capture_file_close(&file);
	if (r == -ENOMEM)
		return cli_failure("out of memory for %u flows: give fewer --flows or "
		                   "--subscribers",
		                   settings->n_flows);
	if (r < 0)
		return cli_failure("%s: cannot write: %s", path, strerror(-r));
	return EXIT_STATUS_OK;
}
