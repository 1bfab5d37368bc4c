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
		link_clock_look(&clock, first, now, LINK_STATE_UP);
	assert_int_equal(link_clock_end(&clock, 900).down_ns, 0);
}

static void a_link_is_down_from_the_look_that_finds_it_to_the_one_that_finds_it_up(void **state)
{
	struct link_clock clock;

	link_clock_start(&clock, 10000);
	link_clock_look(&clock, first, 10250, LINK_STATE_DOWN);
	link_clock_look(&clock, first, 10500, LINK_STATE_DOWN);
	link_clock_look(&clock, first, 10750, LINK_STATE_UP);
	link_clock_look(&clock, first, 11000, LINK_STATE_UP);
	assert_int_equal(link_clock_end(&clock, LENGTH).down_ns, 500);
	link_clock_look(&clock, second, 11250, LINK_STATE_UP);
	assert_int_equal(link_clock_end(&clock, LENGTH).down_ns, 0);
}

static void a_port_that_was_gone_and_is_back_was_gone_all_the_same(void **state)
{
	struct link_clock clock;
	struct link_loss loss;

	link_clock_start(&clock, 10000);
	link_clock_look(&clock, first, 10250, LINK_STATE_GONE);
	link_clock_look(&clock, first, 10750, LINK_STATE_UP);
	link_clock_look(&clock, first, 11000, LINK_STATE_UP);
	loss = link_clock_end(&clock, LENGTH);
	assert_int_equal(loss.down_ns, 500);
	assert_int_equal(loss.gone_ns, 500);
	link_clock_look(&clock, second, 12000, LINK_STATE_UP);
	loss = link_clock_end(&clock, LENGTH);
	assert_int_equal(loss.down_ns + loss.gone_ns, 0);
}

static void a_link_that_was_down_and_then_gone_was_gone_only_since_then(void **state)
{
	struct link_clock clock;
	struct link_loss loss;

	link_clock_start(&clock, 10000);
	link_clock_look(&clock, first, 10100, LINK_STATE_DOWN);
	link_clock_look(&clock, first, 10700, LINK_STATE_GONE);
	link_clock_look(&clock, first, 11007, LINK_STATE_GONE);
	loss = link_clock_end(&clock, LENGTH);
	assert_int_equal(loss.down_ns, 900);
	assert_int_equal(loss.gone_ns, 300);
	link_clock_look(&clock, second, 12000, LINK_STATE_DOWN);
	loss = link_clock_end(&clock, 800);
	assert_int_equal(loss.down_ns, 800);
	assert_int_equal(loss.gone_ns, 800);
}

// Windows are ended a little late, and what lies behind the end is the next one's.
static void a_link_that_stays_down_was_down_all_of_every_window(void **state)
{
	struct link_clock clock;
	struct window window = first;

	link_clock_start(&clock, 10000);
	link_clock_look(&clock, first, 10000, LINK_STATE_DOWN);
	for (int i = 0; i < 5; i++, window.start_ns += LENGTH) {
		for (uint64_t now = window.start_ns + 13; now < window_end_ns(window); now += LOOK)
			link_clock_look(&clock, window, now, LINK_STATE_DOWN);
		link_clock_look(&clock, window, window_end_ns(window) + 7, LINK_STATE_DOWN);
		assert_int_equal(link_clock_end(&clock, LENGTH).down_ns, LENGTH);
	}
}

static void no_more_than_was_observed_was_down(void **state)
{
	struct link_clock clock;

	link_clock_start(&clock, 10000);
	link_clock_look(&clock, first, 10000, LINK_STATE_DOWN);
	link_clock_look(&clock, first, 10900, LINK_STATE_DOWN);
	assert_int_equal(link_clock_end(&clock, 800).down_ns, 800);
}

static void a_clock_set_back_or_far_ahead_counts_nothing_outside_its_window(void **state)
{
	struct link_clock clock;
	const struct window later = {500000, LENGTH};

	link_clock_start(&clock, 10000);
	link_clock_look(&clock, first, 10800, LINK_STATE_DOWN);
	link_clock_look(&clock, first, 10100, LINK_STATE_DOWN);
	link_clock_look(&clock, first, 10200, LINK_STATE_DOWN);
	assert_int_equal(link_clock_end(&clock, LENGTH).down_ns, 100);
	link_clock_look(&clock, later, 500300, LINK_STATE_DOWN);
	assert_int_equal(link_clock_end(&clock, LENGTH).down_ns, 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_that_is_up_was_never_down),
		cmocka_unit_test(
			a_link_is_down_from_the_look_that_finds_it_to_the_one_that_finds_it_up),
		cmocka_unit_test(a_port_that_was_gone_and_is_back_was_gone_all_the_same),
		cmocka_unit_test(a_link_that_was_down_and_then_gone_was_gone_only_since_then),
		cmocka_unit_test(a_link_that_stays_down_was_down_all_of_every_window),
		cmocka_unit_test(no_more_than_was_observed_was_down),
		cmocka_unit_test(a_clock_set_back_or_far_ahead_counts_nothing_outside_its_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
