// Whatever a peer sends: a byte stream through the framing, or a payload straight to its decoder,
// past the CRC that would stop nearly every mutation. The first byte of the input chooses.
//
// Held to: no crash, no leak; a stream split anywhere gives the same frames and the same error as
// the stream at once; what decodes also encodes, to something that decodes to the same; what does
// not decode is refused with one printable sentence.
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"
#include "proto/sketch.h"
#include "proto/wire.h"

#include "fuzz_target.h"

enum input_kind {
	INPUT_STREAM = 0,
	// 1 to 7: a payload of that wire_type.
	INPUT_GREETING = 8, // a stream under the limit of an unaccepted session
	INPUT_SKETCH = 9,
	INPUT_REDIS_STRING = 10,
	N_INPUT_KINDS
};

// Like assert(), but also in builds without assertions.
static void hold(bool condition)
{
	if (!condition)
		abort();
}

static void sentence_hold(int r, const char *why)
{
	size_t n_bytes = strnlen(why, MAX_TEXT_BYTES);

	hold(r < 0 && n_bytes > 0 && n_bytes < MAX_TEXT_BYTES);
	for (size_t i = 0; i < n_bytes; i++)
		hold(why[i] >= 0x20 && why[i] <= 0x7e);
}

// A frame just encoded; both this and the one before must be the same bytes.
struct encoding {
	uint8_t *frame;
	size_t n_bytes;
};

static const uint8_t *encoding_payload(const struct encoding *encoding)
{
	return encoding->frame + WIRE_HEADER_BYTES;
}

static size_t encoding_payload_bytes(const struct encoding *encoding)
{
	return encoding->n_bytes - WIRE_HEADER_BYTES;
}

static void encodings_hold_equal(struct encoding *first, struct encoding *second)
{
	hold(first->n_bytes == second->n_bytes);
	hold(memcmp(first->frame, second->frame, first->n_bytes) == 0);
	free(first->frame);
	free(second->frame);
}

static void hello_try(const uint8_t *payload, size_t n_bytes)
{
	struct encoding first, second;
	char why[MAX_TEXT_BYTES] = "";
	struct hello hello;
	int r = hello_decode(payload, n_bytes, &hello, why);

	if (r < 0) {
		sentence_hold(r, why);
		return;
	}
	hold(hello_encode(&hello, &first.frame, &first.n_bytes) == 0);
	hold(hello_decode(encoding_payload(&first), encoding_payload_bytes(&first), &hello, why) ==
	     0);
	hold(hello_encode(&hello, &second.frame, &second.n_bytes) == 0);
	encodings_hold_equal(&first, &second);
}

static void hello_ack_try(const uint8_t *payload, size_t n_bytes)
{
	struct encoding first, second;
	char why[MAX_TEXT_BYTES] = "";
	struct hello_ack ack;
	int r = hello_ack_decode(payload, n_bytes, &ack, why);

	if (r < 0) {
		sentence_hold(r, why);
		return;
	}
	hold(hello_ack_encode(&ack, &first.frame, &first.n_bytes) == 0);
	hold(hello_ack_decode(encoding_payload(&first), encoding_payload_bytes(&first), &ack,
	                      why) == 0);
	hold(hello_ack_encode(&ack, &second.frame, &second.n_bytes) == 0);
	encodings_hold_equal(&first, &second);
}

static void report_try(const uint8_t *payload, size_t n_bytes)
{
	struct encoding first, second;
	char why[MAX_TEXT_BYTES] = "";
	struct report *report, *again;
	int r = report_decode(payload, n_bytes, &report, why);

	if (r < 0) {
		sentence_hold(r, why);
		return;
	}
	hold(report_encode(report, &first.frame, &first.n_bytes) == 0);
	hold(report_decode(encoding_payload(&first), encoding_payload_bytes(&first), &again, why) ==
	     0);
	hold(report_encode(again, &second.frame, &second.n_bytes) == 0);
	encodings_hold_equal(&first, &second);
	report_free(report);
	report_free(again);
}

static void ack_try(const uint8_t *payload, size_t n_bytes)
{
	struct encoding first, second;
	char why[MAX_TEXT_BYTES] = "";
	struct ack ack, again;
	int r = ack_decode(payload, n_bytes, &ack, why);

	if (r < 0) {
		sentence_hold(r, why);
		return;
	}
	hold(ack_encode(&ack, &first.frame, &first.n_bytes) == 0);
	hold(ack_decode(encoding_payload(&first), encoding_payload_bytes(&first), &again, why) ==
	     0);
	hold(ack_encode(&again, &second.frame, &second.n_bytes) == 0);
	encodings_hold_equal(&first, &second);
	ack_fini(&ack);
	ack_fini(&again);
}

static void goodbye_try(const uint8_t *payload, size_t n_bytes)
{
	struct encoding first, second;
	char why[MAX_TEXT_BYTES] = "";
	struct goodbye goodbye;
	int r = goodbye_decode(payload, n_bytes, &goodbye, why);

	if (r < 0) {
		sentence_hold(r, why);
		return;
	}
	hold(goodbye_encode(&goodbye, &first.frame, &first.n_bytes) == 0);
	hold(goodbye_decode(encoding_payload(&first), encoding_payload_bytes(&first), &goodbye,
	                    why) == 0);
	hold(goodbye_encode(&goodbye, &second.frame, &second.n_bytes) == 0);
	encodings_hold_equal(&first, &second);
}

static void payload_try(enum wire_type type, const uint8_t *payload, size_t n_bytes)
{
	switch (type) {
	case WIRE_HELLO:
		hello_try(payload, n_bytes);
		break;
	case WIRE_HELLO_ACK:
		hello_ack_try(payload, n_bytes);
		break;
	case WIRE_REPORT:
		report_try(payload, n_bytes);
		break;
	case WIRE_ACK:
		ack_try(payload, n_bytes);
		break;
	case WIRE_GOODBYE:
		goodbye_try(payload, n_bytes);
		break;
	case WIRE_UNASSIGNED:
	case WIRE_HEARTBEAT:
	case N_WIRE_TYPES:
		break;
	}
}

// Takes what the split stream has ready; the whole stream must have the same frames.
static void frames_hold_equal(struct wire_decoder *split, struct wire_decoder *whole)
{
	struct wire_frame frame, other;

	while (wire_decoder_next(split, &frame)) {
		hold(wire_decoder_next(whole, &other));
		hold(frame.type == other.type && frame.crc == other.crc);
		hold(frame.payload_bytes == other.payload_bytes);
		hold(frame.payload_bytes <= split->max_payload_bytes);
		hold(memcmp(frame.payload, other.payload, frame.payload_bytes) == 0);
		payload_try(frame.type, frame.payload, frame.payload_bytes);
	}
}

static void stream_try(const uint8_t *stream, size_t n_bytes, size_t max_payload_bytes)
{
	struct wire_decoder split, whole;
	uint32_t random = (uint32_t)n_bytes;
	struct wire_frame frame;

	wire_decoder_init(&split, max_payload_bytes);
	wire_decoder_init(&whole, max_payload_bytes);
	hold(wire_decoder_feed(&whole, stream, n_bytes) == 0);
	for (size_t at = 0, chunk; at < n_bytes && split.error == WIRE_OK; at += chunk) {
		random = (random ^ stream[at]) * 1664525 + 1013904223;
		chunk = 1 + (random >> 8) % 40;
		if (chunk > n_bytes - at)
			chunk = n_bytes - at;
		hold(wire_decoder_feed(&split, stream + at, chunk) == 0);
		frames_hold_equal(&split, &whole);
	}
	hold(!wire_decoder_next(&whole, &frame));
	hold(split.error == whole.error);
	wire_decoder_fini(&split);
	wire_decoder_fini(&whole);
}

static void sketch_hold(const struct sketch *sketch)
{
	static uint8_t bytes[SKETCH_MAX_ENCODED_BYTES];
	size_t n_bytes = sketch_encode(sketch, bytes);
	struct sketch again;

	hold(n_bytes <= sizeof(bytes));
	hold(sketch_decode(bytes, n_bytes, &again) == 0);
	hold(memcmp(sketch, &again, sizeof(again)) == 0);
	hold(isfinite(sketch_estimate(sketch)) && sketch_estimate(sketch) >= 0);
	sketch_merge(&again, sketch);
	hold(memcmp(sketch, &again, sizeof(again)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	struct sketch sketch;
	unsigned int kind;

	if (n_bytes == 0)
		return 0;
	kind = *data++ % N_INPUT_KINDS;
	n_bytes--;
	if (kind == INPUT_STREAM)
		stream_try(data, n_bytes, WIRE_MAX_PAYLOAD_BYTES);
	else if (kind == INPUT_GREETING)
		stream_try(data, n_bytes, WIRE_MAX_GREETING_BYTES);
	else if (kind < N_WIRE_TYPES)
		payload_try(kind, data, n_bytes);
	else if (kind == INPUT_SKETCH && sketch_decode(data, n_bytes, &sketch) == 0)
		sketch_hold(&sketch);
	else if (kind == INPUT_REDIS_STRING && sketch_from_redis(data, n_bytes, &sketch) == 0)
		sketch_hold(&sketch);
	return 0;
}
