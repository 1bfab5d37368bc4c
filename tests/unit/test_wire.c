#include "test_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire.h"

enum {
	STREAM_BYTES = 3 * WIRE_HEADER_BYTES + 300 + 0 + 5,
};

// Appends a frame with n_bytes of payload; returns where the next one goes.
static uint8_t *frame_append(uint8_t *at, enum wire_type type, size_t n_bytes, uint8_t first)
{
	for (size_t i = 0; i < n_bytes; i++)
		at[WIRE_HEADER_BYTES + i] = (uint8_t)(first + i);
	wire_seal(at, type, n_bytes);
	return at + WIRE_HEADER_BYTES + n_bytes;
}

static void stream_make(uint8_t ret_stream[STREAM_BYTES])
{
	uint8_t *at = frame_append(ret_stream, WIRE_REPORT, 300, 7);

	at = frame_append(at, WIRE_HEARTBEAT, 0, 0);
	at = frame_append(at, WIRE_ACK, 5, 200);
	assert_ptr_equal(at, ret_stream + STREAM_BYTES);
}

// Takes the frames that are ready and checks them against the stream's, of which n_seen came
// before; returns how many there are now.
static size_t frames_check(struct wire_decoder *decoder, size_t n_seen)
{
	static const struct {
		enum wire_type type;
		size_t n_bytes;
		uint8_t first;
	} expected[] = {{WIRE_REPORT, 300, 7}, {WIRE_HEARTBEAT, 0, 0}, {WIRE_ACK, 5, 200}};
	struct wire_frame frame;

	for (; wire_decoder_next(decoder, &frame); n_seen++) {
		assert_true(n_seen < 3);
		assert_int_equal(frame.type, expected[n_seen].type);
		assert_int_equal(frame.payload_bytes, expected[n_seen].n_bytes);
		for (size_t i = 0; i < frame.payload_bytes; i++)
			assert_int_equal(frame.payload[i], (uint8_t)(expected[n_seen].first + i));
	}
	assert_int_equal(decoder->error, WIRE_OK);
	return n_seen;
}

// The error a sealed frame causes after one byte of it was replaced.
static enum wire_error error_after(size_t offset, uint8_t value)
{
	uint8_t bytes[WIRE_HEADER_BYTES + 10];
	struct wire_decoder decoder;
	struct wire_frame frame;
	enum wire_error error;

	frame_append(bytes, WIRE_REPORT, 10, 0);
	bytes[offset] = value;
	wire_decoder_init(&decoder, 100);
	assert_int_equal(wire_decoder_feed(&decoder, bytes, sizeof(bytes)), 0);
	assert_false(wire_decoder_next(&decoder, &frame));
	error = decoder.error;
	if (error != WIRE_OK)
		assert_int_equal(wire_decoder_feed(&decoder, bytes, 1), -EPROTO);
	wire_decoder_fini(&decoder);
	return error;
}

static void a_sealed_header_is_byte_for_byte_as_documented(void **state)
{
	static const uint8_t expected[WIRE_HEADER_BYTES] = {
		'6', 'G', 'A', 'U', 1, 6, 0, 0, 0, 0, 0, 0, 0x7a, 0x4a, 0x6b, 0xb1};
	uint8_t frame[WIRE_HEADER_BYTES];

	(void)state;
	wire_seal(frame, WIRE_HEARTBEAT, 0);
	assert_memory_equal(frame, expected, sizeof(expected));
}

static void a_stream_split_anywhere_decodes_the_same(void **state)
{
	uint8_t stream[STREAM_BYTES];

	(void)state;
	stream_make(stream);
	for (size_t cut = 0; cut <= STREAM_BYTES; cut++) {
		struct wire_decoder decoder;
		size_t n_seen;

		wire_decoder_init(&decoder, WIRE_MAX_PAYLOAD_BYTES);
		assert_int_equal(wire_decoder_feed(&decoder, stream, cut), 0);
		n_seen = frames_check(&decoder, 0);
		assert_int_equal(wire_decoder_feed(&decoder, stream + cut, STREAM_BYTES - cut), 0);
		assert_int_equal(frames_check(&decoder, n_seen), 3);
		wire_decoder_fini(&decoder);
	}
}

static void single_bytes_decode_the_same(void **state)
{
	uint8_t stream[STREAM_BYTES];
	struct wire_decoder decoder;
	size_t n_seen = 0;

	(void)state;
	stream_make(stream);
	wire_decoder_init(&decoder, WIRE_MAX_PAYLOAD_BYTES);
	for (size_t i = 0; i < STREAM_BYTES; i++) {
		assert_int_equal(wire_decoder_feed(&decoder, stream + i, 1), 0);
		n_seen = frames_check(&decoder, n_seen);
	}
	assert_int_equal(n_seen, 3);
	wire_decoder_fini(&decoder);
}

static void a_torn_header_waits_for_more_bytes(void **state)
{
	uint8_t stream[STREAM_BYTES];
	struct wire_decoder decoder;
	struct wire_frame frame;

	(void)state;
	stream_make(stream);
	wire_decoder_init(&decoder, WIRE_MAX_PAYLOAD_BYTES);
	assert_false(wire_decoder_next(&decoder, &frame));
	assert_int_equal(wire_decoder_feed(&decoder, stream, WIRE_HEADER_BYTES - 1), 0);
	assert_false(wire_decoder_next(&decoder, &frame));
	assert_int_equal(decoder.error, WIRE_OK);
	wire_decoder_fini(&decoder);
}

static void every_header_field_is_checked(void **state)
{
	(void)state;
	assert_int_equal(error_after(0, '7'), WIRE_BAD_MAGIC);
	assert_int_equal(error_after(4, 2), WIRE_BAD_VERSION);
	assert_int_equal(error_after(5, 0), WIRE_BAD_TYPE);
	assert_int_equal(error_after(5, N_WIRE_TYPES), WIRE_BAD_TYPE);
	assert_int_equal(error_after(7, 1), WIRE_BAD_FLAGS);
	assert_int_equal(error_after(8, 1), WIRE_TOO_LONG);
	assert_int_equal(error_after(11, 101), WIRE_TOO_LONG);
	assert_int_equal(error_after(11, 100), WIRE_OK); // waits for 90 bytes more
	assert_int_equal(error_after(12, 0), WIRE_BAD_CRC);
	assert_int_equal(error_after(5, WIRE_ACK), WIRE_BAD_CRC);
	assert_int_equal(error_after(WIRE_HEADER_BYTES + 9, 0), WIRE_BAD_CRC);
	for (int error = 0; error < N_WIRE_ERRORS; error++)
		assert_non_null(wire_error_text(error));
}

static void the_longest_frame_passes_and_one_byte_more_does_not(void **state)
{
	uint8_t *bytes = malloc(WIRE_HEADER_BYTES + WIRE_MAX_PAYLOAD_BYTES);
	struct wire_decoder decoder;
	struct wire_frame frame;

	(void)state;
	assert_non_null(bytes);
	frame_append(bytes, WIRE_REPORT, WIRE_MAX_PAYLOAD_BYTES, 3);
	wire_decoder_init(&decoder, WIRE_MAX_PAYLOAD_BYTES);
	assert_int_equal(
		wire_decoder_feed(&decoder, bytes, WIRE_HEADER_BYTES + WIRE_MAX_PAYLOAD_BYTES), 0);
	assert_true(wire_decoder_next(&decoder, &frame));
	assert_int_equal(frame.payload_bytes, WIRE_MAX_PAYLOAD_BYTES);
	decoder.max_payload_bytes = WIRE_MAX_PAYLOAD_BYTES - 1;
	assert_int_equal(wire_decoder_feed(&decoder, bytes, WIRE_HEADER_BYTES), 0);
	assert_false(wire_decoder_next(&decoder, &frame));
	assert_int_equal(decoder.error, WIRE_TOO_LONG);
	wire_decoder_fini(&decoder);
	free(bytes);
}

static void an_announced_length_alone_costs_no_memory(void **state)
{
	uint8_t header[WIRE_HEADER_BYTES];
	uint8_t *frame = calloc(1, WIRE_HEADER_BYTES + WIRE_MAX_PAYLOAD_BYTES);
	struct wire_decoder decoder;
	struct wire_frame unused;

	(void)state;
	assert_non_null(frame);
	wire_seal(frame, WIRE_REPORT, WIRE_MAX_PAYLOAD_BYTES);
	memcpy(header, frame, sizeof(header));
	free(frame);
	wire_decoder_init(&decoder, WIRE_MAX_PAYLOAD_BYTES);
	assert_int_equal(wire_decoder_feed(&decoder, header, sizeof(header)), 0);
	assert_false(wire_decoder_next(&decoder, &unused));
	assert_true(decoder.capacity <= 4096);
	wire_decoder_fini(&decoder);
}

static void frames_that_are_never_taken_stop_the_feed(void **state)
{
	uint8_t bytes[WIRE_HEADER_BYTES];
	struct wire_decoder decoder;
	int r = 0;

	(void)state;
	wire_seal(bytes, WIRE_HEARTBEAT, 0);
	wire_decoder_init(&decoder, 100);
	for (int i = 0; i < 20 && r == 0; i++)
		r = wire_decoder_feed(&decoder, bytes, sizeof(bytes));
	assert_int_equal(r, -ENOBUFS);
	wire_decoder_fini(&decoder);
}

static void a_drained_decoder_gives_back_a_large_buffer(void **state)
{
	uint8_t *bytes = malloc(WIRE_HEADER_BYTES + WIRE_MAX_PAYLOAD_BYTES);
	struct wire_decoder decoder;
	struct wire_frame frame;

	(void)state;
	assert_non_null(bytes);
	frame_append(bytes, WIRE_REPORT, WIRE_MAX_PAYLOAD_BYTES, 3);
	wire_decoder_init(&decoder, WIRE_MAX_PAYLOAD_BYTES);
	assert_int_equal(
		wire_decoder_feed(&decoder, bytes, WIRE_HEADER_BYTES + WIRE_MAX_PAYLOAD_BYTES), 0);
	assert_true(wire_decoder_next(&decoder, &frame));
	assert_int_equal(wire_decoder_feed(&decoder, bytes, 1), 0);
	assert_true(decoder.capacity <= 4096);
	wire_decoder_fini(&decoder);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sealed_header_is_byte_for_byte_as_documented),
		cmocka_unit_test(a_stream_split_anywhere_decodes_the_same),
		cmocka_unit_test(single_bytes_decode_the_same),
		cmocka_unit_test(a_torn_header_waits_for_more_bytes),
		cmocka_unit_test(every_header_field_is_checked),
		cmocka_unit_test(the_longest_frame_passes_and_one_byte_more_does_not),
		cmocka_unit_test(an_announced_length_alone_costs_no_memory),
		cmocka_unit_test(frames_that_are_never_taken_stop_the_feed),
		cmocka_unit_test(a_drained_decoder_gives_back_a_large_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
