#include "test_all.h"

#include "probe/window.h"
#include "proto/base/clock.h"

#define NOON_NS (UINT64_C(1700049600) * NS_PER_S) // 2023-11-15T12:00:00Z

static void a_window_starts_at_a_multiple_of_its_length(void **state)
{
	struct window window = window_at(NOON_NS + 59 * NS_PER_S, 60 * NS_PER_S);

	assert_int_equal(window.start_ns, NOON_NS);
	assert_int_equal(window_end_ns(window), NOON_NS + 60 * NS_PER_S);
	assert_int_equal(window_at(NOON_NS + 59 * NS_PER_S, NS_PER_S).start_ns,
	                 NOON_NS + 59 * NS_PER_S);
}

static void the_end_belongs_to_the_next_window(void **state)
{
	struct window window = window_at(NOON_NS, 60 * NS_PER_S);

	assert_true(window_holds(window, NOON_NS));
	assert_true(window_holds(window, NOON_NS + 60 * NS_PER_S - 1));
	assert_false(window_holds(window, NOON_NS + 60 * NS_PER_S));
	assert_false(window_holds(window, NOON_NS - 1));
	assert_int_equal(window_at(window_end_ns(window), 60 * NS_PER_S).start_ns,
	                 window_end_ns(window));
}

static void only_the_time_inside_the_window_is_observed(void **state)
{
	struct window window = window_at(NOON_NS, 60 * NS_PER_S);
	uint64_t end_ns = window_end_ns(window);

	assert_int_equal(window_overlap_ns(window, 0, UINT64_MAX), 60 * NS_PER_S);
	assert_int_equal(window_overlap_ns(window, NOON_NS + 7 * NS_PER_S, UINT64_MAX),
	                 53 * NS_PER_S);
	assert_int_equal(window_overlap_ns(window, 0, NOON_NS + 1), 1);
	assert_int_equal(window_overlap_ns(window, end_ns, UINT64_MAX), 0);
	assert_int_equal(window_overlap_ns(window, 0, NOON_NS), 0);
	assert_int_equal(window_overlap_ns(window, NOON_NS + 9, NOON_NS + 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_window_starts_at_a_multiple_of_its_length),
		cmocka_unit_test(the_end_belongs_to_the_next_window),
		cmocka_unit_test(only_the_time_inside_the_window_is_observed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
