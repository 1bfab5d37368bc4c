#include "test_all.h"

#include "collector/rollup/row_space.h"

#define ADD(...)                                                                                   \
	row_space_add(&space, (const uint32_t[]){__VA_ARGS__},                                     \
	              sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))
#define HAS(...)                                                                                   \
	row_space_has(&space, (const uint32_t[]){__VA_ARGS__},                                     \
	              sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void without_equations_only_nothing_is_known(void **state)
{
	struct row_space space;

	(void)state;
	assert_int_equal(row_space_init(&space, 0, 3), 0);
	assert_true(row_space_has(&space, NULL, 0));
	assert_false(HAS(0));
	assert_false(HAS(0, 1, 2));
	row_space_fini(&space);
}

static void differences_of_known_sums_are_known(void **state)
{
	struct row_space space;

	(void)state;
	assert_int_equal(row_space_init(&space, 2, 4), 0);
	ADD(0, 1, 2);
	ADD(1, 2);
	assert_true(HAS(0));
	assert_true(HAS(2, 1, 0));
	assert_false(HAS(1));
	assert_false(HAS(0, 3));
	row_space_fini(&space);
}

// a + b, b + c and c + a give 2a and so a: a factor that is no 1.
static void halves_are_found_too(void **state)
{
	struct row_space space;

	(void)state;
	assert_int_equal(row_space_init(&space, 3, 3), 0);
	ADD(0, 1);
	ADD(1, 2);
	assert_false(HAS(0));
	ADD(2, 0);
	assert_true(HAS(0));
	assert_true(HAS(0, 1, 2));
	row_space_fini(&space);
}

static void what_follows_already_takes_no_row(void **state)
{
	struct row_space space;

	(void)state;
	assert_int_equal(row_space_init(&space, 2, 4), 0);
	ADD(0, 1);
	ADD(2, 3);
	ADD(0, 1, 2, 3);
	assert_int_equal(space.n_rows, 2);
	row_space_fini(&space);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_equations_only_nothing_is_known),
		cmocka_unit_test(differences_of_known_sums_are_known),
		cmocka_unit_test(halves_are_found_too),
		cmocka_unit_test(what_follows_already_takes_no_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
