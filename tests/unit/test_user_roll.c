#include "test_all.h"

#include <stdlib.h>

#include "probe/meter/user_roll.h"

enum {
	SENT = 1 << GRADE_SENT,
	BOTH = SENT | 1 << GRADE_CONFIRMED,
	N_GROUPS = 4,
};

static int roll_new(void **state)
{
	*state = calloc(1, sizeof(struct user_roll));
	return *state ? 0 : -1;
}

static int roll_free(void **state)
{
	free(*state);
	return 0;
}

static uint64_t count(const struct user_roll *roll, uint32_t group, enum grade grade)
{
	uint64_t counts[N_GROUPS][N_GRADES] = {{0}};

	user_roll_count(roll, counts);
	return counts[group][grade];
}

static void a_user_counts_once_in_each_group_and_grade(void **state)
{
	struct user_roll *roll = *state;

	user_roll_add(roll, 0, 7, SENT);
	user_roll_add(roll, 0, 7, BOTH);
	user_roll_add(roll, 0, 7, SENT);
	user_roll_add(roll, 1, 7, SENT);
	assert_int_equal(count(roll, 0, GRADE_SENT), 1);
	assert_int_equal(count(roll, 0, GRADE_CONFIRMED), 1);
	assert_int_equal(count(roll, 1, GRADE_SENT), 1);
	assert_int_equal(count(roll, 1, GRADE_CONFIRMED), 0);
	assert_int_equal(count(roll, 2, GRADE_SENT), 0);
}

static void hashes_that_share_a_slot_are_told_apart(void **state)
{
	struct user_roll *roll = *state;

	// The last slot, so that the search goes round the end.
	for (uint64_t i = 0; i < 100; i++)
		user_roll_add(roll, 3, UINT64_MAX - i, SENT);
	assert_int_equal(count(roll, 3, GRADE_SENT), 100);
}

static void a_full_roll_says_so_and_loses_none_it_has(void **state)
{
	struct user_roll *roll = *state;

	for (uint64_t i = 1; i <= USER_ROLL_MAX; i++)
		user_roll_add(roll, 0, i * 0x9e3779b97f4a7c15, SENT);
	assert_false(roll->overflowed);
	user_roll_add(roll, 0, 0x9e3779b97f4a7c15, BOTH);
	assert_false(roll->overflowed);
	user_roll_add(roll, 1, 5, SENT);
	assert_true(roll->overflowed);
	assert_int_equal(count(roll, 0, GRADE_SENT), USER_ROLL_MAX);
	assert_int_equal(count(roll, 0, GRADE_CONFIRMED), 1);
	assert_int_equal(count(roll, 1, GRADE_SENT), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_user_counts_once_in_each_group_and_grade,
	                                        roll_new, roll_free),
		cmocka_unit_test_setup_teardown(hashes_that_share_a_slot_are_told_apart, roll_new,
	                                        roll_free),
		cmocka_unit_test_setup_teardown(a_full_roll_says_so_and_loses_none_it_has, roll_new,
	                                        roll_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
