#include "test_all.h"

#include <stdlib.h>
#include <time.h>

#include "collector/rollup/user_level.h"
#include "collector/rollup/user_spans.h"
#include "proto/base/clock.h"

#define DAY_NS (24 * USER_HOUR_NS)

static uint64_t time_of(const char *text)
{
	uint64_t wall_ns;

	assert_int_equal(clock_parse(text, &wall_ns), 0);
	return wall_ns;
}

static void expect(enum user_span_kind kind, const char *at, const char *now, const char *start,
                   const char *end)
{
	struct user_span span = user_span_at(kind, time_of(at), time_of(now));
	char text[CLOCK_TEXT_BYTES];

	clock_format(span.start_ns, text);
	assert_string_equal(text, start);
	clock_format(span.end_ns, text);
	assert_string_equal(text, end);
}

static void expect_now(enum user_span_kind kind, const char *now, const char *start,
                       const char *end)
{
	expect(kind, now, now, start, end);
}

static void five_minutes_are_complete_half_a_minute_after_their_end(void **state)
{
	(void)state;
	expect_now(USER_SPAN_5MIN, "2026-03-10T10:05:29Z", "2026-03-10T09:55:00Z",
	           "2026-03-10T10:00:00Z");
	expect_now(USER_SPAN_5MIN, "2026-03-10T10:05:30Z", "2026-03-10T10:00:00Z",
	           "2026-03-10T10:05:00Z");
	expect_now(USER_SPAN_1H, "2026-03-10T10:07:00Z", "2026-03-10T09:05:00Z",
	           "2026-03-10T10:05:00Z");
}

static void today_begins_at_midnight_of_the_zone(void **state)
{
	(void)state;
	expect_now(USER_SPAN_TODAY, "2026-03-10T10:07:00Z", "2026-03-09T16:00:00Z",
	           "2026-03-10T10:05:00Z");
	expect_now(USER_SPAN_30D, "2026-03-10T10:07:00Z", "2026-02-08T16:00:00Z",
	           "2026-03-10T10:05:00Z");
	expect_now(USER_SPAN_DAY, "2026-03-10T10:07:00Z", "2026-03-08T16:00:00Z",
	           "2026-03-09T16:00:00Z");
}

static void just_after_midnight_today_is_empty(void **state)
{
	const char *now = "2026-03-09T16:03:00Z";

	(void)state;
	assert_true(user_span_is_empty(user_span_at(USER_SPAN_TODAY, time_of(now), time_of(now))));
	expect_now(USER_SPAN_30D, now, "2026-02-08T16:00:00Z", "2026-03-09T16:00:00Z");
}

// Within the half minute after midnight the last complete 5 minutes are yesterday's.
static void before_its_first_reports_today_does_not_end_before_it_begins(void **state)
{
	const char *now = "2026-03-09T16:00:10Z";

	(void)state;
	assert_true(user_span_is_empty(user_span_at(USER_SPAN_TODAY, time_of(now), time_of(now))));
	expect_now(USER_SPAN_30D, now, "2026-02-08T16:00:00Z", "2026-03-09T15:55:00Z");
}

static void a_time_to_come_is_now(void **state)
{
	(void)state;
	expect(USER_SPAN_5MIN, "2027-01-01T00:00:00Z", "2026-03-10T10:07:00Z",
	       "2026-03-10T10:00:00Z", "2026-03-10T10:05:00Z");
}

static void a_time_gone_by_ends_on_pieces_that_are_kept(void **state)
{
	const char *now = "2026-03-30T10:07:00Z";
	const char *at = "2026-03-20T10:22:00Z";
	struct user_span span = user_span_at(USER_SPAN_5MIN, time_of(at), time_of(now));

	(void)state;
	assert_true(user_span_is_empty(span));
	expect(USER_SPAN_1H, at, now, "2026-03-20T09:00:00Z", "2026-03-20T10:00:00Z");
	expect(USER_SPAN_TODAY, at, now, "2026-03-19T16:00:00Z", "2026-03-20T10:00:00Z");
}

static void a_time_long_gone_ends_on_whole_days(void **state)
{
	const char *now = "2026-06-30T10:07:00Z";
	const char *at = "2026-03-20T10:22:00Z";

	(void)state;
	assert_true(user_span_is_empty(user_span_at(USER_SPAN_1H, time_of(at), time_of(now))));
	assert_true(user_span_is_empty(user_span_at(USER_SPAN_TODAY, time_of(at), time_of(now))));
	expect(USER_SPAN_DAY, at, now, "2026-03-18T16:00:00Z", "2026-03-19T16:00:00Z");
	expect(USER_SPAN_30D, at, now, "2026-02-18T16:00:00Z", "2026-03-19T16:00:00Z");
}

// All that a span asks for is there to be read, whenever it is asked for and about whenever.
static void spans_are_made_of_pieces_that_are_kept(void **state)
{
	uint64_t now_ns = time_of("2026-06-30T10:07:11Z");

	(void)state;
	for (uint64_t age_ns = 0; age_ns < 60 * DAY_NS; age_ns += 1777 * USER_SECOND_NS) {
		for (int kind = 0; kind < N_USER_SPANS; kind++) {
			struct user_span span = user_span_at((enum user_span_kind)kind,
			                                     now_ns - age_ns, now_ns);
			struct user_tile tiles[USER_MAX_TILES];
			size_t n;

			if (user_span_is_empty(span))
				continue;
			n = user_tiles(span.start_ns, span.end_ns, tiles);
			assert_true(n > 0);
			for (size_t i = 0; i < n; i++)
				assert_true(now_ns <
				            tiles[i].start_ns + user_level_kept_ns(tiles[i].level));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_minutes_are_complete_half_a_minute_after_their_end),
		cmocka_unit_test(today_begins_at_midnight_of_the_zone),
		cmocka_unit_test(just_after_midnight_today_is_empty),
		cmocka_unit_test(before_its_first_reports_today_does_not_end_before_it_begins),
		cmocka_unit_test(a_time_to_come_is_now),
		cmocka_unit_test(a_time_gone_by_ends_on_pieces_that_are_kept),
		cmocka_unit_test(a_time_long_gone_ends_on_whole_days),
		cmocka_unit_test(spans_are_made_of_pieces_that_are_kept),
	};

	setenv("TZ", "Asia/Shanghai", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
