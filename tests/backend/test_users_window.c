// Windows of active users over a store. The argument is the address of an empty store; each test
// takes one of its own beside it.
#include "tests/unit/test_all.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "collector/users.h"
#include "proto/base/clock.h"
#include "user_bench.h"

#define SCOPE_NS (5 * MINUTE_NS)

enum {
	KEY_1 = 71,
	KEY_2,
	KEY_3,
};

static const char *empty_store;

// A bench on a new store.
static struct bench new_bench(const char *probe)
{
	char address[512];
	struct bench bench;

	snprintf(address, sizeof(address), "%s-%s", empty_store, probe);
	bench_set_address(address);
	bench_open(&bench, probe);
	return bench;
}

static struct bench probe_beside(const struct bench *bench, const char *probe)
{
	return (struct bench){bench->store, probe};
}

// Start of an hour of today or yesterday, so that all levels are kept.
static uint64_t recent_hour(void)
{
	uint64_t now_ns = clock_wall_ns();

	return now_ns - now_ns % HOUR_NS - 3 * HOUR_NS;
}

static struct bench_user_report report_of(uint64_t key, uint64_t first, uint64_t n)
{
	return (struct bench_user_report){
		.plan = 1,
		.n_keys = 1,
		.keys = {{key, key * 1000}},
		.n_groups = 1,
		.groups = {bench_group("a", 56)},
		.n_sketches = 2,
		.sketches = {{0, 0, GRADE_SENT, SCOPE_SECONDS, first, n},
	                     {0, 0, GRADE_CONFIRMED, SCOPE_SECONDS, first, n / 2}},
	};
}

static void put_minute(const struct bench *bench, uint64_t start_ns,
                       const struct bench_user_report *report)
{
	assert_int_equal(bench_put_users(bench, start_ns / MINUTE_NS, start_ns, report),
	                 STORE_STORED);
}

// Five minutes, of which the first tells of all users.
static void put(const struct bench *bench, uint64_t start_ns,
                const struct bench_user_report *report)
{
	struct bench_user_report later = *report;
	struct store_entry entries[5];

	later.n_sketches = 0;
	for (uint64_t i = 0; i < 5; i++) {
		uint64_t at_ns = start_ns + i * MINUTE_NS;

		entries[i] = bench_user_entry(bench, at_ns / MINUTE_NS, at_ns, i ? &later : report);
	}
	assert_int_equal(store_write(bench->store, entries, 5), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(entries[i].outcome, STORE_STORED);
		bench_entry_fini(&entries[i]);
	}
}

static struct user_window window_of(const struct bench *bench, uint64_t start_ns, uint64_t end_ns)
{
	struct user_window window;

	bench_make_all(bench);
	assert_int_equal(users_window(bench->store, start_ns, end_ns, &window), 0);
	assert_int_equal(window.start_ns, start_ns);
	assert_int_equal(window.end_ns, end_ns);
	return window;
}

// The figure of a union is the estimate of a sketch that saw all of these users.
static void counts(const struct user_window *window, size_t cell, enum grade grade, uint64_t key,
                   uint64_t n)
{
	const struct user_figure *figure = &window->cells[cell].grades[grade];
	struct sketch sketch = {0};
	double estimate;

	bench_add_users(&sketch, key, 0, n);
	estimate = sketch_estimate(&sketch);
	assert_true(fabs(figure->users - estimate) < 1e-6);
	assert_true(fabs(figure->standard_error - sketch_relative_error(estimate) * estimate) <
	            1e-6);
}

static void users_of_two_probes_are_counted_once(void **state)
{
	uint64_t at_ns = recent_hour();
	struct bench one = new_bench("once"), two = probe_beside(&one, "twice");
	struct bench_user_report mine = report_of(KEY_1, 0, 6000);
	struct bench_user_report theirs = report_of(KEY_1, 4000, 6000);
	struct user_window window;

	put(&one, at_ns, &mine);
	put(&two, at_ns, &theirs);
	window = window_of(&one, at_ns, at_ns + SCOPE_NS);
	assert_int_equal(window.n_cells, 1);
	assert_string_equal(window.cells[0].carrier, "a");
	assert_string_equal(window.cells[0].region, "north");
	assert_int_equal(window.cells[0].access, ACCESS_FIXED);
	assert_int_equal(window.cells[0].family, FAMILY_IPV6);
	counts(&window, 0, GRADE_SENT, KEY_1, 10000);
	assert_true(window.coverage == 1);
	assert_int_equal(window.key_id, KEY_1);
	assert_false(window.mixed_keys || window.mixed_plans || window.changed_normalisation ||
	             window.asymmetric);
	user_window_fini(&window);
	store_close(one.store);
}

static void groups_add_and_their_errors_average_out(void **state)
{
	uint64_t at_ns = recent_hour();
	struct bench bench = new_bench("sums");
	struct bench_user_report report = report_of(KEY_1, 0, 20000);
	struct user_window window;
	struct user_figure *figure;

	report.n_groups = 2;
	report.groups[1] = report.groups[0];
	report.groups[1].class_name[0] = 'z';
	report.sketches[1] = report.sketches[0];
	report.sketches[1].group = 1;
	put(&bench, at_ns, &report);
	window = window_of(&bench, at_ns, at_ns + SCOPE_NS);
	assert_int_equal(window.n_cells, 1);
	figure = &window.cells[0].grades[GRADE_SENT];
	assert_true(fabs(figure->standard_error / figure->users -
	                 sketch_relative_error(20000) / sqrt(2)) < 1e-4);
	user_window_fini(&window);
	store_close(bench.store);
}

// Each hour has 1,000 users of which half were there the hour before.
static void a_long_window_is_read_from_days_hours_and_5_minutes(void **state)
{
	uint64_t end_ns = recent_hour();
	struct bench bench = new_bench("tiles");
	struct user_window window;

	for (uint64_t hour = 0; hour < 40; hour++) {
		struct bench_user_report report = report_of(KEY_1, hour * 500, 1000);

		for (uint64_t scope = 0; scope < 12; scope++)
			put(&bench, end_ns - (40 - hour) * HOUR_NS + scope * SCOPE_NS, &report);
		bench_make_all(&bench);
	}
	window = window_of(&bench, end_ns - 40 * HOUR_NS, end_ns);
	counts(&window, 0, GRADE_SENT, KEY_1, 41 * 500);
	assert_true(window.coverage == 1);
	user_window_fini(&window);
	window = window_of(&bench, end_ns - 40 * HOUR_NS, end_ns - 39 * HOUR_NS);
	counts(&window, 0, GRADE_SENT, KEY_1, 1000);
	user_window_fini(&window);
	window = window_of(&bench, end_ns - 40 * HOUR_NS + SCOPE_NS, end_ns - 11 * SCOPE_NS);
	counts(&window, 0, GRADE_SENT, KEY_1, 41 * 500);
	assert_true(window.coverage == 1);
	user_window_fini(&window);
	store_close(bench.store);
}

// KEY_1 ends in the middle; KEY_2 was the younger before and is the older behind. A union over it
// counts the users of both halves once.
static void a_union_over_a_rotation_is_made_under_one_key(void **state)
{
	uint64_t at_ns = recent_hour() - 2 * HOUR_NS;
	struct bench bench = new_bench("rotation");
	struct user_window window;

	for (uint64_t scope = 0; scope < 24; scope++) {
		bool is_before = scope < 12;
		struct bench_user_report report = {
			.plan = 1,
			.n_keys = 2,
			.keys = {{is_before ? KEY_1 : KEY_2, is_before ? 1000 : 2000},
		                 {is_before ? KEY_2 : KEY_3, is_before ? 2000 : 3000}},
			.n_groups = 1,
			.groups = {bench_group("a", 56)},
			.n_sketches = 2,
			.sketches = {{0, 0, GRADE_SENT, SCOPE_SECONDS, scope * 100, 1000},
		                     {1, 0, GRADE_SENT, LONG_SCOPE_SECONDS, scope * 100, 1000}},
		};

		put(&bench, at_ns + scope * SCOPE_NS, &report);
	}
	window = window_of(&bench, at_ns, at_ns + 2 * HOUR_NS);
	assert_int_equal(window.key_id, KEY_2);
	counts(&window, 0, GRADE_SENT, KEY_2, 3300);
	assert_true(window.coverage == 1);
	assert_false(window.mixed_keys);
	user_window_fini(&window);
	// In 5 minutes the younger key has no sketches: the older one of each half is read.
	window = window_of(&bench, at_ns + HOUR_NS - SCOPE_NS, at_ns + HOUR_NS);
	assert_int_equal(window.key_id, KEY_1);
	assert_true(window.coverage == 1);
	assert_false(window.mixed_keys);
	user_window_fini(&window);
	window = window_of(&bench, at_ns + HOUR_NS - SCOPE_NS, at_ns + HOUR_NS + 2 * SCOPE_NS);
	assert_int_equal(window.key_id, KEY_2);
	assert_true(fabs(window.coverage - 2.0 / 3) < 1e-9);
	assert_true(window.mixed_keys);
	user_window_fini(&window);
	store_close(bench.store);
}

static void probes_with_different_keys_give_a_lower_bound(void **state)
{
	uint64_t at_ns = recent_hour();
	struct bench one = new_bench("mixed"), two = probe_beside(&one, "other-key");
	struct bench_user_report mine = report_of(KEY_1, 0, 1000);
	struct bench_user_report theirs = report_of(KEY_2, 0, 5000);
	struct user_window window;

	put(&one, at_ns, &mine);
	put(&one, at_ns + SCOPE_NS, &mine);
	put(&two, at_ns, &theirs);
	window = window_of(&one, at_ns, at_ns + 2 * SCOPE_NS);
	assert_true(window.mixed_keys);
	assert_true(window.coverage == 0.5);
	assert_int_equal(window.key_id, KEY_1);
	counts(&window, 0, GRADE_SENT, KEY_1, 1000);
	user_window_fini(&window);
	store_close(one.store);
}

// Another plan that says the same of a group changes nothing there.
static void plans_that_differ_elsewhere_are_seen_and_counted_together(void **state)
{
	uint64_t at_ns = recent_hour();
	struct bench one = new_bench("plans"), two = probe_beside(&one, "other-plan");
	struct bench_user_report mine = report_of(KEY_1, 0, 1000);
	struct bench_user_report theirs = report_of(KEY_1, 500, 1000);
	struct user_window window;

	theirs.plan = 2;
	put(&one, at_ns, &mine);
	put(&two, at_ns, &theirs);
	window = window_of(&one, at_ns, at_ns + SCOPE_NS);
	assert_true(window.mixed_plans);
	assert_false(window.changed_normalisation);
	counts(&window, 0, GRADE_SENT, KEY_1, 1500);
	user_window_fini(&window);
	store_close(one.store);
}

static void another_normalisation_is_never_added_to_the_one_before(void **state)
{
	uint64_t at_ns = recent_hour();
	struct bench bench = new_bench("normal");
	struct bench_user_report before = report_of(KEY_1, 0, 4000);
	struct bench_user_report after = report_of(KEY_1, 0, 1000);
	struct user_window window;

	after.plan = 2;
	after.groups[0] = bench_group("a", 60);
	put(&bench, at_ns, &before);
	put(&bench, at_ns + SCOPE_NS, &after);
	window = window_of(&bench, at_ns, at_ns + 2 * SCOPE_NS);
	assert_true(window.mixed_plans && window.changed_normalisation);
	assert_int_equal(window.n_cells, 1);
	counts(&window, 0, GRADE_SENT, KEY_1, 1000);
	user_window_fini(&window);
	window = window_of(&bench, at_ns, at_ns + SCOPE_NS);
	assert_false(window.mixed_plans || window.changed_normalisation);
	counts(&window, 0, GRADE_SENT, KEY_1, 4000);
	user_window_fini(&window);
	store_close(bench.store);
}

static void one_plan_with_two_normalisations_counts_both(void **state)
{
	uint64_t at_ns = recent_hour();
	struct bench bench = new_bench("both");
	struct bench_user_report report = report_of(KEY_1, 0, 100);
	struct user_window window;

	report.n_groups = 2;
	report.groups[1] = bench_group("a", 60);
	report.sketches[1] = report.sketches[0];
	report.sketches[1].group = 1;
	put(&bench, at_ns, &report);
	window = window_of(&bench, at_ns, at_ns + SCOPE_NS);
	assert_int_equal(window.n_cells, 1);
	assert_true(fabs(window.cells[0].grades[GRADE_SENT].users - 200) < 5);
	assert_false(window.changed_normalisation);
	user_window_fini(&window);
	store_close(bench.store);
}

static void coverage_and_plan_coverage_are_said(void **state)
{
	uint64_t at_ns = recent_hour();
	struct bench one = new_bench("cover"), two = probe_beside(&one, "silent");
	struct bench_user_report report = report_of(KEY_1, 0, 100);
	struct user_window window;

	report.covered_ends = 90;
	report.uncovered_ends = 10;
	report.is_asymmetric = true;
	put(&two, at_ns - HOUR_NS, &report);
	put(&one, at_ns, &report);
	put(&one, at_ns + SCOPE_NS, &report);
	window = window_of(&one, at_ns, at_ns + 4 * SCOPE_NS);
	assert_true(window.coverage == 0.25);
	assert_true(window.plan_coverage[FAMILY_IPV6] == 0.9);
	assert_true(isnan(window.plan_coverage[FAMILY_IPV4]));
	assert_true(window.asymmetric);
	user_window_fini(&window);
	store_close(one.store);
}

// Three minutes of ten; another report of one of them adds no time.
static void a_scope_is_covered_as_far_as_its_minutes_came(void **state)
{
	uint64_t at_ns = recent_hour();
	struct bench bench = new_bench("minutes");
	struct bench_user_report report = report_of(KEY_1, 0, 100);
	struct user_window window;

	put_minute(&bench, at_ns, &report);
	put_minute(&bench, at_ns + 3 * MINUTE_NS, &report);
	put_minute(&bench, at_ns + 5 * MINUTE_NS, &report);
	assert_int_equal(bench_put_users(&bench, 1, at_ns, &report), STORE_STORED);
	window = window_of(&bench, at_ns, at_ns + 2 * SCOPE_NS);
	assert_true(fabs(window.coverage - 0.3) < 1e-9);
	user_window_fini(&window);
	window = window_of(&bench, at_ns, at_ns + SCOPE_NS);
	assert_true(fabs(window.coverage - 0.4) < 1e-9);
	assert_false(window.mixed_keys);
	user_window_fini(&window);
	store_close(bench.store);
}

// Both keys are reported in the first 5 minutes of an hour, and nobody is there in the next.
static void a_quiet_scope_is_covered_under_two_keys(void **state)
{
	uint64_t at_ns = recent_hour();
	struct bench bench = new_bench("quiet");
	struct bench_user_report report = report_of(KEY_1, 0, 100), quiet;
	struct user_window window;

	report.n_keys = 2;
	report.keys[1] = (struct report_key){KEY_2, at_ns - HOUR_NS};
	report.sketches[1] = (struct bench_users){1, 0, GRADE_SENT, LONG_SCOPE_SECONDS, 0, 100};
	quiet = report;
	quiet.n_keys = quiet.n_sketches = 0;
	put(&bench, at_ns, &report);
	put(&bench, at_ns + SCOPE_NS, &quiet);
	window = window_of(&bench, at_ns + SCOPE_NS, at_ns + 2 * SCOPE_NS);
	assert_true(window.coverage == 1);
	assert_false(window.mixed_keys);
	// Nobody was there, and that was measured.
	assert_int_equal(window.n_cells, 1);
	assert_true(window.cells[0].grades[GRADE_SENT].users == 0);
	assert_true(window.cells[0].grades[GRADE_SENT].standard_error == 0);
	user_window_fini(&window);
	window = window_of(&bench, at_ns, at_ns + 2 * SCOPE_NS);
	assert_true(window.coverage == 1);
	assert_int_equal(window.key_id, KEY_1);
	counts(&window, 0, GRADE_SENT, KEY_1, 100);
	user_window_fini(&window);
	store_close(bench.store);
}

// 5 minutes of three days ago are not kept; the hours around them are.
static void what_is_not_kept_is_not_covered(void **state)
{
	uint64_t at_ns = recent_hour() - 3 * DAY_NS;
	struct bench bench = new_bench("kept");
	struct bench_user_report report = report_of(KEY_1, 0, 100);
	struct user_window window;

	for (uint64_t scope = 0; scope < 24; scope++)
		put(&bench, at_ns + scope * SCOPE_NS, &report);
	window = window_of(&bench, at_ns + 6 * SCOPE_NS, at_ns + 24 * SCOPE_NS);
	assert_true(fabs(window.coverage - 12.0 / 18) < 1e-9);
	assert_false(window.mixed_keys);
	counts(&window, 0, GRADE_SENT, KEY_1, 100);
	user_window_fini(&window);
	window = window_of(&bench, at_ns + 6 * SCOPE_NS, at_ns + 7 * SCOPE_NS);
	assert_true(window.coverage == 0);
	assert_int_equal(window.n_cells, 0);
	user_window_fini(&window);
	store_close(bench.store);
}

static void nothing_is_said_where_nobody_reported(void **state)
{
	uint64_t at_ns = recent_hour();
	struct bench bench = new_bench("empty");
	struct user_window window = window_of(&bench, at_ns, at_ns + SCOPE_NS);

	assert_true(isnan(window.coverage));
	assert_int_equal(window.key_id, 0);
	assert_int_equal(window.n_cells, 0);
	user_window_fini(&window);
	store_close(bench.store);
}

static void windows_that_are_not_whole_scopes_are_refused(void **state)
{
	uint64_t at_ns = recent_hour();
	struct bench bench = new_bench("aligned");
	struct user_window window;

	assert_int_equal(users_window(bench.store, at_ns, at_ns, &window), -EINVAL);
	assert_int_equal(users_window(bench.store, at_ns, at_ns + MINUTE_NS, &window), -EINVAL);
	assert_int_equal(users_window(bench.store, at_ns + 1, at_ns + SCOPE_NS, &window), -EINVAL);
	assert_int_equal(users_window(bench.store, at_ns, at_ns - SCOPE_NS, &window), -EINVAL);
	assert_int_equal(users_window(bench.store, at_ns, at_ns + 401 * DAY_NS, &window), -EINVAL);
	store_close(bench.store);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_of_two_probes_are_counted_once),
		cmocka_unit_test(groups_add_and_their_errors_average_out),
		cmocka_unit_test(a_long_window_is_read_from_days_hours_and_5_minutes),
		cmocka_unit_test(a_union_over_a_rotation_is_made_under_one_key),
		cmocka_unit_test(probes_with_different_keys_give_a_lower_bound),
		cmocka_unit_test(plans_that_differ_elsewhere_are_seen_and_counted_together),
		cmocka_unit_test(another_normalisation_is_never_added_to_the_one_before),
		cmocka_unit_test(one_plan_with_two_normalisations_counts_both),
		cmocka_unit_test(coverage_and_plan_coverage_are_said),
		cmocka_unit_test(a_scope_is_covered_as_far_as_its_minutes_came),
		cmocka_unit_test(a_quiet_scope_is_covered_under_two_keys),
		cmocka_unit_test(what_is_not_kept_is_not_covered),
		cmocka_unit_test(nothing_is_said_where_nobody_reported),
		cmocka_unit_test(windows_that_are_not_whole_scopes_are_refused),
	};

	if (argc != 2)
		return EXIT_FAILURE;
	setenv("TZ", "Asia/Shanghai", 1);
	tzset();
	empty_store = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
