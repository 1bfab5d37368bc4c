// Writes the seeds of fuzz_frames with our own encoders: make_frames_corpus DIRECTORY. Run it again
// and commit the files when a message has changed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"
#include "proto/siphash.h"
#include "proto/sketch.h"
#include "tests/unit/sample_report.h"

enum {
	INPUT_STREAM = 0,
	INPUT_GREETING = 8,
	INPUT_SKETCH = 9,
	INPUT_REDIS_STRING = 10,
};

// All frames so far, one behind the other.
struct stream {
	const char *directory;
	uint8_t *bytes;
	size_t n_bytes;
};

static void seed_write(const char *directory, const char *name, uint8_t kind, const uint8_t *bytes,
                       size_t n_bytes)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "wb");
	if (!file || fputc(kind, file) == EOF || fwrite(bytes, 1, n_bytes, file) != n_bytes ||
	    fclose(file) != 0) {
		perror(path);
		exit(EXIT_FAILURE);
	}
}

// Writes the payload of a frame as a seed of its own, and takes the frame into the stream.
static void frame_add(struct stream *stream, const char *name, int r, uint8_t *frame,
                      size_t n_bytes)
{
	uint8_t *bytes = r == 0 ? realloc(stream->bytes, stream->n_bytes + n_bytes) : NULL;

	if (!bytes) {
		fprintf(stderr, "%s: %s\n", name, strerror(-r));
		exit(EXIT_FAILURE);
	}
	memcpy(bytes + stream->n_bytes, frame, n_bytes);
	stream->bytes = bytes;
	stream->n_bytes += n_bytes;
	seed_write(stream->directory, name, frame[5], frame + WIRE_HEADER_BYTES,
	           n_bytes - WIRE_HEADER_BYTES);
	free(frame);
}

static void greeting_add(struct stream *stream)
{
	struct hello hello = {"exchange-1", 1, 1, {{1, 2, 3}}, 17, 1763800020000000000, "seed"};
	struct hello_ack ack = {1, 1763800020000000001, 4 << 20, 1763000000000000000};
	size_t n_bytes = 0;
	uint8_t *frame = NULL;
	int r = hello_encode(&hello, &frame, &n_bytes);

	frame_add(stream, "hello", r, frame, n_bytes);
	r = hello_ack_encode(&ack, &frame, &n_bytes);
	frame_add(stream, "hello_ack", r, frame, n_bytes);
	seed_write(stream->directory, "greeting", INPUT_GREETING, stream->bytes, stream->n_bytes);
}

static void reports_add(struct stream *stream)
{
	struct report *report = sample_report_new();
	size_t n_bytes = 0;
	uint8_t *frame = NULL;
	int r = report_encode(report, &frame, &n_bytes);

	frame_add(stream, "report", r, frame, n_bytes);
	report->n_links = report->n_traffic = report->n_flows = report->n_queues = 0;
	r = report_encode(report, &frame, &n_bytes);
	frame_add(stream, "report_without_rows", r, frame, n_bytes);
	report_free(report);
}

static void answers_add(struct stream *stream)
{
	struct sequence_range ranges[] = {{1, 5}, {7, 300}};
	struct rejection rejections[] = {{6, "traffic_link[3]: 9 is not one of the 2 links"}};
	struct ack ack = {{{1, 2, 3}}, 2, 1, ranges, rejections};
	struct goodbye goodbye = {"too many sessions", 4000000000};
	size_t n_bytes = 0;
	uint8_t *frame = NULL;
	int r = ack_encode(&ack, &frame, &n_bytes);

	frame_add(stream, "ack", r, frame, n_bytes);
	r = heartbeat_encode(&frame, &n_bytes);
	frame_add(stream, "heartbeat", r, frame, n_bytes);
	r = goodbye_encode(&goodbye, &frame, &n_bytes);
	frame_add(stream, "goodbye", r, frame, n_bytes);
}

static void sketches_write(const char *directory)
{
	static uint8_t bytes[SKETCH_REDIS_BYTES];
	struct siphash_key key = {1, 2};
	struct sketch sketch = {0};

	for (uint32_t i = 0; i < 40; i++)
		sketch_add(&sketch, siphash_2_4(&key, &i, sizeof(i)));
	seed_write(directory, "sketch_sparse", INPUT_SKETCH, bytes, sketch_encode(&sketch, bytes));
	sketch_to_redis(&sketch, bytes);
	seed_write(directory, "sketch_redis", INPUT_REDIS_STRING, bytes, sizeof(bytes));
	for (uint32_t i = 0; i < 40000; i++)
		sketch_add(&sketch, siphash_2_4(&key, &i, sizeof(i)));
	seed_write(directory, "sketch_coded", INPUT_SKETCH, bytes, sketch_encode(&sketch, bytes));
}

int main(int argc, char **argv)
{
	struct stream stream = {0};

	if (argc != 2) {
		fprintf(stderr, "usage: make_frames_corpus DIRECTORY\n");
		return 2;
	}
	stream.directory = argv[1];
	greeting_add(&stream);
	reports_add(&stream);
	answers_add(&stream);
	seed_write(stream.directory, "stream", INPUT_STREAM, stream.bytes, stream.n_bytes);
	sketches_write(stream.directory);
	free(stream.bytes);
	return 0;
}
