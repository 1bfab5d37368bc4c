#include "test_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"
#include "sample_report.h"

static const struct hello sample_hello = {
	.probe = "exchange-1",
	.min_version = 1,
	.max_version = 3,
	.spool = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}},
	.next_sequence = 5,
	.wall_ns = 1763800020000000001,
	.software = "sixgauge-probe 0.1.0",
};

static void assert_reports_equal(const struct report *a, const struct report *b)
{
	assert_string_equal(a->probe, b->probe);
	assert_memory_equal(&a->spool, &b->spool, sizeof(a->spool));
	assert_int_equal(a->sequence, b->sequence);
	assert_int_equal(a->window_start_ns, b->window_start_ns);
	assert_int_equal(a->window_length_ns, b->window_length_ns);
	assert_int_equal(a->observed_ns, b->observed_ns);
	assert_int_equal(a->boot_ns, b->boot_ns);
	assert_int_equal(a->window_overruns, b->window_overruns);
	assert_string_equal(a->software, b->software);
	assert_int_equal(a->n_links, b->n_links);
	assert_int_equal(a->n_traffic, b->n_traffic);
	assert_int_equal(a->n_flows, b->n_flows);
	assert_int_equal(a->n_queues, b->n_queues);
	assert_memory_equal(a->links, b->links, a->n_links * sizeof(*a->links));
	assert_memory_equal(a->traffic, b->traffic, a->n_traffic * sizeof(*a->traffic));
	assert_memory_equal(a->flows, b->flows, a->n_flows * sizeof(*a->flows));
	assert_memory_equal(a->queues, b->queues, a->n_queues * sizeof(*a->queues));
	assert_memory_equal(&a->plan, &b->plan, sizeof(a->plan));
	assert_memory_equal(a->covered_ends, b->covered_ends, sizeof(a->covered_ends));
	assert_memory_equal(a->uncovered_ends, b->uncovered_ends, sizeof(a->uncovered_ends));
	assert_int_equal(a->n_groups, b->n_groups);
	assert_int_equal(a->n_keys, b->n_keys);
	assert_int_equal(a->n_sketches, b->n_sketches);
	assert_int_equal(a->n_sketch_bytes, b->n_sketch_bytes);
	for (uint32_t i = 0; i < a->n_groups; i++)
		assert_int_equal(report_group_compare(&a->groups[i], &b->groups[i]), 0);
	assert_memory_equal(a->keys, b->keys, a->n_keys * sizeof(*a->keys));
	assert_memory_equal(a->sketches, b->sketches, a->n_sketches * sizeof(*a->sketches));
	assert_memory_equal(a->sketch_data, b->sketch_data, a->n_sketch_bytes);
}

// Checks that the bytes are exactly one frame of the type, and returns its payload.
static const uint8_t *frame_payload(const uint8_t *frame, size_t n_bytes, enum wire_type type,
                                    size_t *ret_bytes)
{
	struct wire_decoder decoder;
	struct wire_frame found;

	wire_decoder_init(&decoder, WIRE_MAX_PAYLOAD_BYTES);
	assert_int_equal(wire_decoder_feed(&decoder, frame, n_bytes), 0);
	assert_true(wire_decoder_next(&decoder, &found));
	assert_int_equal(found.type, type);
	assert_int_equal(found.payload_bytes, n_bytes - WIRE_HEADER_BYTES);
	wire_decoder_fini(&decoder);
	*ret_bytes = n_bytes - WIRE_HEADER_BYTES;
	return frame + WIRE_HEADER_BYTES;
}

static void a_hello_comes_back_as_it_was(void **state)
{
	struct hello back = {0};
	const uint8_t *payload;
	char why[MAX_TEXT_BYTES];
	uint8_t *frame;
	size_t n_bytes;

	(void)state;
	assert_int_equal(hello_encode(&sample_hello, &frame, &n_bytes), 0);
	payload = frame_payload(frame, n_bytes, WIRE_HELLO, &n_bytes);
	assert_true(n_bytes <= WIRE_MAX_GREETING_BYTES);
	assert_int_equal(hello_decode(payload, n_bytes, &back, why), 0);
	assert_memory_equal(&back, &sample_hello, sizeof(back));
	free(frame);
}

static void a_hello_that_breaks_a_limit_is_not_made(void **state)
{
	struct hello hello = sample_hello;
	uint8_t *frame = NULL;
	size_t n_bytes;

	(void)state;
	hello.min_version = 0;
	assert_int_equal(hello_encode(&hello, &frame, &n_bytes), -EINVAL);
	hello = sample_hello;
	hello.max_version = 0;
	assert_int_equal(hello_encode(&hello, &frame, &n_bytes), -EINVAL);
	hello = sample_hello;
	hello.next_sequence = 0;
	assert_int_equal(hello_encode(&hello, &frame, &n_bytes), -EINVAL);
	hello = sample_hello;
	strcpy(hello.probe, "a_b");
	assert_int_equal(hello_encode(&hello, &frame, &n_bytes), -EINVAL);
	assert_null(frame);
}

static void a_hello_ack_comes_back_as_it_was(void **state)
{
	struct hello_ack ack = {1, 1763800020000000001, 4 << 20, 1763000000000000000}, back = {0};
	const uint8_t *payload;
	char why[MAX_TEXT_BYTES];
	uint8_t *frame;
	size_t n_bytes;

	(void)state;
	assert_int_equal(hello_ack_encode(&ack, &frame, &n_bytes), 0);
	payload = frame_payload(frame, n_bytes, WIRE_HELLO_ACK, &n_bytes);
	assert_int_equal(hello_ack_decode(payload, n_bytes, &back, why), 0);
	assert_memory_equal(&back, &ack, sizeof(back));
	free(frame);
	ack.credit_bytes = 0;
	assert_int_equal(hello_ack_encode(&ack, &frame, &n_bytes), -EINVAL);
}

static void a_goodbye_and_a_heartbeat_come_back(void **state)
{
	struct goodbye goodbye = {"probe: unknown here, add it to probes:", 5000000000},
		       back = {""};
	const uint8_t *payload;
	char why[MAX_TEXT_BYTES];
	uint8_t *frame;
	size_t n_bytes;

	(void)state;
	assert_int_equal(goodbye_encode(&goodbye, &frame, &n_bytes), 0);
	payload = frame_payload(frame, n_bytes, WIRE_GOODBYE, &n_bytes);
	assert_int_equal(goodbye_decode(payload, n_bytes, &back, why), 0);
	assert_memory_equal(&back, &goodbye, sizeof(back));
	free(frame);
	assert_int_equal(heartbeat_encode(&frame, &n_bytes), 0);
	frame_payload(frame, n_bytes, WIRE_HEARTBEAT, &n_bytes);
	assert_int_equal(n_bytes, 0);
	free(frame);
}

static void an_ack_comes_back_as_it_was(void **state)
{
	struct sequence_range ranges[] = {{1, 5}, {7, 7}, {9, INT64_MAX}};
	struct rejection rejections[] = {{6, "sequence: missing"}, {8, "too old"}};
	struct ack ack = {{{7}}, 3, 2, ranges, rejections}, back = {0};
	const uint8_t *payload;
	char why[MAX_TEXT_BYTES];
	uint8_t *frame;
	size_t n_bytes;

	(void)state;
	assert_int_equal(ack_encode(&ack, &frame, &n_bytes), 0);
	payload = frame_payload(frame, n_bytes, WIRE_ACK, &n_bytes);
	assert_int_equal(ack_decode(payload, n_bytes, &back, why), 0);
	assert_memory_equal(&back.spool, &ack.spool, sizeof(ack.spool));
	assert_int_equal(back.n_ranges, 3);
	assert_int_equal(back.n_rejections, 2);
	assert_memory_equal(back.ranges, ranges, sizeof(ranges));
	assert_memory_equal(back.rejections, rejections, sizeof(rejections));
	ack_fini(&back);
	free(frame);
}

static void an_empty_ack_needs_no_rows(void **state)
{
	struct ack ack = {0}, back = {0};
	char why[MAX_TEXT_BYTES];
	uint8_t *frame;
	size_t n_bytes;

	(void)state;
	assert_int_equal(ack_encode(&ack, &frame, &n_bytes), 0);
	assert_int_equal(
		ack_decode(frame + WIRE_HEADER_BYTES, n_bytes - WIRE_HEADER_BYTES, &back, why), 0);
	assert_int_equal(back.n_ranges + back.n_rejections, 0);
	ack_fini(&back);
	free(frame);
}

static void an_ack_out_of_order_is_not_made(void **state)
{
	struct sequence_range ranges[] = {{1, 5}, {5, 7}};
	struct rejection rejections[] = {{6, "why"}, {6, "why"}};
	struct ack ack = {{{7}}, 2, 0, ranges, rejections};
	uint8_t *frame = NULL;
	size_t n_bytes;

	(void)state;
	assert_int_equal(ack_encode(&ack, &frame, &n_bytes), -EINVAL);
	ranges[1] = (struct sequence_range){8, 7};
	assert_int_equal(ack_encode(&ack, &frame, &n_bytes), -EINVAL);
	ranges[1] = (struct sequence_range){8, UINT64_MAX};
	assert_int_equal(ack_encode(&ack, &frame, &n_bytes), -EINVAL);
	ack.n_ranges = 1;
	ack.n_rejections = 2;
	assert_int_equal(ack_encode(&ack, &frame, &n_bytes), -EINVAL);
	rejections[1] = (struct rejection){7, ""};
	assert_int_equal(ack_encode(&ack, &frame, &n_bytes), -EINVAL);
	ack.n_rejections = MAX_ACK_ROWS + 1;
	assert_int_equal(ack_encode(&ack, &frame, &n_bytes), -EINVAL);
	assert_null(frame);
}

static void a_report_comes_back_as_it_was(void **state)
{
	struct report *report = sample_report_new(), *back = NULL;
	const uint8_t *payload;
	char why[MAX_TEXT_BYTES];
	uint8_t *frame;
	size_t n_bytes;

	(void)state;
	assert_int_equal(report_encode(report, &frame, &n_bytes), 0);
	payload = frame_payload(frame, n_bytes, WIRE_REPORT, &n_bytes);
	assert_int_equal(report_decode(payload, n_bytes, &back, why), 0);
	assert_reports_equal(report, back);
	report_free(report);
	report_free(back);
	free(frame);
}

// Every row there can be, with the largest numbers whose totals are still allowed.
static struct report *largest_report_new(void)
{
	struct report *sample = sample_report_new();
	struct report *report = report_new(&(struct report_sizes){
		.n_links = MAX_REPORT_LINKS,
		.n_traffic = MAX_REPORT_TRAFFIC_ROWS,
		.n_flows = MAX_REPORT_FLOW_ROWS,
		.n_queues = MAX_REPORT_QUEUE_ROWS,
	});
	struct report_traffic *row = report->traffic;

	memcpy(report, sample, offsetof(struct report, plan));
	report_free(sample);
	for (uint32_t i = 0; i < MAX_REPORT_LINKS; i++) {
		uint64_t most = INT64_MAX / MAX_REPORT_LINKS;

		snprintf(report->links[i].name, MAX_NAME_BYTES, "%063u", i);
		report->links[i].capacity_bps = most;
		report->links[i].received_frames = most;
		report->links[i].frames[FRAME_IPV6] = most;
		report->links[i].wire_bytes = most;
		report->links[i].down_ns = report->observed_ns;
		report->links[i].gone_ns = report->observed_ns;
		report->links[i].state = N_LINK_STATES - 1;
		for (uint32_t family = 0; family < N_FAMILIES; family++)
			report->flows[i * N_FAMILIES + family] = (struct report_flows){
				i, family, most / 2, most / 2, 0, 0};
	}
	for (uint32_t i = 0; i < MAX_REPORT_TRAFFIC_ROWS; i++, row++) {
		uint64_t most = INT64_MAX / MAX_REPORT_TRAFFIC_ROWS;
		uint32_t families = i / N_TRANSITIONS;

		*row = (struct report_traffic){
			families / 4, families / 2 % 2, families % 2, i % N_TRANSITIONS, most, most,
			most};
	}
	for (uint32_t i = 0; i < MAX_REPORT_QUEUE_ROWS; i++)
		report->queues[i] = (struct report_queue){i / MAX_LINK_QUEUES, i % MAX_LINK_QUEUES,
		                                          INT64_MAX / MAX_REPORT_QUEUE_ROWS};
	return report;
}

static void the_largest_report_fits_a_frame(void **state)
{
	struct report *report = largest_report_new(), *back = NULL;
	char why[MAX_TEXT_BYTES] = "";
	uint8_t *frame;
	size_t n_bytes;

	(void)state;
	assert_int_equal(report_encode(report, &frame, &n_bytes), 0);
	assert_int_equal(
		report_decode(frame + WIRE_HEADER_BYTES, n_bytes - WIRE_HEADER_BYTES, &back, why),
		0);
	assert_reports_equal(report, back);
	report_free(report);
	report_free(back);
	free(frame);
}

// A cut between two tables leaves a message with fewer of them, which is right in itself: that the
// frame is whole is for its length and CRC to say.
static void a_report_cut_anywhere_else_than_between_tables_is_refused(void **state)
{
	struct report *report = sample_report_new(), *back = NULL;
	char why[MAX_TEXT_BYTES];
	uint8_t *frame;
	size_t n_bytes;
	int n_whole = 0;

	(void)state;
	assert_int_equal(report_encode(report, &frame, &n_bytes), 0);
	for (size_t cut = 0; cut < n_bytes - WIRE_HEADER_BYTES; cut++) {
		why[0] = 0;
		if (report_decode(frame + WIRE_HEADER_BYTES, cut, &back, why) == 0) {
			assert_int_equal(back->n_sketches, 0);
			report_free(back);
			n_whole++;
		} else {
			assert_true(strlen(why) > 5);
		}
	}
	// After the head, each of three numbers about users, the links as older probes know them,
	// each of four columns that came later, the traffic, flows, queues, groups, keys.
	assert_int_equal(n_whole, 14);
	report_free(report);
	free(frame);
}

// Bytes of a field with this number in the payload, and where it is.
static size_t find_field(const uint8_t *payload, size_t n_bytes, const char *tag, size_t n_tag,
                         size_t *ret_at)
{
	for (size_t at = 0; at + n_tag < n_bytes; at++) {
		if (memcmp(payload + at, tag, n_tag) == 0) {
			*ret_at = at;
			return n_tag + 1 + payload[at + n_tag];
		}
	}
	fail_msg("no such field");
	return 0;
}

// What a probe of the version before sends: none of the columns that came later.
static void a_report_of_an_older_probe_says_nothing_of_links_down_and_queues(void **state)
{
	struct report *report = sample_report_new(), *back = NULL;
	const char *const tags[] = {"\xfa\x01", "\xc2\x02", "\xca\x02"};
	char why[MAX_TEXT_BYTES];
	uint8_t *frame, *payload;
	size_t n_bytes;

	report->n_queues = 0;
	assert_int_equal(report_encode(report, &frame, &n_bytes), 0);
	payload = frame + WIRE_HEADER_BYTES;
	n_bytes -= WIRE_HEADER_BYTES;
	for (int i = 0; i < 3; i++) {
		size_t at, n_field = find_field(payload, n_bytes, tags[i], 2, &at);

		memmove(payload + at, payload + at + n_field, n_bytes - at - n_field);
		n_bytes -= n_field;
	}
	assert_int_equal(report_decode(payload, n_bytes, &back, why), 0);
	report->links[1].down_ns = report->links[1].gone_ns = 0;
	report->links[0].state = report->links[1].state = LINK_STATE_UNKNOWN;
	assert_reports_equal(report, back);
	report_free(report);
	report_free(back);
	free(frame);
}

// Payload of the sample report followed by one more field of one-byte elements.
static int decode_with(const char *field, size_t n_field, char *why)
{
	struct report *report = sample_report_new(), *back = NULL;
	uint8_t *frame, *payload;
	size_t n_bytes;
	int r;

	report->n_flows = report->n_queues = 0; // whose columns the test then gives itself
	assert_int_equal(report_encode(report, &frame, &n_bytes), 0);
	n_bytes -= WIRE_HEADER_BYTES;
	payload = malloc(n_bytes + n_field);
	assert_non_null(payload);
	memcpy(payload, frame + WIRE_HEADER_BYTES, n_bytes);
	memcpy(payload + n_bytes, field, n_field);
	r = report_decode(payload, n_bytes + n_field, &back, why);
	if (r == 0)
		report_free(back);
	report_free(report);
	free(payload);
	free(frame);
	return r;
}

#define decode_with_literal(literal, why) decode_with(literal, sizeof(literal) - 1, why)

static void columns_of_one_table_are_equally_long(void **state)
{
	char why[MAX_TEXT_BYTES] = "";

	(void)state;
	assert_int_equal(decode_with_literal("\x82\x03\x02\x00\x00", why), -EBADMSG);
	assert_string_equal(why, "flow_family: 0 elements in a table of 2 rows");
	assert_int_equal(decode_with_literal("\x9a\x03\x01\x00", why), -EBADMSG);
	assert_string_equal(why, "flow_active: 1 elements in a table of 0 rows");
	assert_int_equal(decode_with_literal("\xc2\x03\x01\x00", why), -EBADMSG);
	assert_string_equal(why, "queue_number: 0 elements in a table of 1 rows");
}

static void a_column_that_came_later_is_whole_or_absent(void **state)
{
	struct report *report = sample_report_new(), *back = NULL;
	char why[MAX_TEXT_BYTES] = "";
	uint8_t *frame, *payload;
	size_t n_bytes, n_field, at;

	assert_int_equal(report_encode(report, &frame, &n_bytes), 0);
	payload = frame + WIRE_HEADER_BYTES;
	n_bytes -= WIRE_HEADER_BYTES;
	n_field = find_field(payload, n_bytes, "\xc2\x02", 2, &at); // link_state
	assert_int_equal(n_field, 5);
	payload[at + 2] = 1; // one element instead of two
	memmove(payload + at + 4, payload + at + 5, n_bytes - at - 5);
	assert_int_equal(report_decode(payload, n_bytes - 1, &back, why), -EBADMSG);
	assert_string_equal(why, "link_state: 1 elements in a table of 2 rows");
	report_free(report);
	free(frame);
}

static void what_is_decoded_is_checked_like_what_is_encoded(void **state)
{
	static const char flows[] = "\x82\x03\x01\x05\x8a\x03\x01\x00\x92\x03\x01\x00"
				    "\x9a\x03\x01\x00\xa2\x03\x01\x00\xaa\x03\x01\x00";
	char why[MAX_TEXT_BYTES] = "";

	(void)state;
	assert_int_equal(decode_with(flows, sizeof(flows) - 1, why), -EBADMSG);
	assert_string_equal(why, "flow_link[0]: 5 is not one of the 2 links");
}

static void unknown_fields_are_passed_over(void **state)
{
	char why[MAX_TEXT_BYTES] = "";

	(void)state;
	assert_int_equal(decode_with_literal("\xc0\x3e\x01\xc2\x3e\x03xyz", why), 0);
}

static void a_nested_payload_is_refused_before_it_is_followed(void **state)
{
	enum {
		DEPTH = 100000,
	};
	char *groups = malloc(DEPTH);
	char why[MAX_TEXT_BYTES] = "";

	(void)state;
	assert_non_null(groups);
	memset(groups, 0x7b, DEPTH); // field 15, start of a group
	assert_int_equal(decode_with(groups, DEPTH, why), -EBADMSG);
	assert_string_equal(why, "field 15: its value is cut off or of wire type 3");
	free(groups);
}

static void an_oversized_payload_is_refused_unread(void **state)
{
	char *zeros = calloc(1, WIRE_MAX_PAYLOAD_BYTES + 1);
	char why[MAX_TEXT_BYTES] = "";
	struct hello hello;

	(void)state;
	assert_non_null(zeros);
	assert_int_equal(hello_decode((uint8_t *)zeros, WIRE_MAX_PAYLOAD_BYTES + 1, &hello, why),
	                 -EBADMSG);
	assert_string_equal(why, "payload: 1048577 bytes, at most 1048576 are allowed");
	free(zeros);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hello_comes_back_as_it_was),
		cmocka_unit_test(a_hello_that_breaks_a_limit_is_not_made),
		cmocka_unit_test(a_hello_ack_comes_back_as_it_was),
		cmocka_unit_test(a_goodbye_and_a_heartbeat_come_back),
		cmocka_unit_test(an_ack_comes_back_as_it_was),
		cmocka_unit_test(an_empty_ack_needs_no_rows),
		cmocka_unit_test(an_ack_out_of_order_is_not_made),
		cmocka_unit_test(a_report_comes_back_as_it_was),
		cmocka_unit_test(the_largest_report_fits_a_frame),
		cmocka_unit_test(a_report_cut_anywhere_else_than_between_tables_is_refused),
		cmocka_unit_test(a_report_of_an_older_probe_says_nothing_of_links_down_and_queues),
		cmocka_unit_test(columns_of_one_table_are_equally_long),
		cmocka_unit_test(a_column_that_came_later_is_whole_or_absent),
		cmocka_unit_test(what_is_decoded_is_checked_like_what_is_encoded),
		cmocka_unit_test(unknown_fields_are_passed_over),
		cmocka_unit_test(a_nested_payload_is_refused_before_it_is_followed),
		cmocka_unit_test(an_oversized_payload_is_refused_unread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
