#include "test_all.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/rollup/user_census.h"

#define NOON_NS (UINT64_C(20000) * USER_CENSUS_DAY_NS + 12 * USER_HOUR_NS)

enum {
	PROBE_A = 'a',
	PROBE_B = 'b',
};

static uint64_t scope_ns(int scope)
{
	return NOON_NS + (uint64_t)(int64_t)scope * USER_SCOPE_NS;
}

static void observes(struct user_census *census, int probe, int scope, uint8_t plan,
                     uint64_t observed_ns)
{
	struct user_scope row = {.start_ns = scope_ns(scope), .probe = {(char)probe}};

	row.plan.plan.bytes[0] = plan;
	row.plan_first_ns = plan;
	row.plan.covered_ends[FAMILY_IPV6] = 3;
	row.plan.uncovered_ends[FAMILY_IPV6] = 1;
	row.plan.observed_ns = observed_ns;
	assert_int_equal(user_census_add_scope(census, &row, true), 0);
}

static void reports(struct user_census *census, int probe, int scope, uint8_t plan)
{
	observes(census, probe, scope, plan, USER_SCOPE_NS);
}

// Keys are called by the time they start.
static void names(struct user_census *census, int probe, int scope, uint64_t key, bool can_be_read)
{
	struct user_scope_key row = {.start_ns = scope_ns(scope), .probe = {(char)probe}};

	row.key = (struct user_minute_key){1000 - key, key, SCOPE_SECONDS};
	row.observed_ns = USER_SCOPE_NS;
	assert_int_equal(user_census_add_key(census, &row, can_be_read), 0);
}

static void covers(const struct user_census *census, uint64_t key, double coverage)
{
	const struct user_census_key *best = user_census_key(census);

	assert_non_null(best);
	assert_int_equal(best->start_ns, key);
	assert_int_equal(best->id, 1000 - key);
	assert_true(fabs(user_census_coverage(census, best) - coverage) < 1e-9);
}

static void without_a_probe_nothing_is_said(void **state)
{
	struct user_census census;

	user_census_init(&census, NOON_NS, scope_ns(3));
	assert_null(user_census_key(&census));
	assert_true(isnan(user_census_coverage(&census, NULL)));
	assert_true(isnan(user_census_plan_coverage(&census, FAMILY_IPV6)));
	user_census_fini(&census);
}

// The older key ends in the middle; the younger one was there all the time.
static void over_a_rotation_the_key_that_is_there_throughout_is_chosen(void **state)
{
	struct user_census census;

	user_census_init(&census, NOON_NS, scope_ns(4));
	for (int scope = 0; scope < 4; scope++) {
		reports(&census, PROBE_A, scope, 1);
		if (scope < 2)
			names(&census, PROBE_A, scope, 100, true);
		names(&census, PROBE_A, scope, 200, true);
		if (scope >= 2)
			names(&census, PROBE_A, scope, 300, true);
	}
	covers(&census, 200, 1);
	assert_int_equal(census.n_pairs, 4);
	user_census_fini(&census);
}

static void of_equal_keys_the_older_is_chosen(void **state)
{
	struct user_census census;

	user_census_init(&census, NOON_NS, scope_ns(1));
	reports(&census, PROBE_A, 0, 1);
	names(&census, PROBE_A, 0, 200, true);
	names(&census, PROBE_A, 0, 100, true);
	covers(&census, 100, 1);
	user_census_fini(&census);
}

static void a_key_whose_sketches_cannot_be_read_covers_nothing(void **state)
{
	struct user_census census;

	user_census_init(&census, NOON_NS, scope_ns(2));
	for (int scope = 0; scope < 2; scope++) {
		reports(&census, PROBE_A, scope, 1);
		names(&census, PROBE_A, scope, 100, scope == 0);
		names(&census, PROBE_A, scope, 200, true);
	}
	covers(&census, 200, 1);
	user_census_fini(&census);
}

static void probes_with_different_keys_are_not_all_covered(void **state)
{
	struct user_census census;

	user_census_init(&census, NOON_NS, scope_ns(2));
	for (int scope = 0; scope < 2; scope++) {
		reports(&census, PROBE_A, scope, 1);
		reports(&census, PROBE_B, scope, 1);
		names(&census, PROBE_A, scope, 100, true);
		names(&census, PROBE_B, scope, 200, true);
	}
	covers(&census, 100, 0.5);
	assert_int_equal(census.n_pairs, 4);
	assert_int_equal(user_census_key(&census)->n_pairs, 2);
	user_census_fini(&census);
}

static void a_probe_that_fell_silent_the_day_before_is_missed(void **state)
{
	struct user_census census;

	user_census_init(&census, NOON_NS, scope_ns(2));
	reports(&census, PROBE_B, -5, 1);
	for (int scope = 0; scope < 2; scope++) {
		reports(&census, PROBE_A, scope, 1);
		names(&census, PROBE_A, scope, 100, true);
	}
	covers(&census, 100, 0.5);
	assert_int_equal(census.n_plans, 1);
	user_census_fini(&census);
}

static void a_probe_that_came_late_was_expected_from_the_start(void **state)
{
	struct user_census census;

	user_census_init(&census, NOON_NS, scope_ns(4));
	for (int scope = 3; scope < 4; scope++) {
		reports(&census, PROBE_A, scope, 1);
		names(&census, PROBE_A, scope, 100, true);
	}
	covers(&census, 100, 0.25);
	user_census_fini(&census);
}

static void a_scope_in_which_nobody_was_seen_is_covered(void **state)
{
	struct user_census census;

	user_census_init(&census, NOON_NS, scope_ns(2));
	reports(&census, PROBE_A, 0, 1);
	names(&census, PROBE_A, 0, 100, true);
	reports(&census, PROBE_A, 1, 1);
	covers(&census, 100, 1);
	user_census_fini(&census);
	user_census_init(&census, NOON_NS, scope_ns(2));
	reports(&census, PROBE_A, 0, 1);
	assert_true(user_census_coverage(&census, NULL) == 0.5);
	user_census_fini(&census);
}

// Under two keys only the hour of the younger is told of in a scope without users.
static void a_scope_that_names_the_younger_key_alone_saw_nobody(void **state)
{
	struct user_scope_key younger = {.start_ns = scope_ns(1), .probe = {PROBE_A}};
	struct user_census census;

	younger.key = (struct user_minute_key){800, 200, LONG_SCOPE_SECONDS};
	user_census_init(&census, NOON_NS, scope_ns(2));
	reports(&census, PROBE_A, 0, 1);
	names(&census, PROBE_A, 0, 100, true);
	reports(&census, PROBE_A, 1, 1);
	assert_int_equal(user_census_add_key(&census, &younger, false), 0);
	covers(&census, 100, 1);
	assert_int_equal(census.n_pairs, 1);
	user_census_fini(&census);
}

static void a_pair_counts_for_the_part_that_was_observed(void **state)
{
	struct user_scope_key key = {.start_ns = NOON_NS, .probe = {PROBE_A}};
	struct user_census census;

	key.key = (struct user_minute_key){900, 100, SCOPE_SECONDS};
	key.observed_ns = USER_SCOPE_NS / 5;
	user_census_init(&census, NOON_NS, scope_ns(2));
	observes(&census, PROBE_A, 0, 1, USER_SCOPE_NS / 5);
	observes(&census, PROBE_A, 1, 1, USER_SCOPE_NS / 2); // nobody was there
	assert_int_equal(user_census_add_key(&census, &key, true), 0);
	covers(&census, 100, 0.35);
	user_census_fini(&census);
}

// Many pairs of which little was observed are less than one that is whole.
static void the_key_most_was_observed_under_is_chosen(void **state)
{
	struct user_scope_key key = {.probe = {PROBE_A}};
	struct user_census census;

	key.key = (struct user_minute_key){900, 100, SCOPE_SECONDS};
	key.observed_ns = USER_SCOPE_NS / 10;
	user_census_init(&census, NOON_NS, scope_ns(4));
	for (int scope = 0; scope < 3; scope++) {
		observes(&census, PROBE_A, scope, 1, USER_SCOPE_NS / 10);
		key.start_ns = scope_ns(scope);
		assert_int_equal(user_census_add_key(&census, &key, true), 0);
	}
	reports(&census, PROBE_A, 3, 1);
	names(&census, PROBE_A, 3, 200, true);
	covers(&census, 200, 0.25);
	user_census_fini(&census);
}

// Two plans in one scope are one pair.
static void a_pair_is_counted_once_whatever_its_plans_and_keys(void **state)
{
	struct user_census census;

	user_census_init(&census, NOON_NS, scope_ns(1));
	reports(&census, PROBE_A, 0, 1);
	reports(&census, PROBE_A, 0, 2);
	names(&census, PROBE_A, 0, 100, true);
	covers(&census, 100, 1);
	assert_int_equal(census.n_plans, 2);
	assert_true(user_census_plan_coverage(&census, FAMILY_IPV6) == 0.75);
	assert_true(isnan(user_census_plan_coverage(&census, FAMILY_IPV4)));
	user_census_fini(&census);
}

static void the_plan_in_use_last_is_the_newest(void **state)
{
	struct user_census census;

	user_census_init(&census, NOON_NS, scope_ns(3));
	reports(&census, PROBE_A, 0, 1);
	reports(&census, PROBE_A, 1, 9);
	reports(&census, PROBE_A, 2, 1);
	reports(&census, PROBE_B, 2, 4);
	user_census_sort_plans(&census);
	assert_int_equal(census.plans[0].id.bytes[0], 4); // both in use, and this came later
	assert_int_equal(census.plans[1].id.bytes[0], 1);
	assert_int_equal(census.plans[2].id.bytes[0], 9);
	user_census_fini(&census);
}

static void many_probes_are_each_expected(void **state)
{
	struct user_census census;

	user_census_init(&census, NOON_NS, scope_ns(1));
	for (int i = 0; i < 300; i++) {
		struct user_scope row = {.start_ns = NOON_NS, .plan.observed_ns = USER_SCOPE_NS};

		snprintf(row.probe, sizeof(row.probe), "p%d", i * 7 % 300);
		assert_int_equal(user_census_add_scope(&census, &row, i % 2), 0);
	}
	assert_int_equal(census.n_probes, 300);
	for (size_t i = 1; i < census.n_probes; i++)
		assert_true(strcmp(census.probes[i - 1], census.probes[i]) < 0);
	assert_true(user_census_coverage(&census, NULL) == 0.5);
	user_census_fini(&census);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_probe_nothing_is_said),
		cmocka_unit_test(a_pair_counts_for_the_part_that_was_observed),
		cmocka_unit_test(the_key_most_was_observed_under_is_chosen),
		cmocka_unit_test(over_a_rotation_the_key_that_is_there_throughout_is_chosen),
		cmocka_unit_test(of_equal_keys_the_older_is_chosen),
		cmocka_unit_test(a_key_whose_sketches_cannot_be_read_covers_nothing),
		cmocka_unit_test(probes_with_different_keys_are_not_all_covered),
		cmocka_unit_test(a_probe_that_fell_silent_the_day_before_is_missed),
		cmocka_unit_test(a_probe_that_came_late_was_expected_from_the_start),
		cmocka_unit_test(a_scope_in_which_nobody_was_seen_is_covered),
		cmocka_unit_test(a_scope_that_names_the_younger_key_alone_saw_nobody),
		cmocka_unit_test(a_pair_is_counted_once_whatever_its_plans_and_keys),
		cmocka_unit_test(the_plan_in_use_last_is_the_newest),
		cmocka_unit_test(many_probes_are_each_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
