#include "test_all.h"

#include <string.h>

#include "collector/rollup/user_minute.h"
#include "sample_report.h"

static void a_report_is_taken_apart(void **state)
{
	struct report *report = sample_report_new();
	struct user_minute minute = {0};
	struct user_sketch sketch;

	assert_int_equal(user_minute_add(&minute, report), 0);
	assert_int_equal(minute.n_plans, 1);
	assert_memory_equal(&minute.plans[0].plan, &report->plan, sizeof(report->plan));
	assert_int_equal(minute.plans[0].covered_ends[FAMILY_IPV6], 12);
	assert_int_equal(minute.plans[0].uncovered_ends[FAMILY_IPV4], 3);
	assert_false(minute.plans[0].is_asymmetric);
	assert_int_equal(minute.n_keys, 2);
	assert_int_equal(minute.keys[0].id, 77);
	assert_int_equal(minute.keys[0].scope_seconds, SCOPE_SECONDS);
	assert_int_equal(minute.keys[1].scope_seconds, LONG_SCOPE_SECONDS);
	assert_int_equal(minute.n_sketches, 3);
	assert_int_equal(user_minute_sketch(&minute, &minute.sketches[2], &sketch), 0);
	assert_string_equal(sketch.domain.group.region, "south");
	assert_int_equal(sketch.domain.group.port_block, 512);
	assert_int_equal(sketch.domain.key_id, 78);
	assert_int_equal(sketch.domain.grade, GRADE_SENT);
	assert_int_equal(sketch_get(&sketch.sketch, 0), 5);
	assert_int_equal(sketch_get(&sketch.sketch, 1), 6);
	user_minute_fini(&minute);
	report_free(report);
}

static void a_report_without_a_plan_says_nothing(void **state)
{
	struct report *report = sample_report_new();
	struct user_minute minute = {0};

	report->plan = (struct plan_id){0};
	assert_int_equal(user_minute_add(&minute, report), 0);
	assert_int_equal(minute.n_plans + minute.n_keys + minute.n_groups + minute.n_sketches, 0);
	report_free(report);
}

// The second report has its groups in other places of its table.
static void groups_and_keys_of_many_reports_are_kept_once(void **state)
{
	struct report *report = sample_report_new(), *other = sample_report_new();
	struct user_minute minute = {0};
	struct user_sketch sketch;

	other->groups[0] = other->groups[1];
	other->n_groups = 1;
	other->keys[0] = other->keys[1];
	other->n_keys = 1;
	other->sketches[0] = (struct report_sketch){0, 0, GRADE_SENT, LONG_SCOPE_SECONDS, 3};
	other->n_sketches = 1;
	memcpy(other->sketch_data, (const uint8_t[]){1, 9, 7}, 3);
	other->n_sketch_bytes = 3;
	other->links[1].is_asymmetric = 1;
	assert_int_equal(user_minute_add(&minute, other), 0);
	assert_int_equal(user_minute_add(&minute, report), 0);
	assert_int_equal(minute.n_groups, 2);
	assert_int_equal(minute.n_keys, 2);
	assert_int_equal(minute.n_sketches, 4);
	assert_int_equal(minute.n_plans, 1);
	assert_int_equal(minute.plans[0].covered_ends[FAMILY_IPV6], 24);
	assert_true(minute.plans[0].is_asymmetric);
	assert_int_equal(user_minute_sketch(&minute, &minute.sketches[0], &sketch), 0);
	assert_int_equal(sketch.domain.key_id, 78);
	assert_int_equal(sketch_get(&sketch.sketch, 1), 7);
	assert_int_equal(user_minute_sketch(&minute, &minute.sketches[1], &sketch), 0);
	assert_string_equal(sketch.domain.group.carrier, "net");
	assert_int_equal(sketch.domain.key_id, 77);
	assert_int_equal(user_minute_sketch(&minute, &minute.sketches[3], &sketch), 0);
	assert_string_equal(sketch.domain.group.region, "south");
	user_minute_fini(&minute);
	report_free(report);
	report_free(other);
}

// Two plans in one minute: it was reloaded.
static void plans_are_kept_apart(void **state)
{
	struct report *report = sample_report_new();
	struct user_minute minute = {0};

	assert_int_equal(user_minute_add(&minute, report), 0);
	report->plan.bytes[0]++;
	assert_int_equal(user_minute_add(&minute, report), 0);
	assert_int_equal(minute.n_plans, 2);
	assert_int_equal(minute.plans[1].covered_ends[FAMILY_IPV6], 12);
	user_minute_fini(&minute);
	report_free(report);
}

static void ends_stay_below_what_a_scope_can_sum(void **state)
{
	struct report *report = sample_report_new();
	struct user_minute minute = {0};

	report->covered_ends[FAMILY_IPV6] = INT64_MAX;
	assert_int_equal(user_minute_add(&minute, report), 0);
	assert_int_equal(user_minute_add(&minute, report), 0);
	assert_int_equal(minute.plans[0].covered_ends[FAMILY_IPV6], USER_MINUTE_MAX_ENDS);
	user_minute_fini(&minute);
	report_free(report);
}

static void a_key_without_sketches_is_in_the_scope_of_its_place(void **state)
{
	struct report *report = sample_report_new();
	struct user_minute minute = {0};

	report->n_sketches = 0;
	report->n_sketch_bytes = 0;
	assert_int_equal(user_minute_add(&minute, report), 0);
	assert_int_equal(minute.keys[0].scope_seconds, SCOPE_SECONDS);
	assert_int_equal(minute.keys[1].scope_seconds, LONG_SCOPE_SECONDS);
	user_minute_fini(&minute);
	report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_is_taken_apart),
		cmocka_unit_test(a_report_without_a_plan_says_nothing),
		cmocka_unit_test(groups_and_keys_of_many_reports_are_kept_once),
		cmocka_unit_test(plans_are_kept_apart),
		cmocka_unit_test(ends_stay_below_what_a_scope_can_sum),
		cmocka_unit_test(a_key_without_sketches_is_in_the_scope_of_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
