#include "test_all.h"

#include "tests/bench/quartiles.h"

static void samples_in_any_order_have_their_quartiles(void **state)
{
	double samples[] = {7, 1, 9, 3, 5, 2, 8, 4, 6};
	struct quartiles found = quartiles_of(samples, 9);

	assert_true(found.least == 1 && found.low == 3 && found.median == 5 && found.high == 7);
	assert_true(quartiles_spread_percent(&found) == 80);
}

static void one_sample_is_all_of_them(void **state)
{
	double sample = 4;
	struct quartiles found = quartiles_of(&sample, 1);

	assert_true(found.least == 4 && found.low == 4 && found.median == 4 && found.high == 4);
	assert_true(quartiles_spread_percent(&found) == 0);
}

// The machine was ten times slower in the last two turns: medians of each alone would say 1.
static void a_ratio_is_taken_turn_by_turn(void **state)
{
	double meter[] = {20, 20, 20, 200, 200}, floor[] = {10, 10, 20, 100, 100};

	assert_true(quartiles_median_ratio(meter, floor, 5) == 2);
	assert_true(meter[0] == 20 && meter[4] == 200 && floor[2] == 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_in_any_order_have_their_quartiles),
		cmocka_unit_test(one_sample_is_all_of_them),
		cmocka_unit_test(a_ratio_is_taken_turn_by_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
