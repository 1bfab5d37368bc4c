#include "test_all.h"

#include "probe/queue_spread.h"

static void the_fullest_queue_is_found(void **state)
{
	const uint64_t frames[] = {5, 70, 3, 70};
	uint64_t sum;

	assert_int_equal(queue_spread_fullest(frames, 4, &sum), 1);
	assert_int_equal(sum, 148);
}

static void more_than_half_above_the_mean_is_uneven(void **state)
{
	assert_false(queue_spread_is_uneven(15000, 40000, 4));
	assert_true(queue_spread_is_uneven(15001, 40000, 4));
	assert_false(queue_spread_is_uneven(30000, 40000, 2));
	assert_true(queue_spread_is_uneven(30001, 40000, 2));
	assert_true(queue_spread_is_uneven(40000, 40000, 2));
	assert_false(queue_spread_is_uneven(40000, 40000, 1));
}

static void few_frames_say_nothing(void **state)
{
	assert_false(queue_spread_is_uneven(10000, 10000, 8));
	assert_true(queue_spread_is_uneven(10001, 10001, 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fullest_queue_is_found),
		cmocka_unit_test(more_than_half_above_the_mean_is_uneven),
		cmocka_unit_test(few_frames_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
