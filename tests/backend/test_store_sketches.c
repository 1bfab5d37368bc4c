// What every back end of the store must do with sketches of users. The argument is the address of
// an empty store.
#include "tests/unit/test_all.h"

#include <stdlib.h>
#include <time.h>

#include "user_bench.h"

static void sketches_go_to_their_scope_and_every_longer_tile(void **state)
{
	struct bench_user_report report = bench_report_for("levels", 0, 5000);
	uint64_t at_ns = HOUR_11_NS + 37 * MINUTE_NS;
	struct bench bench;

	bench_open(&bench, "levels");
	assert_int_equal(bench_put_users(&bench, 1, at_ns, &report), STORE_STORED);
	bench_make_all(&bench);
	bench_holds(&bench, "levels", USER_LEVEL_SCOPE, HOUR_11_NS + 35 * MINUTE_NS, OLDER, 0,
	            5000);
	bench_holds(&bench, "levels", USER_LEVEL_HOUR, HOUR_11_NS, OLDER, 0, 5000);
	bench_holds(&bench, "levels", USER_LEVEL_DAY, DAY_START_NS, OLDER, 0, 5000);
	bench_has_none(&bench, "levels", USER_LEVEL_SCOPE, HOUR_11_NS + 35 * MINUTE_NS, YOUNGER);
	bench_holds(&bench, "levels", USER_LEVEL_HOUR, HOUR_11_NS, YOUNGER, 0, 5000);
	bench_holds(&bench, "levels", USER_LEVEL_DAY, DAY_START_NS, YOUNGER, 0, 5000);
	store_close(bench.store);
}

static void minutes_and_probes_are_united(void **state)
{
	struct bench one, two;

	bench_open(&one, "united-1");
	two = (struct bench){one.store, "united-2"};
	for (uint64_t minute = 0; minute < 10; minute++) {
		struct bench_user_report report = bench_report_for("united", minute * 100, 300);

		assert_int_equal(bench_put_users(minute % 2 ? &one : &two, minute + 1,
		                                 HOUR_11_NS + minute * MINUTE_NS, &report),
		                 STORE_STORED);
	}
	bench_make_all(&one);
	bench_holds(&one, "united", USER_LEVEL_SCOPE, HOUR_11_NS, OLDER, 0, 700);
	bench_holds(&one, "united", USER_LEVEL_SCOPE, HOUR_11_NS + 5 * MINUTE_NS, OLDER, 500, 700);
	bench_holds(&one, "united", USER_LEVEL_HOUR, HOUR_11_NS, OLDER, 0, 1200);
	bench_holds(&one, "united", USER_LEVEL_DAY, DAY_START_NS, YOUNGER, 0, 1200);
	store_close(one.store);
}

static void making_a_window_again_unites_nothing_new(void **state)
{
	struct bench_user_report report = bench_report_for("again", 0, 1000);
	struct store_mark mark = {.probe = "again", .start_ns = HOUR_11_NS};
	struct bench bench;
	uint64_t n;

	bench_open(&bench, "again");
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	bench_make_all(&bench);
	n = bench_n_sketches(&bench);
	bench_make(&bench, &mark);
	bench_make(&bench, &mark);
	assert_int_equal(bench_n_sketches(&bench), n);
	bench_holds(&bench, "again", USER_LEVEL_SCOPE, HOUR_11_NS, OLDER, 0, 1000);
	bench_reopen(&bench);
	assert_int_equal(bench_n_sketches(&bench), n);
	store_close(bench.store);
}

static void late_reports_are_united_with_what_is_there(void **state)
{
	struct bench_user_report early = bench_report_for("late", 0, 1000);
	struct bench_user_report late = bench_report_for("late", 900, 1000);
	struct bench bench;

	bench_open(&bench, "late");
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &early), STORE_STORED);
	bench_make_all(&bench);
	assert_int_equal(bench_put_users(&bench, 2, HOUR_11_NS, &late), STORE_STORED);
	bench_make_all(&bench);
	bench_holds(&bench, "late", USER_LEVEL_SCOPE, HOUR_11_NS, OLDER, 0, 1900);
	bench_holds(&bench, "late", USER_LEVEL_DAY, DAY_START_NS, YOUNGER, 0, 1900);
	store_close(bench.store);
}

// Two days later the 5 minutes are not kept any more, 40 days later the hours are not either.
static void what_comes_too_late_for_a_level_goes_to_the_longer_ones(void **state)
{
	struct bench_user_report report = bench_report_for("old", 0, 100);
	struct store_mark mark = {.probe = "old", .start_ns = HOUR_11_NS};
	struct bench bench;

	bench_open(&bench, "old");
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	bench_make_at(&bench, &mark, HOUR_11_NS + 40 * DAY_NS);
	bench_has_none(&bench, "old", USER_LEVEL_SCOPE, HOUR_11_NS, OLDER);
	bench_has_none(&bench, "old", USER_LEVEL_HOUR, HOUR_11_NS, OLDER);
	bench_holds(&bench, "old", USER_LEVEL_DAY, DAY_START_NS, OLDER, 0, 100);
	bench_make_at(&bench, &mark, HOUR_11_NS + 2 * DAY_NS);
	bench_has_none(&bench, "old", USER_LEVEL_SCOPE, HOUR_11_NS, OLDER);
	bench_holds(&bench, "old", USER_LEVEL_HOUR, HOUR_11_NS, OLDER, 0, 100);
	bench_make_at(&bench, &mark, HOUR_11_NS + 2 * DAY_NS - 1);
	bench_holds(&bench, "old", USER_LEVEL_SCOPE, HOUR_11_NS, OLDER, 0, 100);
	bench_make_all(&bench);
	store_close(bench.store);
}

static void what_is_not_kept_any_more_is_deleted(void **state)
{
	struct bench_user_report report = bench_report_for("expiry", 0, 10);
	uint64_t at_ns = HOUR_11_NS - 800 * DAY_NS;
	struct store_mark mark = {.probe = "expiry", .start_ns = at_ns};
	struct bench bench;
	uint64_t n;

	bench_open(&bench, "expiry");
	n = bench_n_sketches(&bench);
	assert_int_equal(bench_put_users(&bench, 1, at_ns, &report), STORE_STORED);
	bench_make(&bench, &mark);
	assert_int_equal(bench_n_sketches(&bench), n + 3 + 3 + 2);
	assert_int_equal(store_expire(bench.store, at_ns + 2 * DAY_NS - 1), 0);
	assert_int_equal(bench_n_sketches(&bench), n + 3 + 3 + 2);
	assert_int_equal(store_expire(bench.store, at_ns + 2 * DAY_NS), 0);
	assert_int_equal(bench_n_sketches(&bench), n + 3 + 3);
	assert_int_equal(store_expire(bench.store, at_ns + 40 * DAY_NS), 0);
	assert_int_equal(bench_n_sketches(&bench), n + 3);
	assert_int_equal(bench_scopes_of(&bench, at_ns, at_ns + 1).n, 1);
	assert_int_equal(store_expire(bench.store, at_ns + 400 * DAY_NS), 0);
	assert_int_equal(bench_n_sketches(&bench), n);
	assert_int_equal(bench_scopes_of(&bench, at_ns, at_ns + 1).n, 0);
	assert_int_equal(bench_scopes_of(&bench, at_ns, at_ns + 1).n_keys, 0);
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
	struct bench_user_report report = bench_report_for("zone", 0, 1000);
	struct bench bench;
	uint64_t n;

	bench_open(&bench, "zone");
	use_zone(&bench, "Asia/Shanghai");
	assert_int_equal(bench_put_users(&bench, 1, HOUR_11_NS, &report), STORE_STORED);
	bench_make_all(&bench);
	n = bench_n_sketches(&bench);
	use_zone(&bench, "Asia/Shanghai");
	assert_int_equal(bench_make_all(&bench), 0);
	use_zone(&bench, "UTC");
	bench_has_none(&bench, "zone", USER_LEVEL_DAY, DAY_START_NS, OLDER);
	assert_true(bench_make_all(&bench) > 0);
	bench_has_none(&bench, "zone", USER_LEVEL_DAY, DAY_START_NS, OLDER);
	bench_holds(&bench, "zone", USER_LEVEL_DAY, HOUR_11_NS - 11 * HOUR_NS, OLDER, 0, 1000);
	assert_int_equal(bench_n_sketches(&bench), n);
	use_zone(&bench, "Asia/Shanghai");
	bench_make_all(&bench);
	bench_holds(&bench, "zone", USER_LEVEL_DAY, DAY_START_NS, OLDER, 0, 1000);
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
		cmocka_unit_test(what_is_not_kept_any_more_is_deleted),
		cmocka_unit_test(another_zone_cuts_days_anew),
	};

	if (argc != 2)
		return EXIT_FAILURE;
	setenv("TZ", "Asia/Shanghai", 1);
	tzset();
	bench_set_address(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
