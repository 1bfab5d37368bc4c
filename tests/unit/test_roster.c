#include "test_all.h"

#include <string.h>

#include "collector/rollup/indicator.h"
#include "collector/rollup/roster.h"

#define NOON_NS (UINT64_C(20000) * CELL_DAY_NS + CELL_DAY_NS / 2)

static struct cell cell_of(const char *link, enum surface surface, uint64_t start_ns)
{
	struct cell cell = {
		.surface = surface, .start_ns = start_ns, .observed_ns = CELL_WINDOW_NS};

	strcpy(cell.probe, "p");
	strcpy(cell.link, link);
	return cell;
}

static double coverage(const struct roster *roster, enum surface surface)
{
	struct aggregate sums;
	double result = -1;

	roster_sum_surface(roster, surface, &sums);
	indicator_value(INDICATOR_COVERAGE, &sums, 60, SLICE_ALL, &result);
	return result;
}

static void a_silent_link_counts_as_not_covered(void **state)
{
	struct cell cell = cell_of("a", SURFACE_METRO, NOON_NS);
	struct roster roster;

	roster_init(&roster, NOON_NS);
	assert_int_equal(roster_seed(&roster, "p", "a", SURFACE_METRO, NOON_NS - CELL_WINDOW_NS),
	                 0);
	assert_int_equal(roster_seed(&roster, "p", "b", SURFACE_METRO, NOON_NS - CELL_WINDOW_NS),
	                 0);
	assert_int_equal(roster_add(&roster, &cell), 0);
	roster_advance(&roster, NOON_NS + CELL_WINDOW_NS);
	assert_true(coverage(&roster, SURFACE_METRO) == 0.5);
	roster_fini(&roster);
}

static void a_link_is_expected_for_a_day(void **state)
{
	struct roster roster;

	roster_init(&roster, NOON_NS);
	assert_int_equal(roster_seed(&roster, "p", "a", SURFACE_METRO, NOON_NS - CELL_DAY_NS), 0);
	roster_advance(&roster, NOON_NS + 5 * CELL_WINDOW_NS);
	assert_int_equal(roster.links[0].measure.n_expected, 1);
	roster_clear(&roster);
	roster_advance(&roster, NOON_NS + 9 * CELL_WINDOW_NS);
	assert_false(roster_link_present(&roster.links[0]));
	roster_fini(&roster);
}

static void a_gap_inside_a_step_lowers_its_coverage(void **state)
{
	struct cell first = cell_of("a", SURFACE_METRO, NOON_NS);
	struct cell last = cell_of("a", SURFACE_METRO, NOON_NS + 3 * CELL_WINDOW_NS);
	struct roster roster;

	roster_init(&roster, NOON_NS);
	assert_int_equal(roster_add(&roster, &first), 0);
	assert_int_equal(roster_add(&roster, &last), 0);
	roster_advance(&roster, NOON_NS + 4 * CELL_WINDOW_NS);
	assert_true(coverage(&roster, SURFACE_METRO) == 0.5);
	roster_fini(&roster);
}

static void a_new_link_was_not_expected_before_it_came(void **state)
{
	struct cell cell = cell_of("a", SURFACE_METRO, NOON_NS + 3 * CELL_WINDOW_NS);
	struct roster roster;

	roster_init(&roster, NOON_NS);
	assert_int_equal(roster_add(&roster, &cell), 0);
	roster_advance(&roster, NOON_NS + 4 * CELL_WINDOW_NS);
	assert_true(coverage(&roster, SURFACE_METRO) == 1);
	roster_fini(&roster);
}

static void surfaces_are_counted_apart(void **state)
{
	struct cell metro = cell_of("a", SURFACE_METRO, NOON_NS);
	struct cell mobile = cell_of("b", SURFACE_MOBILE_CORE, NOON_NS);
	struct aggregate sums;
	struct roster roster;

	roster_init(&roster, NOON_NS);
	assert_int_equal(roster_add(&roster, &metro), 0);
	assert_int_equal(roster_n_surfaces(&roster), 1);
	assert_int_equal(roster_add(&roster, &mobile), 0);
	assert_int_equal(roster_n_surfaces(&roster), 2);
	roster_sum_surface(&roster, SURFACE_MOBILE_CORE, &sums);
	assert_int_equal(sums.n_links, 1);
	roster_fini(&roster);
}

static void links_stay_sorted_and_keep_their_numbers(void **state)
{
	static const char *const names[] = {"m", "z", "a", "q", "b"};
	struct roster roster;

	roster_init(&roster, NOON_NS);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < 5; i++) {
			struct cell cell = cell_of(names[i], SURFACE_METRO, NOON_NS);

			assert_int_equal(roster_add(&roster, &cell), 0);
		}
	}
	assert_int_equal(roster.n_links, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(roster.links[i].link, names[roster.links[i].number]);
		if (i > 0)
			assert_true(strcmp(roster.links[i - 1].link, roster.links[i].link) < 0);
	}
	roster_fini(&roster);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silent_link_counts_as_not_covered),
		cmocka_unit_test(a_link_is_expected_for_a_day),
		cmocka_unit_test(a_gap_inside_a_step_lowers_its_coverage),
		cmocka_unit_test(a_new_link_was_not_expected_before_it_came),
		cmocka_unit_test(surfaces_are_counted_apart),
		cmocka_unit_test(links_stay_sorted_and_keep_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
