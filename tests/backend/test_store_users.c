// What every back end of the store must do with users. The argument is the address of an empty
// store.
#include "tests/unit/test_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user_bench.h"

#define HOUR_NS (60 * MINUTE_NS)
#define DAY_NS  (24 * HOUR_NS)
// Begins an hour; the tests' own day begins at 16:00 UTC before it.
#define HOUR_11_NS   (UINT64_C(1763809200) * 1000000000)
#define DAY_START_NS (HOUR_11_NS - 19 * HOUR_NS)

enum {
	OLDER = 71,
	YOUNGER = 72,
};

static struct bench_user_report report_of(uint64_t first, uint64_t n)
{
	return (struct bench_user_report){
		.plan = 1,
		.n_keys = 2,
		.keys = {{OLDER, 1000}, {YOUNGER, 2000}},
		.n_groups = 1,
		.groups = {bench_group("a", 56)},
		.n_sketches = 3,
		.sketches = {{0, 0, GRADE_SENT, SCOPE_SECONDS, first, n},
	                     {0, 0, GRADE_CONFIRMED, SCOPE_SECONDS, first, n / 2},
	                     {1, 0, GRADE_SENT, LONG_SCOPE_SECONDS, first, n}},
	};
}

// A group of the test's own: tests share the store.
static struct bench_user_report report_for(const char *carrier, uint64_t first, uint64_t n)
{
	struct bench_user_report report = report_of(first, n);

	report.groups[0] = bench_group(carrier, 56);
	return report;
}

static int read_sketch(const struct bench *bench, const char *carrier, enum user_level level,
                       uint64_t start_ns, uint64_t key_id, enum grade grade,
                       struct user_sketch *ret_sketch)
{
	struct store_sketch which = {level, start_ns, {bench_group(carrier, 56), key_id, grade}};

	return store_read_sketch(bench->store, &which, ret_sketch);
}

static void holds(const struct bench *bench, const char *carrier, enum user_level level,
                  uint64_t start_ns, uint64_t key_id, uint64_t first, uint64_t n)
{
	struct sketch expected = {0};
	struct user_sketch sketch;

	bench_add_users(&expected, key_id, first, n);
	assert_int_equal(read_sketch(bench, carrier, level, start_ns, key_id, GRADE_SENT, &sketch),
	                 0);
	assert_memory_equal(&sketch.sketch, &expected, sizeof(expected));
	assert_int_equal(sketch.domain.key_id, key_id);
	assert_string_equal(sketch.domain.group.carrier, carrier);
}

static void has_none(const struct bench *bench, const char *carrier, enum user_level level,
                     uint64_t start_ns, uint64_t key_id)
{
	struct user_sketch sketch;

	assert_int_equal(read_sketch(bench, carrier, level, start_ns, key_id, GRADE_SENT, &sketch),
	                 -ENOENT);
}

static uint64_t n_sketches(const struct bench *bench)
{
	struct store_counts counts;

	assert_int_equal(store_count(bench->store, &counts), 0);
	return counts.sketches;
}

static void sketches_go_to_their_scope_and_every_longer_tile(void **state)
{
	struct bench_user_report report = report_for("levels", 0, 5000);
	uint64_t at_ns = HOUR_11_NS + 37 * MINUTE_NS;
	struct bench bench;

	bench_open(&bench, "levels");
	assert_int_equal(bench_put_users(&bench, 1, at_ns, &report), STORE_STORED);
	bench_make_all(&bench);
	holds(&bench, "levels", USER_LEVEL_SCOPE, HOUR_11_NS + 35 * MINUTE_NS, OLDER, 0, 5000);
	holds(&bench, "levels", USER_LEVEL_HOUR, HOUR_11_NS, OLDER, 0, 5000);
	holds(&bench, "levels", USER_LEVEL_DAY, DAY_START_NS, OLDER, 0, 5000);
	has_none(&bench, "levels", USER_LEVEL_SCOPE, HOUR_11_NS + 35 * MINUTE_NS, YOUNGER);
	holds(&bench, "levels", USER_LEVEL_HOUR, HOUR_11_NS, YOUNGER, 0, 5000);
	holds(&bench, "levels", USER_LEVEL_DAY, DAY_START_NS, YOUNGER, 0, 5000);
	store_close(bench.store);
}

static void minutes_and_probes_are_united(void **state)
{
	struct bench one, two;

	bench_open(&one, "united-1");
	two = (struct bench){one.store, "united-2"};
	for (uint64_t minute = 0; minute < 10; minute++) {
		struct bench_user_report report = report_for("united", minute * 100, 300);

		assert_int_equal(bench_put_users(minute % 2 ? &one : &two, minute + 1,
		                                 HOUR_11_NS + minute * MINUTE_NS, &report),
		                 STORE_STORED);
	}
	bench_make_all(&one);
	holds(&one, "united", USER_LEVEL_SCOPE, HOUR_11_NS, OLDER, 0, 700);
	holds(&one, "united", USER_LEVEL_SCOPE, HOUR_11_NS + 5 * MINUTE_NS, OLDER, 500, 700);
	holds(&one, "united", USER_LEVEL_HOUR, HOUR_11_NS, OLDER, 0, 1200);
	holds(&one, "united", USER_LEVEL_DAY, DAY_START_NS, YOUNGER, 0, 1200);
	store_close(one.store);
}

static void making_a_window_again_unites_nothing_new(void **state)
{
	struct bench_user_report report = report_for("again", 0, 1000);
	struct store_mark mark = {.probe = "again", .start_ns = HOUR_11_NS};
	struct bench bench;
	uint64_t n;

	bench_open(&bench, "again");
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	bench_make_all(&bench);
	n = n_sketches(&bench);
	bench_make(&bench, &mark);
	bench_make(&bench, &mark);
	assert_int_equal(n_sketches(&bench), n);
	holds(&bench, "again", USER_LEVEL_SCOPE, HOUR_11_NS, OLDER, 0, 1000);
	bench_reopen(&bench);
	assert_int_equal(n_sketches(&bench), n);
	store_close(bench.store);
}

static void late_reports_are_united_with_what_is_there(void **state)
{
	struct bench_user_report early = report_for("late", 0, 1000);
	struct bench_user_report late = report_for("late", 900, 1000);
	struct bench bench;

	bench_open(&bench, "late");
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &early), STORE_STORED);
	bench_make_all(&bench);
	assert_int_equal(bench_put_users(&bench, 2, HOUR_11_NS, &late), STORE_STORED);
	bench_make_all(&bench);
	holds(&bench, "late", USER_LEVEL_SCOPE, HOUR_11_NS, OLDER, 0, 1900);
	holds(&bench, "late", USER_LEVEL_DAY, DAY_START_NS, YOUNGER, 0, 1900);
	store_close(bench.store);
}

// Two days later the 5 minutes are not kept any more, 40 days later the hours are not either.
static void what_comes_too_late_for_a_level_goes_to_the_longer_ones(void **state)
{
	struct bench_user_report report = report_for("old", 0, 100);
	struct store_mark mark = {.probe = "old", .start_ns = HOUR_11_NS};
	struct bench bench;

	bench_open(&bench, "old");
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	bench_make_at(&bench, &mark, HOUR_11_NS + 40 * DAY_NS);
	has_none(&bench, "old", USER_LEVEL_SCOPE, HOUR_11_NS, OLDER);
	has_none(&bench, "old", USER_LEVEL_HOUR, HOUR_11_NS, OLDER);
	holds(&bench, "old", USER_LEVEL_DAY, DAY_START_NS, OLDER, 0, 100);
	bench_make_at(&bench, &mark, HOUR_11_NS + 2 * DAY_NS);
	has_none(&bench, "old", USER_LEVEL_SCOPE, HOUR_11_NS, OLDER);
	holds(&bench, "old", USER_LEVEL_HOUR, HOUR_11_NS, OLDER, 0, 100);
	bench_make_at(&bench, &mark, HOUR_11_NS + 2 * DAY_NS - 1);
	holds(&bench, "old", USER_LEVEL_SCOPE, HOUR_11_NS, OLDER, 0, 100);
	bench_make_all(&bench);
	store_close(bench.store);
}

struct scopes {
	const char *probe;
	int n, n_keys;
	struct user_scope last;
	struct user_scope_key keys[4];
};

static int note_scope(void *arg, const struct user_scope *scope)
{
	struct scopes *scopes = arg;

	if (strcmp(scope->probe, scopes->probe) == 0) {
		scopes->n++;
		scopes->last = *scope;
	}
	return 0;
}

static int note_key(void *arg, const struct user_scope_key *key)
{
	struct scopes *scopes = arg;

	if (strcmp(key->probe, scopes->probe) == 0 && scopes->n_keys < 4)
		scopes->keys[scopes->n_keys++] = *key;
	return 0;
}

static struct scopes scopes_of(const struct bench *bench, uint64_t from_ns, uint64_t to_ns)
{
	struct scopes scopes = {.probe = bench->probe};

	assert_int_equal(store_visit_scopes(bench->store, from_ns, to_ns, note_scope, &scopes), 0);
	assert_int_equal(store_visit_scope_keys(bench->store, from_ns, to_ns, note_key, &scopes),
	                 0);
	return scopes;
}

static void a_scope_is_the_sum_of_its_minutes_however_often_they_are_made(void **state)
{
	struct bench_user_report report = report_for("scope", 0, 10);
	struct store_mark mark = {.probe = "scope", .start_ns = HOUR_11_NS};
	struct bench bench;
	struct scopes scopes;

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
	scopes = scopes_of(&bench, HOUR_11_NS, HOUR_11_NS + 5 * MINUTE_NS);
	assert_int_equal(scopes.n, 1);
	assert_int_equal(scopes.last.start_ns, HOUR_11_NS);
	assert_int_equal(scopes.last.plan.plan.bytes[3], 1);
	assert_int_equal(scopes.last.plan.covered_ends[FAMILY_IPV6], 60);
	assert_int_equal(scopes.last.plan.uncovered_ends[FAMILY_IPV6], 8);
	assert_int_equal(scopes.last.plan.covered_ends[FAMILY_IPV4], 0);
	assert_true(scopes.last.plan.is_asymmetric);
	assert_int_equal(scopes.n_keys, 2);
	assert_int_equal(scopes.keys[0].key.id, OLDER);
	assert_int_equal(scopes.keys[0].key.start_ns, 1000);
	assert_int_equal(scopes.keys[0].key.scope_seconds, SCOPE_SECONDS);
	assert_int_equal(scopes.keys[1].key.id, YOUNGER);
	assert_int_equal(scopes.keys[1].key.scope_seconds, LONG_SCOPE_SECONDS);
	assert_int_equal(scopes_of(&bench, HOUR_11_NS, HOUR_11_NS + HOUR_NS).n, 2);
	store_close(bench.store);
}

// The younger key had something new in the second of three scopes alone, and starts with the first.
static void a_key_in_the_long_scope_is_there_for_its_whole_hour(void **state)
{
	struct bench_user_report quiet = report_for("hour", 0, 10), telling = quiet;
	uint64_t at_ns = HOUR_11_NS + 5 * MINUTE_NS;
	struct bench bench;
	struct scopes scopes;

	bench_open(&bench, "hour");
	telling.keys[1].start_ns = at_ns;
	quiet.n_keys = 1;
	quiet.n_sketches = 2;
	assert_int_equal(bench_put_users(&bench, 1, at_ns, &quiet), STORE_STORED);
	assert_int_equal(bench_put_users(&bench, 2, at_ns + 5 * MINUTE_NS, &telling), STORE_STORED);
	assert_int_equal(bench_put_users(&bench, 3, at_ns + 10 * MINUTE_NS, &quiet), STORE_STORED);
	assert_int_equal(bench_put_users(&bench, 4, HOUR_11_NS, &quiet), STORE_STORED);
	assert_int_equal(bench_put_users(&bench, 5, HOUR_11_NS + HOUR_NS, &quiet), STORE_STORED);
	bench_make_all(&bench);
	assert_int_equal(scopes_of(&bench, HOUR_11_NS, at_ns).n_keys, 1);
	scopes = scopes_of(&bench, at_ns, at_ns + 5 * MINUTE_NS);
	assert_int_equal(scopes.n_keys, 2);
	assert_int_equal(scopes.keys[1].key.id, YOUNGER);
	assert_int_equal(scopes.keys[1].key.scope_seconds, LONG_SCOPE_SECONDS);
	assert_int_equal(scopes_of(&bench, at_ns + 10 * MINUTE_NS, at_ns + 15 * MINUTE_NS).n_keys,
	                 2);
	assert_int_equal(scopes_of(&bench, HOUR_11_NS + HOUR_NS, HOUR_11_NS + 2 * HOUR_NS).n_keys,
	                 1);
	store_close(bench.store);
}

static void a_scope_under_two_plans_is_two(void **state)
{
	struct bench_user_report report = report_for("plans", 0, 10);
	struct bench bench;
	struct scopes scopes;

	bench_open(&bench, "plans");
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	report.plan = 200;
	assert_int_equal(bench_put_users(&bench, 2, HOUR_11_NS + MINUTE_NS, &report), STORE_STORED);
	bench_make_all(&bench);
	scopes = scopes_of(&bench, HOUR_11_NS, HOUR_11_NS + 1);
	assert_int_equal(scopes.n, 2);
	assert_int_equal(scopes.last.plan.plan.bytes[3], 200);
	assert_int_equal(scopes.last.plan_first_ns, HOUR_11_NS + MINUTE_NS);
	assert_int_equal(scopes.n_keys, 2);
	store_close(bench.store);
}

static void a_report_without_a_plan_changes_nothing(void **state)
{
	struct bench_user_report report = report_for("no plan", 0, 10);
	struct bench bench;
	uint64_t n;

	bench_open(&bench, "no-plan");
	n = n_sketches(&bench);
	report.plan = 0;
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	bench_make_all(&bench);
	assert_int_equal(n_sketches(&bench), n);
	assert_int_equal(scopes_of(&bench, HOUR_11_NS, HOUR_11_NS + 1).n, 0);
	has_none(&bench, "no plan", USER_LEVEL_DAY, DAY_START_NS, OLDER);
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
	struct bench_user_report report = report_for("m", 0, 10);
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
	struct bench_user_report report = report_for("named", 0, 10);
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

static void what_is_not_kept_any_more_is_deleted(void **state)
{
	struct bench_user_report report = report_for("expiry", 0, 10);
	uint64_t at_ns = HOUR_11_NS - 800 * DAY_NS;
	struct store_mark mark = {.probe = "expiry", .start_ns = at_ns};
	struct bench bench;
	uint64_t n;

	bench_open(&bench, "expiry");
	n = n_sketches(&bench);
	assert_int_equal(bench_put_users(&bench, 1, at_ns, &report), STORE_STORED);
	bench_make(&bench, &mark);
	assert_int_equal(n_sketches(&bench), n + 3 + 3 + 2);
	assert_int_equal(store_expire(bench.store, at_ns + 2 * DAY_NS - 1), 0);
	assert_int_equal(n_sketches(&bench), n + 3 + 3 + 2);
	assert_int_equal(store_expire(bench.store, at_ns + 2 * DAY_NS), 0);
	assert_int_equal(n_sketches(&bench), n + 3 + 3);
	assert_int_equal(store_expire(bench.store, at_ns + 40 * DAY_NS), 0);
	assert_int_equal(n_sketches(&bench), n + 3);
	assert_int_equal(scopes_of(&bench, at_ns, at_ns + 1).n, 1);
	assert_int_equal(store_expire(bench.store, at_ns + 400 * DAY_NS), 0);
	assert_int_equal(n_sketches(&bench), n);
	assert_int_equal(scopes_of(&bench, at_ns, at_ns + 1).n, 0);
	assert_int_equal(scopes_of(&bench, at_ns, at_ns + 1).n_keys, 0);
	bench_make_all(&bench);
	store_close(bench.store);
}

static void use_zone(struct bench *bench, const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
	assert_int_equal(store_use_zone(bench->store, zone), 0);
}

static void another_zone_cuts_days_anew(void **state)
{
	struct bench_user_report report = report_for("zone", 0, 1000);
	struct bench bench;
	uint64_t n;

	bench_open(&bench, "zone");
	use_zone(&bench, "Asia/Shanghai");
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	bench_make_all(&bench);
	n = n_sketches(&bench);
	use_zone(&bench, "Asia/Shanghai");
	assert_int_equal(bench_make_all(&bench), 0);
	use_zone(&bench, "UTC");
	has_none(&bench, "zone", USER_LEVEL_DAY, DAY_START_NS, OLDER);
	assert_true(bench_make_all(&bench) > 0);
	has_none(&bench, "zone", USER_LEVEL_DAY, DAY_START_NS, OLDER);
	holds(&bench, "zone", USER_LEVEL_DAY, HOUR_11_NS - 11 * HOUR_NS, OLDER, 0, 1000);
	assert_int_equal(n_sketches(&bench), n);
	use_zone(&bench, "Asia/Shanghai");
	bench_make_all(&bench);
	holds(&bench, "zone", USER_LEVEL_DAY, DAY_START_NS, OLDER, 0, 1000);
	store_close(bench.store);
}

// Comes last, for it fills the store.
static void groups_are_bounded(void **state)
{
	struct store_entry entry;
	struct bench bench;
	uint64_t sequence;

	bench_open(&bench, "bounded");
	for (sequence = 1; sequence <= STORE_MAX_GROUPS / MAX_REPORT_GROUPS + 1; sequence++) {
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
		if (bench_write(&bench, &entry) == STORE_REFUSED)
			break;
		bench_entry_fini(&entry);
	}
	assert_int_equal(entry.refusal, REFUSAL_GROUPS);
	assert_non_null(strstr(entry.reason, "16384 groups"));
	bench_entry_fini(&entry);
	bench_make_all(&bench);
	store_close(bench.store);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sketches_go_to_their_scope_and_every_longer_tile),
		cmocka_unit_test(minutes_and_probes_are_united),
		cmocka_unit_test(making_a_window_again_unites_nothing_new),
		cmocka_unit_test(late_reports_are_united_with_what_is_there),
		cmocka_unit_test(what_comes_too_late_for_a_level_goes_to_the_longer_ones),
		cmocka_unit_test(a_scope_is_the_sum_of_its_minutes_however_often_they_are_made),
		cmocka_unit_test(a_key_in_the_long_scope_is_there_for_its_whole_hour),
		cmocka_unit_test(a_scope_under_two_plans_is_two),
		cmocka_unit_test(a_report_without_a_plan_changes_nothing),
		cmocka_unit_test(the_groups_of_a_plan_are_known_in_order),
		cmocka_unit_test(a_probe_has_the_plan_and_the_keys_it_named_last),
		cmocka_unit_test(what_is_not_kept_any_more_is_deleted),
		cmocka_unit_test(another_zone_cuts_days_anew),
		cmocka_unit_test(groups_are_bounded),
	};

	if (argc != 2)
		return EXIT_FAILURE;
	setenv("TZ", "Asia/Shanghai", 1);
	tzset();
	bench_set_address(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
