#include "test_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/uplink/report_build.h"
#include "proto/base/clock.h"
#include "proto/siphash.h"
#include "proto/sketch.h"

enum {
	MAX_ROWS = MAX_REPORT_SKETCHES,
};

static const struct report_origin origin = {
	.probe = "exchange-1",
	.software = "sixgauge-probe test",
	.spool = {{1, 2, 3}},
	.boot_ns = 5,
};

static const struct report_window window = {
	.start_ns = 120 * NS_PER_S,
	.length_ns = 60 * NS_PER_S,
	.observed_ns = 59 * NS_PER_S,
	.n_overruns = 1,
};

static const struct report_port port = {
	.name = "north", .capacity_bps = 1000, .is_asymmetric = true, .n_queues = 1};

static const struct report_key keys[MAX_REPORT_KEYS] = {{77, 1000}, {76, 2000}};

static struct report_group groups[MAX_REPORT_GROUPS];
static struct report_sketch rows[MAX_ROWS];
static struct tally tally;

// Groups of a plan, sorted; names as long as they may be, or short.
static void groups_make(uint32_t n_groups, int name_bytes)
{
	for (uint32_t i = 0; i < n_groups; i++) {
		struct report_group *group = &groups[i];

		*group = (struct report_group){
			.access = ACCESS_FIXED, .family = FAMILY_IPV6, .user_len = 56};
		snprintf(group->carrier, sizeof(group->carrier), "%0*u", name_bytes, i);
		memset(group->region, 'r', (size_t)name_bytes);
		memset(group->class_name, 'c', (size_t)name_bytes);
	}
}

// The same sketch for every group, key and grade.
static struct report_users users_make(uint32_t n_groups, uint32_t n_keys, uint64_t n_users,
                                      uint8_t **ret_data)
{
	struct siphash_key key = {3, 4};
	struct sketch sketch = {0};
	uint8_t bytes[SKETCH_MAX_ENCODED_BYTES];
	uint32_t n_rows = n_keys * n_groups * N_GRADES;
	size_t n_bytes;

	for (uint64_t i = 0; i < n_users; i++)
		sketch_add(&sketch, siphash_2_4(&key, &i, sizeof(i)));
	n_bytes = sketch_encode(&sketch, bytes);
	*ret_data = malloc(n_rows * n_bytes);
	assert_non_null(*ret_data);
	for (uint32_t i = 0; i < n_rows; i++) {
		rows[i] = (struct report_sketch){
			.key = i / (n_groups * N_GRADES),
			.group = i / N_GRADES % n_groups,
			.grade = (enum grade)(i % N_GRADES),
			.scope_seconds = SCOPE_SECONDS,
			.n_bytes = (uint32_t)n_bytes,
		};
		memcpy(*ret_data + i * n_bytes, bytes, n_bytes);
	}
	return (struct report_users){
		.plan = {{9}},
		.groups = groups,
		.n_groups = n_groups,
		.keys = keys,
		.n_keys = n_keys,
		.rows = {rows, n_rows, *ret_data, (uint32_t)(n_rows * n_bytes)},
		.covered_ends = {3, 4},
		.uncovered_ends = {5, 6},
	};
}

static struct report_list build(const struct report_users *users)
{
	struct report_list list;

	tally_reset(&tally);
	tally.links[0].frames[FRAME_IPV6] = 10;
	assert_int_equal(report_build(&origin, &window, &port, 1, &tally, users, &list), 0);
	for (uint32_t i = 0; i < list.n; i++)
		list.reports[i]->sequence = i + 1;
	return list;
}

// Sends the report through its encoding, and gives back what the collector reads.
static struct report *pass_on(const struct report *report, size_t *ret_bytes)
{
	char why[MAX_TEXT_BYTES] = "";
	struct report *read;
	uint8_t *frame;

	assert_int_equal(report_encode(report, &frame, ret_bytes), 0);
	assert_int_equal(report_decode(frame + WIRE_HEADER_BYTES, *ret_bytes - WIRE_HEADER_BYTES,
	                               &read, why),
	                 0);
	assert_string_equal(why, "");
	free(frame);
	return read;
}

// Takes a report's rows off the rows of the plan, from the one at *at on.
static void assert_rows_follow(const struct report *report, const struct report_users *users,
                               uint32_t *at, size_t *data_at)
{
	size_t report_at = 0;

	for (uint32_t i = 0; i < report->n_sketches; i++, (*at)++) {
		const struct report_sketch *row = &report->sketches[i];
		const struct report_sketch *sent = &users->rows.rows[*at];

		assert_int_equal(
			report_group_compare(&report->groups[row->group], &groups[sent->group]), 0);
		assert_int_equal(report->keys[row->key].id, keys[sent->key].id);
		assert_int_equal(row->grade, sent->grade);
		assert_int_equal(row->scope_seconds, sent->scope_seconds);
		assert_int_equal(row->n_bytes, sent->n_bytes);
		assert_memory_equal(report->sketch_data + report_at, users->rows.data + *data_at,
		                    row->n_bytes);
		report_at += row->n_bytes;
		*data_at += row->n_bytes;
	}
}

static void assert_no_group_is_named_in_vain(const struct report *report)
{
	static bool used[MAX_REPORT_GROUPS];

	memset(used, 0, sizeof(used));
	for (uint32_t i = 0; i < report->n_sketches; i++)
		used[report->sketches[i].group] = true;
	for (uint32_t i = 0; i < report->n_groups; i++)
		assert_true(used[i]);
}

static void assert_says_nothing_but_users(const struct report *report)
{
	assert_int_equal(report->n_links, 0);
	assert_int_equal(report->n_queues, 0);
	assert_int_equal(report->observed_ns, 0);
	assert_int_equal(report->window_overruns, 0);
	assert_int_equal(report->covered_ends[FAMILY_IPV4], 0);
	assert_int_equal(report->uncovered_ends[FAMILY_IPV6], 0);
	assert_int_equal(report->window_start_ns, window.start_ns);
}

// Builds the reports, and holds them against what was to be said; the number of them.
static uint32_t assert_all_is_said(const struct report_users *users)
{
	struct report_list list = build(users);
	uint32_t at = 0, n = list.n;
	size_t data_at = 0;

	for (uint32_t i = 0; i < list.n; i++) {
		size_t n_bytes;
		struct report *report = pass_on(list.reports[i], &n_bytes);

		assert_true(n_bytes <= REPORT_BUDGET_BYTES);
		assert_int_equal(report->plan.bytes[0], 9);
		assert_no_group_is_named_in_vain(report);
		assert_rows_follow(report, users, &at, &data_at);
		if (i > 0)
			assert_says_nothing_but_users(report);
		// What is not the last is full.
		if (i + 1 < list.n)
			assert_true(n_bytes > REPORT_BUDGET_BYTES / 100 * 97);
		report_free(report);
	}
	assert_int_equal(at, users->rows.n_rows);
	report_list_fini(&list);
	return n;
}

static void few_users_travel_with_the_traffic(void **state)
{
	struct report_users users;
	struct report_list list;
	uint8_t *data;

	(void)state;
	groups_make(3, 4);
	users = users_make(3, 1, 20, &data);
	// Nothing of the first group.
	users.rows.rows = rows + 2;
	users.rows.n_rows -= 2;
	users.rows.data += 2 * rows[0].n_bytes;
	assert_int_equal(assert_all_is_said(&users), 1);
	list = build(&users);
	assert_int_equal(list.reports[0]->n_links, 1);
	assert_int_equal(list.reports[0]->links[0].is_asymmetric, 1);
	assert_int_equal(list.reports[0]->observed_ns, 59 * NS_PER_S);
	assert_int_equal(list.reports[0]->n_groups, 2);
	assert_int_equal(list.reports[0]->n_keys, 1);
	assert_int_equal(list.reports[0]->covered_ends[FAMILY_IPV6], 4);
	assert_int_equal(list.reports[0]->uncovered_ends[FAMILY_IPV4], 5);
	report_list_fini(&list);
	free(data);
}

static void a_window_without_users_still_names_the_plan_and_the_keys(void **state)
{
	struct report_users users;
	struct report_list list;
	uint8_t *data;

	(void)state;
	groups_make(3, 4);
	users = users_make(3, 1, 20, &data);
	users.rows.n_rows = 0;
	list = build(&users);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.reports[0]->plan.bytes[0], 9);
	assert_int_equal(list.reports[0]->n_groups, 0);
	assert_int_equal(list.reports[0]->n_keys, 1);
	report_list_fini(&list);
	free(data);
}

static void many_users_are_cut_into_reports_that_stand_alone(void **state)
{
	struct report_users users;
	uint8_t *data;

	(void)state;
	groups_make(744, 12);
	users = users_make(744, 2, 1344, &data);
	assert_true(assert_all_is_said(&users) >= 4);
	free(data);
}

static void sketches_of_the_younger_key_alone_name_both(void **state)
{
	struct report_users users;
	struct report_list list;
	uint8_t *data;

	(void)state;
	groups_make(3, 4);
	users = users_make(3, 2, 20, &data);
	users.rows.rows = rows + 6;
	users.rows.n_rows -= 6;
	users.rows.data += 6 * rows[0].n_bytes;
	assert_int_equal(assert_all_is_said(&users), 1);
	list = build(&users);
	assert_int_equal(list.reports[0]->n_keys, 2);
	assert_int_equal(list.reports[0]->keys[1].id, 76);
	assert_int_equal(list.reports[0]->sketches[0].key, 1);
	report_list_fini(&list);
	free(data);
}

// The longest names, the most groups, and almost no sketch beside them; then the largest sketches.
static void the_largest_plan_fits(void **state)
{
	struct report_users users;
	uint8_t *data;

	(void)state;
	groups_make(MAX_REPORT_GROUPS, MAX_GROUP_NAME_BYTES - 1);
	users = users_make(MAX_REPORT_GROUPS, 2, 1, &data);
	assert_true(assert_all_is_said(&users) >= 2);
	free(data);
	users = users_make(200, 2, 50000, &data);
	assert_true(assert_all_is_said(&users) >= 5);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_users_travel_with_the_traffic),
		cmocka_unit_test(a_window_without_users_still_names_the_plan_and_the_keys),
		cmocka_unit_test(many_users_are_cut_into_reports_that_stand_alone),
		cmocka_unit_test(sketches_of_the_younger_key_alone_name_both),
		cmocka_unit_test(the_largest_plan_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
