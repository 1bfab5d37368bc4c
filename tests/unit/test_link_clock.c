#include "test_all.h"

#include "probe/link_clock.h"

enum {
	LENGTH = 1000,
	LOOK = 250,
};

static const struct window first = {10000, LENGTH}, second = {11000, LENGTH};

static void a_link_that_is_up_was_never_down(void **state)
{
	struct link_clock clock;

	link_clock_start(&clock, 10100);
	for (uint64_t now = 10100; now <= 11000; now += 100)
		link_clock_look(&clock, first, now, false);
	assert_int_equal(link_clock_end(&clock, 900), 0);
}

static void a_link_is_down_from_the_look_that_finds_it_to_the_one_that_finds_it_up(void **state)
{
	struct link_clock clock;

	link_clock_start(&clock, 10000);
	link_clock_look(&clock, first, 10250, true);
	link_clock_look(&clock, first, 10500, true);
	link_clock_look(&clock, first, 10750, false);
	link_clock_look(&clock, first, 11000, false);
	assert_int_equal(link_clock_end(&clock, LENGTH), 500);
	link_clock_look(&clock, second, 11250, false);
	assert_int_equal(link_clock_end(&clock, LENGTH), 0);
}

// Windows are ended a little late, and what lies behind the end is the next one's.
static void a_link_that_stays_down_was_down_all_of_every_window(void **state)
{
	struct link_clock clock;
	struct window window = first;

	link_clock_start(&clock, 10000);
	link_clock_look(&clock, first, 10000, true);
	for (int i = 0; i < 5; i++, window.start_ns += LENGTH) {
		for (uint64_t now = window.start_ns + 13; now < window_end_ns(window); now += LOOK)
			link_clock_look(&clock, window, now, true);
		link_clock_look(&clock, window, window_end_ns(window) + 7, true);
		assert_int_equal(link_clock_end(&clock, LENGTH), LENGTH);
	}
}

static void no_more_than_was_observed_was_down(void **state)
{
	struct link_clock clock;

	link_clock_start(&clock, 10000);
	link_clock_look(&clock, first, 10000, true);
	link_clock_look(&clock, first, 10900, true);
	assert_int_equal(link_clock_end(&clock, 800), 800);
}

static void a_clock_set_back_or_far_ahead_counts_nothing_outside_its_window(void **state)
{
	struct link_clock clock;
	const struct window later = {500000, LENGTH};

	link_clock_start(&clock, 10000);
	link_clock_look(&clock, first, 10800, true);
	link_clock_look(&clock, first, 10100, true);
	link_clock_look(&clock, first, 10200, true);
	assert_int_equal(link_clock_end(&clock, LENGTH), 100);
	link_clock_look(&clock, later, 500300, true);
	assert_int_equal(link_clock_end(&clock, LENGTH), 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_that_is_up_was_never_down),
		cmocka_unit_test(
			a_link_is_down_from_the_look_that_finds_it_to_the_one_that_finds_it_up),
		cmocka_unit_test(a_link_that_stays_down_was_down_all_of_every_window),
		cmocka_unit_test(no_more_than_was_observed_was_down),
		cmocka_unit_test(a_clock_set_back_or_far_ahead_counts_nothing_outside_its_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
