#include "test_all.h"

#include <errno.h>
#include <string.h>

#include "proto/check.h"

static const struct hello good_hello = {
	.probe = "exchange-1.example", .min_version = 1, .max_version = 1, .next_sequence = 1};

static const struct hello_ack good_hello_ack = {
	.version = 1, .credit_bytes = WIRE_HEADER_BYTES + WIRE_MAX_PAYLOAD_BYTES};

static void assert_fault(int r, const char *why, const char *expected)
{
	assert_int_equal(r, -EBADMSG);
	assert_string_equal(why, expected);
}

static void a_probe_name_has_1_to_63_of_its_letters(void **state)
{
	char name[MAX_NAME_BYTES] = "";
	char why[MAX_TEXT_BYTES];

	(void)state;
	assert_fault(probe_name_check("probe", name, why), why, "probe: missing or empty");
	assert_int_equal(probe_name_check("probe", "0.a-z", why), 0);
	memset(name, 'x', MAX_NAME_BYTES - 1);
	assert_int_equal(probe_name_check("probe", name, why), 0);
	name[MAX_NAME_BYTES - 1] = 'x';
	assert_fault(probe_name_check("probe", name, why), why, "probe: longer than 63 bytes");
	assert_fault(probe_name_check("probe", "a b", why), why,
	             "probe: ' ' is none of a-z, 0-9, '.' and '-'");
	assert_fault(probe_name_check("probe", "a\nb", why), why,
	             "probe: byte 0x0a is not printable ASCII");
}

static void a_hello_is_checked_field_by_field(void **state)
{
	struct hello hello = good_hello;
	char why[MAX_TEXT_BYTES];

	(void)state;
	assert_int_equal(hello_check(&hello, why), 0);
	hello.min_version = 0;
	assert_fault(hello_check(&hello, why), why, "min_version: 0 is no version");
	hello.min_version = 2;
	assert_fault(hello_check(&hello, why), why, "max_version: 1 is below min_version 2");
	hello = good_hello;
	hello.next_sequence = 0;
	assert_fault(hello_check(&hello, why), why, "next_sequence: 0, but numbering starts at 1");
	hello = good_hello;
	hello.wall_ns = UINT64_MAX;
	assert_fault(hello_check(&hello, why), why,
	             "wall_ns: 18446744073709551615 does not fit 63 bits");
	hello = good_hello;
	hello.software[0] = 127;
	assert_fault(hello_check(&hello, why), why, "software: byte 0x7f is not printable ASCII");
}

static void an_answer_leaves_credit_for_the_largest_report(void **state)
{
	struct hello_ack ack = good_hello_ack;
	char why[MAX_TEXT_BYTES];

	(void)state;
	assert_int_equal(hello_ack_check(&ack, why), 0);
	ack.credit_bytes--;
	assert_fault(hello_ack_check(&ack, why), why,
	             "credit_bytes: 1048591 is less than the 1048592 of the largest frame");
	ack = good_hello_ack;
	ack.version = 0;
	assert_fault(hello_ack_check(&ack, why), why, "version: 0 is no version");
	ack = good_hello_ack;
	ack.oldest_accepted_ns = UINT64_C(1) << 63;
	assert_fault(hello_ack_check(&ack, why), why,
	             "oldest_accepted_ns: 9223372036854775808 does not fit 63 bits");
}

static void ranges_go_up_and_do_not_touch_twice(void **state)
{
	struct sequence_range ranges[] = {{1, 5}, {6, 6}};
	struct ack ack = {.n_ranges = 2, .ranges = ranges};
	char why[MAX_TEXT_BYTES];

	(void)state;
	assert_int_equal(ack_check(&ack, why), 0);
	ranges[1].first = 5;
	assert_fault(ack_check(&ack, why), why, "first[1]: 5 is not above 5");
	ranges[1] = (struct sequence_range){8, 7};
	assert_fault(ack_check(&ack, why), why, "last[1]: 7 is below first");
	ranges[0].first = 0;
	assert_fault(ack_check(&ack, why), why, "first[0]: 0 is not above 0");
}

static void a_rejection_gives_a_reason(void **state)
{
	struct rejection rejections[] = {{3, "too old"}, {4, ""}};
	struct ack ack = {.n_rejections = 2, .rejections = rejections};
	char why[MAX_TEXT_BYTES];

	(void)state;
	assert_fault(ack_check(&ack, why), why, "rejected_reason[1]: missing or empty");
	strcpy(rejections[1].reason, "too old");
	assert_int_equal(ack_check(&ack, why), 0);
	rejections[1].sequence = 3;
	assert_fault(ack_check(&ack, why), why,
	             "rejected_sequence[1]: 3 is not above 3 or does not fit 63 bits");
}

static void a_goodbye_gives_a_reason(void **state)
{
	struct goodbye goodbye = {.retry_after_ns = 1};
	char why[MAX_TEXT_BYTES];

	(void)state;
	assert_fault(goodbye_check(&goodbye, why), why, "reason: missing or empty");
	memset(goodbye.reason, 'x', MAX_TEXT_BYTES - 1);
	assert_int_equal(goodbye_check(&goodbye, why), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_probe_name_has_1_to_63_of_its_letters),
		cmocka_unit_test(a_hello_is_checked_field_by_field),
		cmocka_unit_test(an_answer_leaves_credit_for_the_largest_report),
		cmocka_unit_test(ranges_go_up_and_do_not_touch_twice),
		cmocka_unit_test(a_rejection_gives_a_reason),
		cmocka_unit_test(a_goodbye_gives_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
