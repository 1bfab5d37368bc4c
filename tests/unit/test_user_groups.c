#include "test_all.h"

#include <string.h>

#include "collector/rollup/user_groups.h"

static struct report_group group_of(const char *carrier, uint32_t user_len, uint32_t port_block)
{
	struct report_group group = {
		.region = "north",
		.access = ACCESS_FIXED,
		.family = port_block ? FAMILY_IPV4 : FAMILY_IPV6,
		.user_len = user_len,
		.port_block = port_block,
	};

	strcpy(group.carrier, carrier);
	return group;
}

static void add(struct user_groups *groups, const char *carrier, uint32_t user_len, size_t plan)
{
	struct report_group group = group_of(carrier, user_len, 0);

	assert_int_equal(user_groups_add(groups, &group, plan), 0);
}

static bool counts(const struct user_groups *groups, const char *carrier, uint32_t user_len)
{
	struct report_group group = group_of(carrier, user_len, 0);

	for (size_t i = 0; i < groups->n_groups; i++)
		if (report_group_compare(&groups->groups[i].group, &group) == 0)
			return groups->groups[i].is_counted;
	fail_msg("no group of %s with %u bits", carrier, user_len);
	return false;
}

static void groups_of_all_plans_are_counted(void **state)
{
	struct user_groups groups = {0};

	add(&groups, "b", 56, 0);
	add(&groups, "b", 56, 1);
	add(&groups, "a", 56, 1);
	assert_false(user_groups_choose(&groups));
	assert_int_equal(groups.n_groups, 2);
	assert_true(counts(&groups, "a", 56));
	assert_true(counts(&groups, "b", 56));
	user_groups_fini(&groups);
}

static void where_plans_differ_in_normalisation_only_the_newest_counts(void **state)
{
	struct user_groups groups = {0};

	add(&groups, "a", 60, 0);
	add(&groups, "a", 56, 1);
	add(&groups, "b", 64, 1);
	assert_true(user_groups_choose(&groups));
	assert_true(counts(&groups, "a", 60));
	assert_false(counts(&groups, "a", 56));
	assert_true(counts(&groups, "b", 64));
	user_groups_fini(&groups);
}

static void one_plan_may_have_several_normalisations(void **state)
{
	struct user_groups groups = {0};

	add(&groups, "a", 60, 0);
	add(&groups, "a", 56, 0);
	add(&groups, "a", 56, 1);
	assert_false(user_groups_choose(&groups));
	assert_true(counts(&groups, "a", 60));
	assert_true(counts(&groups, "a", 56));
	user_groups_fini(&groups);
}

// The newest plan has seen nobody there yet: the newest that has tells.
static void of_older_plans_the_newest_that_has_a_group_tells(void **state)
{
	struct user_groups groups = {0};

	add(&groups, "b", 64, 0);
	add(&groups, "a", 60, 1);
	add(&groups, "a", 56, 2);
	assert_true(user_groups_choose(&groups));
	assert_true(counts(&groups, "a", 60));
	assert_false(counts(&groups, "a", 56));
	user_groups_fini(&groups);
}

static void another_block_of_ports_is_another_normalisation(void **state)
{
	struct report_group before = group_of("a", 32, 512), after = group_of("a", 32, 1024);
	struct user_groups groups = {0};

	assert_int_equal(user_groups_add(&groups, &after, 0), 0);
	assert_int_equal(user_groups_add(&groups, &before, 1), 0);
	assert_true(user_groups_choose(&groups));
	assert_false(groups.groups[0].is_counted);
	assert_true(groups.groups[1].is_counted);
	user_groups_fini(&groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_of_all_plans_are_counted),
		cmocka_unit_test(where_plans_differ_in_normalisation_only_the_newest_counts),
		cmocka_unit_test(one_plan_may_have_several_normalisations),
		cmocka_unit_test(of_older_plans_the_newest_that_has_a_group_tells),
		cmocka_unit_test(another_block_of_ports_is_another_normalisation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
