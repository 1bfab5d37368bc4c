// What every back end of the store must know about plans, groups and keys of users. The argument is
// the address of an empty store.
#include "tests/unit/test_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user_bench.h"

static void a_scope_is_the_sum_of_its_minutes_however_often_they_are_made(void **state)
{
	struct bench_user_report report = bench_report_for("scope", 0, 10);
	struct store_mark mark = {.probe = "scope", .start_ns = HOUR_11_NS};
	struct bench bench;
	struct bench_scopes scopes;

	bench_open(&bench, "scope");
	report.covered_ends = 30;
	report.uncovered_ends = 4;
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	report.is_asymmetric = true;
	assert_int_equal(bench_put_users(&bench, 2, HOUR_11_NS + 4 * MINUTE_NS, &report),
	                 STORE_STORED);
	assert_int_equal(bench_put_users(&bench, 3, HOUR_11_NS + 5 * MINUTE_NS, &report),
	                 STORE_STORED);
	bench_make_all(&bench);
	bench_make(&bench, &mark);
	scopes = bench_scopes_of(&bench, HOUR_11_NS, HOUR_11_NS + 5 * MINUTE_NS);
	assert_int_equal(scopes.n, 1);
	assert_int_equal(scopes.last.start_ns, HOUR_11_NS);
	assert_int_equal(scopes.last.plan.plan.bytes[3], 1);
	assert_int_equal(scopes.last.plan.covered_ends[FAMILY_IPV6], 60);
	assert_int_equal(scopes.last.plan.uncovered_ends[FAMILY_IPV6], 8);
	assert_int_equal(scopes.last.plan.covered_ends[FAMILY_IPV4], 0);
	assert_true(scopes.last.plan.is_asymmetric);
	assert_int_equal(scopes.last.plan.observed_ns, 2 * MINUTE_NS);
	assert_int_equal(scopes.n_keys, 2);
	assert_int_equal(scopes.keys[0].observed_ns, 2 * MINUTE_NS);
	assert_int_equal(scopes.keys[1].observed_ns, 2 * MINUTE_NS);
	assert_int_equal(scopes.keys[0].key.id, OLDER);
	assert_int_equal(scopes.keys[0].key.start_ns, 1000);
	assert_int_equal(scopes.keys[0].key.scope_seconds, SCOPE_SECONDS);
	assert_int_equal(scopes.keys[1].key.id, YOUNGER);
	assert_int_equal(scopes.keys[1].key.scope_seconds, LONG_SCOPE_SECONDS);
	assert_int_equal(bench_scopes_of(&bench, HOUR_11_NS, HOUR_11_NS + HOUR_NS).n, 2);
	store_close(bench.store);
}

// A probe was given its younger key within an hour, after that key's start: reports name all their
// keys, so it was not applied where it is not named.
static void a_key_is_there_only_in_scopes_that_name_it(void **state)
{
	struct bench_user_report before = bench_report_for("hour", 0, 10), after = before;
	uint64_t at_ns = HOUR_11_NS + 5 * MINUTE_NS;
	struct bench bench;
	struct bench_scopes scopes;

	bench_open(&bench, "hour");
	before.n_keys = 1;
	before.n_sketches = 2;
	after.n_sketches = 2; // the younger key has nothing new
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &before), STORE_STORED);
	assert_int_equal(bench_put_users(&bench, 2, at_ns, &after), STORE_STORED);
	bench_make_all(&bench);
	assert_int_equal(bench_scopes_of(&bench, HOUR_11_NS, at_ns).n_keys, 1);
	scopes = bench_scopes_of(&bench, at_ns, at_ns + 5 * MINUTE_NS);
	assert_int_equal(scopes.n_keys, 2);
	assert_int_equal(scopes.keys[1].key.id, YOUNGER);
	assert_int_equal(scopes.keys[1].key.scope_seconds, LONG_SCOPE_SECONDS);
	store_close(bench.store);
}

static void a_scope_under_two_plans_is_two(void **state)
{
	struct bench_user_report report = bench_report_for("plans", 0, 10);
	struct bench bench;
	struct bench_scopes scopes;

	bench_open(&bench, "plans");
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	report.plan = 200;
	assert_int_equal(bench_put_users(&bench, 2, HOUR_11_NS + MINUTE_NS, &report), STORE_STORED);
	bench_make_all(&bench);
	scopes = bench_scopes_of(&bench, HOUR_11_NS, HOUR_11_NS + 1);
	assert_int_equal(scopes.n, 2);
	assert_int_equal(scopes.last.plan.plan.bytes[3], 200);
	assert_int_equal(scopes.last.plan_first_ns, HOUR_11_NS + MINUTE_NS);
	assert_int_equal(scopes.n_keys, 2);
	store_close(bench.store);
}

static void a_report_without_a_plan_changes_nothing(void **state)
{
	struct bench_user_report report = bench_report_for("no plan", 0, 10);
	struct bench bench;
	uint64_t n;

	bench_open(&bench, "no-plan");
	n = bench_n_sketches(&bench);
	report.plan = 0;
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	bench_make_all(&bench);
	assert_int_equal(bench_n_sketches(&bench), n);
	assert_int_equal(bench_scopes_of(&bench, HOUR_11_NS, HOUR_11_NS + 1).n, 0);
	bench_has_none(&bench, "no plan", USER_LEVEL_DAY, DAY_START_NS, OLDER);
	store_close(bench.store);
}

struct named {
	int n;
	struct report_group groups[8];
};

static int note_group(void *arg, const struct report_group *group)
{
	struct named *named = arg;

	if (named->n < 8)
		named->groups[named->n++] = *group;
	return 0;
}

static void the_groups_of_a_plan_are_known_in_order(void **state)
{
	struct bench_user_report report = bench_report_for("m", 0, 10);
	struct plan_id plan = {.bytes = {0, 0, 0, 77}};
	struct named named = {0};
	struct bench bench;

	bench_open(&bench, "groups");
	report.plan = 77;
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	report.groups[0] = bench_group("b\xc3\xa9", 60);
	report.groups[0].family = FAMILY_IPV4;
	report.groups[0].user_len = 32;
	report.groups[0].port_block = 2048;
	report.groups[0].access = ACCESS_IOT;
	assert_int_equal(bench_put_users(&bench, 2, HOUR_11_NS, &report), STORE_STORED);
	bench_make_all(&bench);
	assert_int_equal(store_visit_plan_groups(bench.store, &plan, note_group, &named), 0);
	assert_int_equal(named.n, 2);
	assert_int_equal(report_group_compare(&named.groups[0], &report.groups[0]), 0);
	assert_string_equal(named.groups[1].carrier, "m");
	plan.bytes[0] = 1;
	assert_int_equal(store_visit_plan_groups(bench.store, &plan, note_group, &named), 0);
	assert_int_equal(named.n, 2);
	store_close(bench.store);
}

static int note_probe(void *arg, const struct store_probe *probe)
{
	if (strcmp(probe->name, "named") == 0)
		*(struct store_probe *)arg = *probe;
	return 0;
}

static void a_probe_has_the_plan_and_the_keys_it_named_last(void **state)
{
	struct bench_user_report report = bench_report_for("named", 0, 10);
	struct store_entry fragment;
	struct store_probe probe;
	struct bench bench;

	bench_open(&bench, "named");
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	fragment = bench_user_entry(&bench, 2, HOUR_11_NS, &report);
	fragment.report->n_links = 0;
	fragment.report->n_keys = 1;
	assert_int_equal(bench_write(&bench, &fragment), STORE_STORED);
	bench_entry_fini(&fragment);
	assert_int_equal(store_visit_probes(bench.store, note_probe, &probe), 0);
	assert_int_equal(probe.plan.bytes[3], 1);
	assert_int_equal(probe.n_keys, 2);
	assert_int_equal(probe.keys[0], OLDER);
	assert_int_equal(probe.keys[1], YOUNGER);
	report.plan = 0;
	report.n_keys = report.n_sketches = 0;
	assert_int_equal(bench_put_users(&bench, 3, HOUR_11_NS, &report), STORE_STORED);
	assert_int_equal(store_visit_probes(bench.store, note_probe, &probe), 0);
	assert_int_equal(probe.plan.bytes[3], 0);
	assert_int_equal(probe.n_keys, 0);
	bench_make_all(&bench);
	store_close(bench.store);
}

// The store is full. One group is left out, the other not.
static void users_of_the_groups_there_are_still_count(struct bench *bench)
{
	struct bench_user_report report = bench_report_for("scope", 0, 3000);
	struct store_entry entry;

	report.n_groups = 2;
	report.groups[1] = bench_group("zz-new", 56);
	report.sketches[2] = (struct bench_users){0, 1, GRADE_SENT, SCOPE_SECONDS, 0, 10};
	entry = bench_user_entry(bench, 1000, HOUR_11_NS + HOUR_NS, &report);
	assert_int_equal(bench_write(bench, &entry), STORE_STORED);
	assert_int_equal(entry.n_left_out, 1);
	bench_entry_fini(&entry);
	bench_make_all(bench);
	bench_holds(bench, "scope", USER_LEVEL_SCOPE, HOUR_11_NS + HOUR_NS, OLDER, 0, 3000);
	bench_has_none(bench, "zz-new", USER_LEVEL_SCOPE, HOUR_11_NS + HOUR_NS, OLDER);
	assert_int_equal(bench_scopes_of(bench, HOUR_11_NS + HOUR_NS, HOUR_11_NS + HOUR_NS + 1).n,
	                 1);
}

// Comes last, for it fills the store.
static void groups_are_bounded(void **state)
{
	struct store_entry entry;
	struct bench bench;
	uint64_t sequence;

	bench_open(&bench, "bounded");
	for (sequence = 1;; sequence++) {
		struct report *report = report_new(
			&(struct report_sizes){.n_links = 1, .n_groups = MAX_REPORT_GROUPS});

		strcpy(report->probe, bench.probe);
		report->sequence = sequence;
		report->window_start_ns = HOUR_11_NS;
		report->window_length_ns = MINUTE_NS;
		report->plan.bytes[0] = 1;
		strcpy(report->links[0].name, "lab0");
		for (uint32_t i = 0; i < MAX_REPORT_GROUPS; i++) {
			report->groups[i] = bench_group("bounded", 64);
			snprintf(report->groups[i].region, MAX_GROUP_NAME_BYTES, "%ju-%05u",
			         (uintmax_t)sequence, i);
		}
		entry = bench_entry_of(&bench, report);
		assert_int_equal(bench_write(&bench, &entry), STORE_STORED);
		if (entry.n_left_out > 0)
			break;
		bench_entry_fini(&entry);
		assert_true(sequence <= STORE_MAX_GROUPS / MAX_REPORT_GROUPS);
	}
	assert_non_null(strstr(entry.reason, "16384 groups"));
	bench_entry_fini(&entry);
	bench_make_all(&bench);
	assert_true(bench_cells(&bench, HOUR_11_NS, HOUR_11_NS + 1).n_cells == 1);
	users_of_the_groups_there_are_still_count(&bench);
	store_close(bench.store);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scope_is_the_sum_of_its_minutes_however_often_they_are_made),
		cmocka_unit_test(a_key_is_there_only_in_scopes_that_name_it),
		cmocka_unit_test(a_scope_under_two_plans_is_two),
		cmocka_unit_test(a_report_without_a_plan_changes_nothing),
		cmocka_unit_test(the_groups_of_a_plan_are_known_in_order),
		cmocka_unit_test(a_probe_has_the_plan_and_the_keys_it_named_last),
		cmocka_unit_test(groups_are_bounded),
	};

	if (argc != 2)
		return EXIT_FAILURE;
	setenv("TZ", "Asia/Shanghai", 1);
	tzset();
	bench_set_address(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
