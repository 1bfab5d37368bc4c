#include "test_all.h"

#include <math.h>
#include <string.h>

#include "collector/rollup/users.h"
#include "proto/sketch.h"

static void add(struct user_window *window, const char *carrier, const char *class_name,
                enum family family, double sent, double confirmed)
{
	struct report_group group = {.region = "north", .family = family, .user_len = 32};
	double users[N_GRADES] = {sent, confirmed};

	strcpy(group.carrier, carrier);
	strcpy(group.class_name, class_name);
	assert_int_equal(user_window_add(window, &group, users), 0);
}

static double error_of(double users)
{
	return sketch_relative_error(users) * users;
}

// Groups come in the order of report_group_compare(), where families stand inside of classes.
static void classes_and_normalisations_are_summed(void **state)
{
	struct user_window window = {0};
	const struct user_figure *figure;

	add(&window, "a", "4g", FAMILY_IPV4, 1000, 500);
	add(&window, "a", "4g", FAMILY_IPV6, 10, 10);
	add(&window, "a", "5g", FAMILY_IPV4, 30000, 20000);
	add(&window, "a", "5g", FAMILY_IPV4, 200, 100);
	add(&window, "a", "5g", FAMILY_IPV6, 5, 4);
	add(&window, "b", "", FAMILY_IPV6, 7, 7);
	assert_int_equal(window.n_cells, 3);
	assert_string_equal(window.cells[0].carrier, "a");
	assert_string_equal(window.cells[0].region, "north");
	assert_int_equal(window.cells[0].family, FAMILY_IPV4);
	assert_int_equal(window.cells[1].family, FAMILY_IPV6);
	assert_string_equal(window.cells[2].carrier, "b");
	figure = &window.cells[0].grades[GRADE_SENT];
	assert_true(figure->users == 31200);
	assert_true(fabs(figure->standard_error -
	                 sqrt(pow(error_of(1000), 2) + pow(error_of(30000), 2) +
	                      pow(error_of(200), 2))) < 1e-9);
	assert_true(window.cells[1].grades[GRADE_CONFIRMED].users == 14);
	user_window_fini(&window);
}

static void nobody_has_no_error(void **state)
{
	struct user_window window = {0};

	add(&window, "a", "", FAMILY_IPV6, 5, 0);
	assert_true(window.cells[0].grades[GRADE_CONFIRMED].users == 0);
	assert_true(window.cells[0].grades[GRADE_CONFIRMED].standard_error == 0);
	user_window_fini(&window);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_and_normalisations_are_summed),
		cmocka_unit_test(nobody_has_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
