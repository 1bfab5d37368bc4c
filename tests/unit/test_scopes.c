#include "test_all.h"

#include <stdlib.h>
#include <string.h>

#include "probe/meter/user_sketches.h"
#include "probe/scopes.h"
#include "proto/base/clock.h"
#include "proto/siphash.h"
#include "proto/sketch.h"

enum {
	N_GROUPS = 3,
	MINUTE_S = 60,
	OLDER = 0,
	YOUNGER = 1,
	BOTH_GRADES = 1 << GRADE_SENT | 1 << GRADE_CONFIRMED,
};

static const struct report_group groups[N_GROUPS] = {
	{"a", "east", ACCESS_FIXED, "", FAMILY_IPV6, 56, 0},
	{"a", "west", ACCESS_FIXED, "", FAMILY_IPV6, 56, 0},
	{"b", "east", ACCESS_MOBILE, "", FAMILY_IPV4, 32, 512},
};
static const struct user_group user_groups[N_GROUPS] = {
	{FAMILY_IPV6, 56, 0}, {FAMILY_IPV6, 56, 0}, {FAMILY_IPV4, 32, 512}};
static const struct user_plan plan = {.groups = user_groups, .n_groups = N_GROUPS};
static const struct user_keys keys = {.n = MAX_USER_KEYS};

// What a test works with: the scopes, a worker's tally, and what the collector would have: maxima
// of all that was reported, of the scope of each key that holds the reported window.
struct bench {
	struct scopes *scopes;
	void *memory;
	struct user_tally tally;
	struct user_rows rows;
	struct sketch reported[MAX_USER_KEYS][N_GROUPS][N_GRADES];
};

static struct bench bench;

static int set_up(void **state)
{
	size_t n_bytes = user_tally_memory_bytes(N_GROUPS, MAX_USER_KEYS);

	(void)state;
	memset(&bench, 0, sizeof(bench));
	bench.memory = aligned_alloc(64, (n_bytes + 63) / 64 * 64);
	assert_non_null(bench.memory);
	memset(bench.memory, 0, n_bytes);
	user_tally_init(&bench.tally, bench.memory, &plan, &keys);
	assert_int_equal(scopes_new(groups, N_GROUPS, &bench.scopes), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scopes_free(bench.scopes);
	free(bench.memory);
	return 0;
}

// The window of one minute that begins so many seconds after a full hour.
static struct window window_of(uint64_t seconds)
{
	return (struct window){(UINT64_C(36000) + seconds) * NS_PER_S, MINUTE_S * NS_PER_S};
}

static uint64_t hash_of(uint64_t user)
{
	struct siphash_key key = {1, 2};

	return siphash_2_4(&key, &user, sizeof(user));
}

static void see_users(uint32_t group, uint32_t key, uint32_t grades, uint64_t first, uint64_t n)
{
	for (uint64_t user = first; user < first + n; user++)
		user_sketches_add(&bench.tally.sketches, user_tally_set(group, key), hash_of(user),
		                  grades);
}

// Ends the worker's window.
static void add(struct window window)
{
	scopes_add(bench.scopes, window, &bench.tally);
	user_tally_reset(&bench.tally);
}

// Sketch of so many users.
static struct sketch users(uint64_t first, uint64_t n)
{
	struct sketch sketch = {0};

	for (uint64_t user = first; user < first + n; user++)
		sketch_add(&sketch, hash_of(user));
	return sketch;
}

// Asks for the rows, and takes them as the collector does.
static void report(struct window window, bool closing)
{
	uint32_t at = 0;

	assert_int_equal(scopes_rows(bench.scopes, window, closing, &bench.rows), 0);
	for (uint32_t i = 0; i < bench.rows.n_rows; i++) {
		const struct report_sketch *row = &bench.rows.rows[i];
		struct sketch sketch;

		assert_int_equal(sketch_decode(bench.rows.data + at, row->n_bytes, &sketch), 0);
		sketch_merge(&bench.reported[row->key][row->group][row->grade], &sketch);
		at += row->n_bytes;
		assert_int_equal(row->scope_seconds,
		                 row->key == OLDER ? SCOPE_SECONDS : LONG_SCOPE_SECONDS);
	}
	assert_int_equal(at, bench.rows.n_bytes);
}

// The sketch of a row.
static struct sketch row_sketch(uint32_t row)
{
	struct sketch sketch;
	uint32_t at = 0;

	for (uint32_t i = 0; i < row; i++)
		at += bench.rows.rows[i].n_bytes;
	assert_int_equal(sketch_decode(bench.rows.data + at, bench.rows.rows[row].n_bytes, &sketch),
	                 0);
	return sketch;
}

static void assert_reported(uint32_t key, uint32_t group, enum grade grade, uint64_t n)
{
	struct sketch sketch = users(0, n);

	assert_memory_equal(&bench.reported[key][group][grade], &sketch, sizeof(sketch));
}

static void assert_row(uint32_t row, uint32_t key, uint32_t group, enum grade grade)
{
	assert_true(row < bench.rows.n_rows);
	assert_int_equal(bench.rows.rows[row].key, key);
	assert_int_equal(bench.rows.rows[row].group, group);
	assert_int_equal(bench.rows.rows[row].grade, grade);
}

static void a_window_reports_what_it_raised(void **state)
{
	struct sketch sketch;

	(void)state;
	see_users(1, OLDER, BOTH_GRADES, 0, 50);
	see_users(2, OLDER, 1 << GRADE_SENT, 0, 70);
	see_users(0, YOUNGER, 1 << GRADE_SENT, 0, 5);
	add(window_of(240));
	report(window_of(240), false);
	assert_int_equal(bench.rows.n_rows, 4);
	assert_row(0, OLDER, 1, GRADE_SENT);
	assert_row(1, OLDER, 1, GRADE_CONFIRMED);
	assert_row(2, OLDER, 2, GRADE_SENT);
	assert_row(3, YOUNGER, 0, GRADE_SENT);
	sketch = users(0, 50);
	assert_memory_equal(&bench.reported[OLDER][1][GRADE_CONFIRMED], &sketch, sizeof(sketch));
	assert_reported(OLDER, 2, GRADE_SENT, 70);
	assert_reported(YOUNGER, 0, GRADE_SENT, 5);
}

static void what_was_reported_is_not_reported_again(void **state)
{
	struct sketch before = users(0, 1000), after = users(0, 1010), raised;

	(void)state;
	see_users(1, OLDER, 1 << GRADE_SENT, 0, 1000);
	add(window_of(0));
	report(window_of(0), false);
	// The same users again, and a window of nobody.
	see_users(1, OLDER, 1 << GRADE_SENT, 0, 1000);
	add(window_of(60));
	report(window_of(60), false);
	assert_int_equal(bench.rows.n_rows, 0);
	report(window_of(120), false);
	assert_int_equal(bench.rows.n_rows, 0);
	// Ten more.
	see_users(1, OLDER, 1 << GRADE_SENT, 1000, 10);
	add(window_of(180));
	report(window_of(180), false);
	assert_int_equal(bench.rows.n_rows, 1);
	raised = row_sketch(0);
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) {
		bool was_raised = sketch_get(&after, i) > sketch_get(&before, i);

		assert_int_equal(sketch_get(&raised, i), was_raised ? sketch_get(&after, i) : 0);
	}
	assert_reported(OLDER, 1, GRADE_SENT, 1010);
}

static void the_younger_key_is_told_every_five_minutes(void **state)
{
	(void)state;
	for (uint64_t minute = 0; minute < 15; minute++) {
		see_users(0, YOUNGER, 1 << GRADE_SENT, 20 * minute, 20);
		add(window_of(minute * MINUTE_S));
		report(window_of(minute * MINUTE_S), false);
		assert_int_equal(bench.rows.n_rows, minute % 5 == 4);
		if (minute % 5 == 4)
			assert_reported(YOUNGER, 0, GRADE_SENT, 20 * (minute + 1));
	}
}

static void workers_of_one_window_are_one_union(void **state)
{
	(void)state;
	see_users(0, OLDER, BOTH_GRADES, 0, 300);
	add(window_of(0));
	see_users(0, OLDER, BOTH_GRADES, 200, 300);
	add(window_of(0));
	report(window_of(0), false);
	assert_int_equal(bench.rows.n_rows, 2);
	assert_reported(OLDER, 0, GRADE_SENT, 500);
	assert_reported(OLDER, 0, GRADE_CONFIRMED, 500);
}

static void the_end_of_a_scope_reports_the_whole_of_it(void **state)
{
	struct sketch whole = users(0, 250), last;

	(void)state;
	for (uint64_t minute = 0; minute < 5; minute++) {
		see_users(0, OLDER, 1 << GRADE_SENT, 50 * minute, 50);
		see_users(0, YOUNGER, 1 << GRADE_SENT, 50 * minute, 50);
		add(window_of(minute * MINUTE_S));
		report(window_of(minute * MINUTE_S), false);
	}
	assert_int_equal(bench.rows.n_rows, 2);
	assert_row(0, OLDER, 0, GRADE_SENT);
	last = row_sketch(0);
	assert_memory_equal(&last, &whole, sizeof(last));
	// A new scope knows none of the users of the last one, an hour that goes on does.
	see_users(0, OLDER, 1 << GRADE_SENT, 0, 50);
	see_users(0, YOUNGER, 1 << GRADE_SENT, 0, 50);
	add(window_of(300));
	report(window_of(300), false);
	assert_int_equal(bench.rows.n_rows, 1);
	assert_row(0, OLDER, 0, GRADE_SENT);
	whole = users(0, 50);
	last = row_sketch(0);
	assert_memory_equal(&last, &whole, sizeof(last));
	report(window_of(540), false);
	assert_int_equal(bench.rows.n_rows, 1);
	assert_row(0, OLDER, 0, GRADE_SENT);
}

static void a_quiet_end_still_reports_the_whole(void **state)
{
	(void)state;
	see_users(0, OLDER, 1 << GRADE_SENT, 0, 250);
	see_users(1, YOUNGER, 1 << GRADE_SENT, 0, 30);
	add(window_of(0));
	report(window_of(0), false);
	report(window_of(240), false);
	assert_int_equal(bench.rows.n_rows, 2);
	assert_row(0, OLDER, 0, GRADE_SENT);
	assert_row(1, YOUNGER, 1, GRADE_SENT);
	// The hour's last window.
	report(window_of(3540), false);
	assert_int_equal(bench.rows.n_rows, 1);
	assert_row(0, YOUNGER, 1, GRADE_SENT);
	report(window_of(3600), false);
	assert_int_equal(bench.rows.n_rows, 0);
}

static void closing_reports_the_whole_of_all(void **state)
{
	struct sketch whole = users(0, 100), row;

	(void)state;
	see_users(0, OLDER, 1 << GRADE_SENT, 0, 90);
	see_users(2, YOUNGER, 1 << GRADE_CONFIRMED, 0, 100);
	add(window_of(0));
	report(window_of(0), false);
	see_users(0, OLDER, 1 << GRADE_SENT, 90, 10);
	add(window_of(60));
	report(window_of(60), true);
	assert_int_equal(bench.rows.n_rows, 2);
	assert_row(0, OLDER, 0, GRADE_SENT);
	row = row_sketch(0);
	assert_memory_equal(&row, &whole, sizeof(row));
	assert_row(1, YOUNGER, 2, GRADE_CONFIRMED);
	row = row_sketch(1);
	assert_memory_equal(&row, &whole, sizeof(row));
	report(window_of(120), false);
	assert_int_equal(bench.rows.n_rows, 0);
}

// The clock is set, forward and back, or windows are left out: no scope is told of the users of
// another.
static void a_scope_that_was_left_is_forgotten(void **state)
{
	static const uint64_t starts[] = {360, 7200, 0, 720, 60};

	(void)state;
	see_users(0, OLDER, BOTH_GRADES, 5000, 400);
	see_users(0, YOUNGER, BOTH_GRADES, 5000, 400);
	add(window_of(1800));
	report(window_of(1800), false);
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		memset(bench.reported, 0, sizeof(bench.reported));
		see_users(0, OLDER, BOTH_GRADES, 0, 20);
		add(window_of(starts[i]));
		report(window_of(starts[i]), false);
		assert_reported(OLDER, 0, GRADE_SENT, 20);
		assert_reported(OLDER, 0, GRADE_CONFIRMED, 20);
		assert_reported(YOUNGER, 0, GRADE_SENT, 0);
	}
}

// Closing does not bring back what was left either.
static void a_window_of_another_scope_closes_no_older_one(void **state)
{
	(void)state;
	see_users(0, OLDER, BOTH_GRADES, 0, 400);
	see_users(1, YOUNGER, BOTH_GRADES, 0, 400);
	add(window_of(0));
	report(window_of(0), false);
	report(window_of(300), true);
	assert_int_equal(bench.rows.n_rows, 2);
	assert_row(0, YOUNGER, 1, GRADE_SENT);
}

static void all_that_is_reported_makes_the_whole(void **state)
{
	(void)state;
	for (uint64_t minute = 0; minute < 60; minute++) {
		uint64_t n = 1 + minute * minute * 3;

		if (minute % 5 == 0)
			memset(bench.reported[OLDER], 0, sizeof(bench.reported[OLDER]));
		see_users(1, OLDER, BOTH_GRADES, 0, n);
		see_users(1, YOUNGER, BOTH_GRADES, 0, n);
		add(window_of(minute * MINUTE_S));
		report(window_of(minute * MINUTE_S), false);
		assert_reported(OLDER, 1, GRADE_SENT, n);
		assert_reported(OLDER, 1, GRADE_CONFIRMED, n);
		if (minute % 5 == 4)
			assert_reported(YOUNGER, 1, GRADE_SENT, n);
	}
}

static void memory_follows_what_is_used(void **state)
{
	size_t n_bytes = scopes_bytes(bench.scopes);

	(void)state;
	see_users(0, OLDER, 1 << GRADE_SENT, 0, 10);
	add(window_of(0));
	assert_true(scopes_bytes(bench.scopes) > n_bytes + SKETCH_REGISTER_BYTES);
	assert_true(scopes_bytes(bench.scopes) < n_bytes + 2 * SKETCH_REGISTER_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_window_reports_what_it_raised, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_reported_is_not_reported_again, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(the_younger_key_is_told_every_five_minutes, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(workers_of_one_window_are_one_union, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(the_end_of_a_scope_reports_the_whole_of_it, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_quiet_end_still_reports_the_whole, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(closing_reports_the_whole_of_all, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_scope_that_was_left_is_forgotten, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_window_of_another_scope_closes_no_older_one,
	                                        set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_that_is_reported_makes_the_whole, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(memory_follows_what_is_used, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
