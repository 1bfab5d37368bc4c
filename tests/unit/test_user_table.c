#include "test_all.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/rollup/user_table.h"

enum {
	K = 100,
	MAX_CELLS = 16,
};

static struct user_cell cells[MAX_CELLS];
static struct user_window window = {.cells = cells};
static struct user_table table;

// Of as many users of grade confirmed, twice as many sent; the error is one in a hundred.
static void add(const char *carrier, const char *region, enum access access, enum family family,
                double users)
{
	struct user_cell *cell = &cells[window.n_cells++];

	*cell = (struct user_cell){.access = access, .family = family};
	snprintf(cell->carrier, sizeof(cell->carrier), "%s", carrier);
	snprintf(cell->region, sizeof(cell->region), "%s", region);
	cell->grades[GRADE_CONFIRMED] = (struct user_figure){users, users / 100};
	cell->grades[GRADE_SENT] = (struct user_figure){2 * users, users / 50};
}

static int start(void **state)
{
	(void)state;
	window.n_cells = 0;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	user_table_fini(&table);
	return 0;
}

static const struct user_value *value(enum privacy_dimension dimension, const char *name)
{
	const struct user_place *place = user_table_place(&table, dimension, name);

	assert_non_null(place);
	return &place->value;
}

static void cells_of_one_family_are_summed_by_carrier_region_and_access(void **state)
{
	(void)state;
	add("b", "north", ACCESS_FIXED, FAMILY_IPV6, 2000.4);
	add("b", "north", ACCESS_FIXED, FAMILY_IPV4, 7);
	add("b", "south", ACCESS_MOBILE, FAMILY_IPV6, 3000.4);
	add("a", "south", ACCESS_MOBILE, FAMILY_IPV6, 4000.4);
	assert_int_equal(user_table_init(&table, &window, FAMILY_IPV6, K), 0);
	assert_int_equal(table.n_rows, 3);
	assert_int_equal(table.total.users, 9000);
	assert_int_equal(table.total.sent, 4001 + 6001 + 8001);
	assert_int_equal(value(PRIVACY_CARRIER, "b")->users, 5000);
	assert_int_equal(value(PRIVACY_REGION, "south")->users, 7000);
	assert_int_equal(value(PRIVACY_ACCESS, "mobile")->users, 7000);
	assert_string_equal(table.places[PRIVACY_CARRIER][0].name, "a");
	assert_string_equal(table.places[PRIVACY_ACCESS][0].name, "mobile");
	assert_null(user_table_place(&table, PRIVACY_CARRIER, "c"));
	// Independent errors: 20, 30 and 40.
	assert_true(fabs(table.total.standard_error - sqrt(2900)) < 0.1);
}

static void a_small_cell_is_hidden_together_with_another(void **state)
{
	(void)state;
	add("a", "north", ACCESS_FIXED, FAMILY_IPV6, 40);
	add("a", "north", ACCESS_MOBILE, FAMILY_IPV6, 5000);
	assert_int_equal(user_table_init(&table, &window, FAMILY_IPV6, K), 0);
	assert_int_equal(table.rows[0].value.mark, PRIVACY_UNDER);
	assert_int_equal(table.rows[1].value.mark, PRIVACY_WITHHELD);
	assert_int_equal(table.total.mark, PRIVACY_SHOWN);
	assert_int_equal(table.total.users, 5040);
}

// 40 and 5,000, or 60 and 4,980: what is shown of the error must be the same.
static void the_error_of_a_sum_says_nothing_about_its_hidden_parts(void **state)
{
	double first;

	(void)state;
	add("a", "north", ACCESS_FIXED, FAMILY_IPV6, 40);
	add("a", "north", ACCESS_MOBILE, FAMILY_IPV6, 5000);
	assert_int_equal(user_table_init(&table, &window, FAMILY_IPV6, K), 0);
	first = table.total.standard_error;
	user_table_fini(&table);
	window.n_cells = 0;
	add("a", "north", ACCESS_FIXED, FAMILY_IPV6, 60);
	add("a", "north", ACCESS_MOBILE, FAMILY_IPV6, 4980);
	assert_int_equal(user_table_init(&table, &window, FAMILY_IPV6, K), 0);
	assert_true(first == table.total.standard_error);
	// And it is a bound: the relative error of a single sketch of 2^14 registers.
	assert_true(fabs(first - 5040 * 1.04 / 128) < 1e-6);
}

static void few_of_either_grade_are_few(void **state)
{
	(void)state;
	add("a", "north", ACCESS_FIXED, FAMILY_IPV6, 120);
	cells[0].grades[GRADE_SENT].users = 99;
	assert_int_equal(user_table_init(&table, &window, FAMILY_IPV6, K), 0);
	assert_int_equal(table.total.mark, PRIVACY_UNDER);
}

static void a_window_without_cells_is_an_empty_table(void **state)
{
	(void)state;
	assert_int_equal(user_table_init(&table, &window, FAMILY_IPV6, K), 0);
	assert_int_equal(table.n_rows, 0);
	assert_int_equal(table.total.users, 0);
	assert_int_equal(table.total.mark, PRIVACY_UNDER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			cells_of_one_family_are_summed_by_carrier_region_and_access, start, stop),
		cmocka_unit_test_setup_teardown(a_small_cell_is_hidden_together_with_another, start,
	                                        stop),
		cmocka_unit_test_setup_teardown(
			the_error_of_a_sum_says_nothing_about_its_hidden_parts, start, stop),
		cmocka_unit_test_setup_teardown(few_of_either_grade_are_few, start, stop),
		cmocka_unit_test_setup_teardown(a_window_without_cells_is_an_empty_table, start,
	                                        stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
