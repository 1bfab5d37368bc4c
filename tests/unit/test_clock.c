#include "test_all.h"

#include <errno.h>
#include <string.h>

#include "proto/base/clock.h"

#define MORNING_NS (UINT64_C(1795336200) * NS_PER_S) // 2026-11-22T08:30:00Z

static void assert_time(const char *text, uint64_t expected_ns)
{
	uint64_t wall_ns = 0;

	if (clock_parse(text, &wall_ns) != 0 || wall_ns != expected_ns)
		fail_msg("\"%s\" became %llu", text, (unsigned long long)wall_ns);
}

static void assert_refused(const char *text, int error)
{
	uint64_t wall_ns = 7;
	int result = clock_parse(text, &wall_ns);

	if (result != error || wall_ns != 7)
		fail_msg("\"%s\" returned %d", text, result);
}

static void the_nine_digits_are_always_written(void **state)
{
	char text[CLOCK_TEXT_BYTES];

	(void)state;
	clock_format_ns(MORNING_NS, text);
	assert_string_equal(text, "2026-11-22T08:30:00.000000000Z");
	clock_format_ns(MORNING_NS + 42, text);
	assert_string_equal(text, "2026-11-22T08:30:00.000000042Z");
	clock_format_ns(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000000000Z");
	clock_format_ns(UINT64_MAX, text);
	assert_string_equal(text, "2554-07-21T23:34:33.709551615Z");
}

static void a_zero_fraction_is_left_out(void **state)
{
	char text[CLOCK_TEXT_BYTES];

	(void)state;
	clock_format(MORNING_NS, text);
	assert_string_equal(text, "2026-11-22T08:30:00Z");
	clock_format(MORNING_NS + 500 * NS_PER_MS, text);
	assert_string_equal(text, "2026-11-22T08:30:00.500000000Z");
}

static void rfc_3339_is_read_in_every_form(void **state)
{
	(void)state;
	assert_time("2026-11-22T08:30:00Z", MORNING_NS);
	assert_time("2026-11-22t08:30:00z", MORNING_NS);
	assert_time("2026-11-22 08:30:00Z", MORNING_NS);
	assert_time("2026-11-22T08:30:00.5Z", MORNING_NS + 500 * NS_PER_MS);
	assert_time("2026-11-22T08:30:00.000000001Z", MORNING_NS + 1);
	assert_time("2026-11-22T16:30:00+08:00", MORNING_NS);
	assert_time("2026-11-22T03:00:00-05:30", MORNING_NS);
	assert_time("2026-11-23T00:29:00+15:59", MORNING_NS);
	assert_time("1970-01-01T00:00:00Z", 0);
	assert_time("2024-02-29T00:00:00Z", UINT64_C(1709164800) * NS_PER_S);
	assert_time("2554-07-21T23:34:33.709551615Z", UINT64_MAX);
}

static void a_leap_second_becomes_the_midnight_it_precedes(void **state)
{
	(void)state;
	assert_time("2016-12-31T23:59:60Z", UINT64_C(1483228800) * NS_PER_S);
	assert_time("2017-01-01T07:59:60+08:00", UINT64_C(1483228800) * NS_PER_S);
	assert_refused("2016-12-31T22:59:60Z", -EINVAL);
	assert_refused("2016-12-31T23:59:61Z", -EINVAL);
}

static void unix_seconds_are_read(void **state)
{
	(void)state;
	assert_time("0", 0);
	assert_time("1795336200", MORNING_NS);
	assert_time("1795336200.25", MORNING_NS + 250 * NS_PER_MS);
	assert_time("18446744073.709551615", UINT64_MAX);
}

static void days_and_hours_that_do_not_exist_are_refused(void **state)
{
	(void)state;
	assert_refused("2026-02-29T00:00:00Z", -EINVAL);
	assert_refused("2026-04-31T00:00:00Z", -EINVAL);
	assert_refused("2026-00-01T00:00:00Z", -EINVAL);
	assert_refused("2026-13-01T00:00:00Z", -EINVAL);
	assert_refused("2026-01-00T00:00:00Z", -EINVAL);
	assert_refused("2026-01-01T24:00:00Z", -EINVAL);
	assert_refused("2026-01-01T00:60:00Z", -EINVAL);
	assert_refused("2026-01-01T00:00:00+24:00", -EINVAL);
	assert_refused("2026-01-01T00:00:00+00:60", -EINVAL);
}

static void other_texts_are_refused(void **state)
{
	static const char *const texts[] = {"",   "-",  ".",  "now",          " 1",  "1 ",
	                                    "+1", "1.", ".5", "1.0000000001", "1e9", "0x10"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_refused(texts[i], -EINVAL);
	assert_refused("2026-11-22", -EINVAL);
	assert_refused("2026-11-22T08:30Z", -EINVAL);
	assert_refused("2026-11-22T08:30:00", -EINVAL);
	assert_refused("2026-11-22T08:30:00.Z", -EINVAL);
	assert_refused("2026-11-22T08:30:00.0000000001Z", -EINVAL);
	assert_refused("2026-11-22T08:30:00Zx", -EINVAL);
	assert_refused("2026-11-22T08:30:00+0800", -EINVAL);
	assert_refused("2026-1-22T08:30:00Z", -EINVAL);
}

static void every_prefix_of_a_time_is_refused(void **state)
{
	static const char whole[] = "2026-11-22T08:30:00+08:00";
	char text[sizeof(whole)];

	(void)state;
	// Up to four digits it is a number of seconds.
	for (size_t n = 5; n < sizeof(whole) - 1; n++) {
		memcpy(text, whole, n);
		text[n] = '\0';
		assert_refused(text, -EINVAL);
	}
}

static void times_outside_64_bits_are_out_of_range(void **state)
{
	(void)state;
	assert_refused("1969-12-31T23:59:59Z", -ERANGE);
	assert_refused("1970-01-01T00:00:00+00:01", -ERANGE);
	assert_refused("2554-07-21T23:34:33.709551616Z", -ERANGE);
	assert_refused("9999-12-31T23:59:59Z", -ERANGE);
	assert_refused("-5", -ERANGE);
	assert_refused("18446744074", -ERANGE);
	assert_refused("99999999999999999999999", -ERANGE);
}

static void what_is_written_reads_back(void **state)
{
	char text[CLOCK_TEXT_BYTES];
	uint64_t wall_ns = 1;

	(void)state;
	for (int i = 0; i < 64; i++, wall_ns = wall_ns * 3 + 1) {
		clock_format(wall_ns, text);
		assert_time(text, wall_ns);
		clock_format_ns(wall_ns, text);
		assert_time(text, wall_ns);
	}
}

static void the_clocks_advance(void **state)
{
	uint64_t monotonic_ns = clock_monotonic_ns();

	(void)state;
	assert_true(clock_monotonic_ns() >= monotonic_ns);
	assert_true(clock_wall_ns() > UINT64_C(1700000000) * NS_PER_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nine_digits_are_always_written),
		cmocka_unit_test(a_zero_fraction_is_left_out),
		cmocka_unit_test(rfc_3339_is_read_in_every_form),
		cmocka_unit_test(a_leap_second_becomes_the_midnight_it_precedes),
		cmocka_unit_test(unix_seconds_are_read),
		cmocka_unit_test(days_and_hours_that_do_not_exist_are_refused),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(every_prefix_of_a_time_is_refused),
		cmocka_unit_test(times_outside_64_bits_are_out_of_range),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(the_clocks_advance),
	};
	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
