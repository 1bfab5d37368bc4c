#include "test_all.h"

#include "probe/clock_map.h"

#define WALL_NS UINT64_C(1700000000123456789)

static void the_moment_it_was_set_is_exact(void **state)
{
	struct clock_map map;

	clock_map_set(&map, 2500000000, 987654321, WALL_NS);
	assert_int_equal(clock_map_ns(&map, 987654321), WALL_NS);
}

static void it_keeps_to_the_microsecond_for_a_minute(void **state)
{
	const uint64_t hz[] = {1000000000, 2100000000, 2999999999, 19200000};
	struct clock_map map;

	for (int i = 0; i < 4; i++) {
		uint64_t ns;

		clock_map_set(&map, hz[i], UINT64_MAX - 5, WALL_NS);
		ns = clock_map_ns(&map, UINT64_MAX - 5 + 60 * hz[i]) - WALL_NS;
		assert_in_range(ns, UINT64_C(60000000000) - 1000, UINT64_C(60000000000));
	}
}

static void it_never_runs_backwards(void **state)
{
	struct clock_map map;
	uint64_t last = 0;

	clock_map_set(&map, 3700000000, 0, WALL_NS);
	for (uint64_t ticks = 0; ticks < 100000; ticks++) {
		uint64_t ns = clock_map_ns(&map, ticks);

		assert_true(ns >= last);
		last = ns;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_moment_it_was_set_is_exact),
		cmocka_unit_test(it_keeps_to_the_microsecond_for_a_minute),
		cmocka_unit_test(it_never_runs_backwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
