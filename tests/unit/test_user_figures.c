#include "test_all.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "collector/api/user_figures.h"
#include "collector/targets.h"
#include "proto/base/clock.h"

#define START_NS (UINT64_C(1773100800) * NS_PER_S)
#define DAY_S    UINT64_C(86400)

enum {
	MAX_CELLS = 8,
};

static struct user_cell cells[N_USER_SPANS][MAX_CELLS];
static struct user_window windows[N_USER_SPANS];
static struct settings settings;
static struct user_table tables[N_USER_SPANS];
static struct user_figures figures;
static json_t *document;

static const double hypot_of_parts = 405.00012345678;

static const uint64_t lengths_s[N_USER_SPANS] = {300, 3600, DAY_S / 2, 30 * DAY_S, DAY_S};

static void add(enum user_span_kind kind, const char *carrier, enum access access, double users)
{
	struct user_cell *cell = &cells[kind][windows[kind].n_cells++];

	*cell = (struct user_cell){.access = access, .family = FAMILY_IPV6};
	snprintf(cell->carrier, sizeof(cell->carrier), "%s", carrier);
	snprintf(cell->region, sizeof(cell->region), "%s", "north");
	cell->grades[GRADE_CONFIRMED] = (struct user_figure){users, users / 100};
	cell->grades[GRADE_SENT] = (struct user_figure){2 * users, users / 50};
}

static int start(void **state)
{
	(void)state;
	settings = (struct settings){.privacy_threshold = 1000};
	figures = (struct user_figures){.family = FAMILY_IPV6, .settings = &settings};
	for (int i = 0; i < N_USER_SPANS; i++) {
		figures.spans[i] = (struct user_span){START_NS, START_NS + lengths_s[i] * NS_PER_S};
		windows[i] = (struct user_window){.key_id = 0xab,
		                                  .coverage = 1,
		                                  .plan_coverage = {NAN, 0.5},
		                                  .cells = cells[i]};
		figures.windows[i] = &windows[i];
	}
	return 0;
}

static int stop(void **state)
{
	(void)state;
	for (int i = 0; i < N_USER_SPANS; i++)
		user_table_fini(&tables[i]);
	json_decref(document);
	document = NULL;
	return 0;
}

static void make(void)
{
	for (int i = 0; i < N_USER_SPANS; i++) {
		if (!figures.windows[i])
			continue;
		assert_int_equal(user_table_init(&tables[i], figures.windows[i], FAMILY_IPV6,
		                                 settings.privacy_threshold),
		                 0);
		figures.tables[i] = &tables[i];
	}
	document = user_figures_document(&figures, START_NS);
	assert_non_null(document);
}

static json_t *window(size_t number)
{
	return json_array_get(json_object_get(document, "windows"), number);
}

// The one warning there is begins and ends like this; or there is none, with NULL.
static void expect_warning(const char *begin, const char *end)
{
	json_t *list = json_object_get(document, "warnings");
	const char *text = json_string_value(json_array_get(list, 0));

	assert_int_equal(json_array_size(list), begin ? 1 : 0);
	if (!begin)
		return;
	if (strncmp(text, begin, strlen(begin)) != 0 || !strstr(text, end))
		fail_msg("found: %s", text);
}

static void a_window_is_listed_by_carrier_access_and_group(void **state)
{
	const char *carrier, *access, *shown;
	json_t *total;

	(void)state;
	add(USER_SPAN_1H, "a", ACCESS_MOBILE, 1234567);
	add(USER_SPAN_1H, "b", ACCESS_FIXED, 5000);
	make();
	assert_string_equal(json_string_value(json_object_get(window(1), "name")), "1h");
	assert_string_equal(json_string_value(json_object_get(window(1), "grade")), "confirmed");
	assert_string_equal(json_string_value(json_object_get(window(1), "key")),
	                    "00000000000000ab");
	total = json_object_get(window(1), "total");
	assert_int_equal(json_integer_value(json_object_get(total, "users")), 1239567);
	assert_int_equal(json_integer_value(json_object_get(total, "sent")), 2479134);
	assert_string_equal(json_string_value(json_object_get(total, "shown")), "1,239,567");
	assert_int_equal(json_unpack(window(1), "{s:[{s:s, s:s}]}", "by_carrier", "carrier",
	                             &carrier, "shown", &shown),
	                 0);
	assert_string_equal(carrier, "a");
	assert_int_equal(json_unpack(window(1), "{s:[{}, {s:s, s:s, s:s}]}", "groups", "carrier",
	                             &carrier, "access", &access, "shown", &shown),
	                 0);
	assert_string_equal(carrier, "b");
	assert_string_equal(access, "fixed");
	assert_string_equal(shown, "5,000");
	expect_warning(NULL, NULL);
}

static void what_is_hidden_has_no_number(void **state)
{
	json_t *small, *other;

	(void)state;
	add(USER_SPAN_5MIN, "a", ACCESS_MOBILE, 999);
	add(USER_SPAN_5MIN, "b", ACCESS_MOBILE, 5000);
	make();
	small = json_array_get(json_object_get(window(0), "by_carrier"), 0);
	other = json_array_get(json_object_get(window(0), "by_carrier"), 1);
	assert_string_equal(json_string_value(json_object_get(small, "shown")), "<1,000");
	assert_string_equal(json_string_value(json_object_get(other, "shown")), "withheld");
	for (size_t i = 0; i < 2; i++) {
		json_t *cell = i ? other : small;

		assert_true(json_is_null(json_object_get(cell, "users")));
		assert_true(json_is_null(json_object_get(cell, "sent")));
		assert_true(json_is_null(json_object_get(cell, "standard_error")));
	}
}

static void nothing_reported_is_not_measured_rather_than_few(void **state)
{
	json_t *total;

	(void)state;
	figures.windows[USER_SPAN_TODAY] = NULL;
	figures.spans[USER_SPAN_TODAY] = (struct user_span){0};
	for (int kind = 0; kind < N_USER_SPANS; kind++)
		windows[kind].coverage = NAN;
	make();
	total = json_object_get(window(2), "total");
	assert_string_equal(json_string_value(json_object_get(total, "shown")), "not measured");
	assert_true(json_is_null(json_object_get(window(2), "coverage")));
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(window(0), "total"), "shown")),
		"not measured");
	expect_warning("no probe reported ipv6 users", "\"plan\"");
}

// The exact error of two parts of one cell is the root of the sum of their squares, from which the
// parts follow with their sum.
static void errors_are_rounded_so_that_parts_cannot_be_solved_for(void **state)
{
	const double errors[][2] = {
		{hypot_of_parts, 410}, {0.0123456, 0.012}, {999.6, 1000}, {0, 0}, {47.5, 48},
		{7.77, 7.8},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		assert_true(user_figures_rounded(errors[i][0]) == errors[i][1]);
	add(USER_SPAN_5MIN, "a", ACCESS_MOBILE, 50000);
	cells[USER_SPAN_5MIN][0].grades[GRADE_CONFIRMED].standard_error = hypot_of_parts;
	settings.internet_users = (struct internet_users){1000000, (char *)"2025-06"};
	add(USER_SPAN_30D, "a", ACCESS_FIXED, 50000);
	cells[USER_SPAN_30D][0].grades[GRADE_CONFIRMED].standard_error = hypot_of_parts;
	make();
	assert_true(json_number_value(json_object_get(json_object_get(window(0), "total"),
	                                              "standard_error")) == 410);
	assert_true(json_number_value(json_object_get(json_object_get(document, "share"),
	                                              "standard_error")) == 0.00041);
}

static json_t *target(size_t number)
{
	return json_array_get(json_object_get(document, "targets"), number);
}

static void a_measured_nobody_is_few_rather_than_not_measured(void **state)
{
	json_t *row;

	(void)state;
	add(USER_SPAN_1H, "a", ACCESS_MOBILE, 0);
	make();
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(json_string_value(json_object_get(
					    json_object_get(window(i), "total"), "shown")),
		                    "<1,000");
	row = json_array_get(json_object_get(window(1), "groups"), 0);
	assert_string_equal(json_string_value(json_object_get(row, "shown")), "<1,000");
	expect_warning(NULL, NULL);
}

static void the_share_and_the_targets_are_of_thirty_days(void **state)
{
	json_t *share;

	(void)state;
	settings.internet_users = (struct internet_users){1000000000, (char *)"2025-06"};
	add(USER_SPAN_30D, "a", ACCESS_FIXED, 250e6);
	add(USER_SPAN_30D, "a", ACCESS_MOBILE, 40e6);
	make();
	share = json_object_get(document, "share");
	assert_true(fabs(json_real_value(json_object_get(share, "value")) - 0.29) < 1e-9);
	assert_true(json_real_value(json_object_get(share, "standard_error")) == 0.0025);
	assert_string_equal(json_string_value(json_object_get(share, "date")), "2025-06");
	// 200 M, 20 % and 50 M mobile by 2018, 500 M and 50 % by 2020.
	assert_true(json_is_true(json_object_get(target(0), "reached")));
	assert_true(json_is_true(json_object_get(target(1), "reached")));
	assert_true(json_is_false(json_object_get(target(2), "reached")));
	assert_string_equal(json_string_value(json_object_get(target(2), "access")), "mobile");
	assert_true(json_number_value(json_object_get(target(2), "value")) == 40e6);
	assert_true(json_is_false(json_object_get(target(3), "reached")));
	assert_true(json_is_false(json_object_get(target(4), "reached")));
}

static void without_a_number_of_internet_users_there_is_no_share(void **state)
{
	(void)state;
	add(USER_SPAN_30D, "a", ACCESS_FIXED, 250e6);
	make();
	assert_true(json_is_null(json_object_get(document, "share")));
	assert_true(json_is_true(json_object_get(target(0), "reached")));
	assert_true(json_is_null(json_object_get(target(1), "reached")));
	// And of an access nobody reported nothing is known.
	assert_true(json_is_null(json_object_get(target(2), "reached")));
	assert_true(json_is_null(json_object_get(target(2), "value")));
}

static void a_hidden_total_has_no_share(void **state)
{
	(void)state;
	settings.internet_users = (struct internet_users){1000, (char *)"2025-06"};
	add(USER_SPAN_30D, "a", ACCESS_FIXED, 999);
	make();
	assert_true(json_is_null(json_object_get(json_object_get(document, "share"), "value")));
	assert_true(json_is_null(json_object_get(target(0), "reached")));
}

static void every_doubt_is_one_sentence_with_its_mend(void **state)
{
	(void)state;
	for (int kind = 0; kind < N_USER_SPANS; kind++)
		add((enum user_span_kind)kind, "a", ACCESS_FIXED, 5000);
	windows[USER_SPAN_1H].mixed_keys = windows[USER_SPAN_30D].mixed_keys = true;
	make();
	expect_warning("1h, 30d: probes or times use different keys", "same key files");
	stop(NULL);
	windows[USER_SPAN_1H].mixed_keys = windows[USER_SPAN_30D].mixed_keys = false;
	windows[USER_SPAN_TODAY].mixed_plans = true;
	make();
	expect_warning("today: probes or times have different plans", "same plan.csv");
	stop(NULL);
	windows[USER_SPAN_TODAY].mixed_plans = false;
	windows[USER_SPAN_30D].changed_normalisation = true;
	make();
	expect_warning("30d: the plan now tells", "lower bound");
	stop(NULL);
	windows[USER_SPAN_30D].changed_normalisation = false;
	windows[USER_SPAN_5MIN].coverage = 0.99;
	make();
	expect_warning("5min: not all probes reported", "/api/v1/probes");
	stop(NULL);
	windows[USER_SPAN_5MIN].coverage = 1;
	windows[USER_SPAN_5MIN].asymmetric = true;
	make();
	expect_warning("5min: fed by links declared asymmetric", "forged");
	assert_string_equal(json_string_value(json_object_get(window(0), "grade")), "sent");
}

static void a_plan_that_covers_nothing_is_said_to(void **state)
{
	(void)state;
	windows[USER_SPAN_5MIN].plan_coverage[FAMILY_IPV6] = 0;
	make();
	expect_warning("5min: of the ends that sent in new flows, none", "plan.csv");
}

static void five_minutes_kept_no_longer_are_said_to_be(void **state)
{
	(void)state;
	add(USER_SPAN_30D, "a", ACCESS_FIXED, 5000);
	figures.windows[USER_SPAN_5MIN] = NULL;
	figures.spans[USER_SPAN_5MIN] = (struct user_span){0};
	make();
	expect_warning("5min: ", "kept no longer");
}

static json_t *indicator(json_t *list, const char *id, const char *dimension, const char *value,
                         json_int_t seconds)
{
	json_t *found;
	size_t i;

	json_array_foreach(list, i, found)
	{
		json_t *dimensions = json_object_get(found, "dimensions");
		json_t *window_object = json_object_get(found, "window");
		const char *of = dimension
		                         ? json_string_value(json_object_get(dimensions, dimension))
		                         : NULL;

		if (strcmp(json_string_value(json_object_get(found, "id")), id) == 0 &&
		    json_integer_value(json_object_get(window_object, "seconds")) == seconds &&
		    (dimension ? of && strcmp(of, value) == 0 : json_object_size(dimensions) == 0))
			return found;
	}
	return NULL;
}

static void indicators_have_the_same_figures(void **state)
{
	json_t *list = json_array();

	(void)state;
	settings.internet_users = (struct internet_users){1000000, (char *)"2025-06"};
	for (int kind = 0; kind < N_USER_SPANS; kind++) {
		add((enum user_span_kind)kind, "a", ACCESS_FIXED, 5000);
		add((enum user_span_kind)kind, "b", ACCESS_MOBILE, 50);
	}
	make();
	assert_int_equal(user_figures_indicators(&figures, list), 0);
	assert_int_equal(
		json_integer_value(json_object_get(
			indicator(list, "v6_active_users", NULL, NULL, 30 * DAY_S), "value")),
		5050);
	assert_non_null(indicator(list, "v6_active_users", NULL, NULL, DAY_S));
	assert_null(indicator(list, "v6_active_users", NULL, NULL, DAY_S / 2));
	assert_true(json_is_null(
		json_object_get(indicator(list, "v6_active_users", "carrier", "b", 300), "value")));
	assert_true(json_real_value(json_object_get(
			    indicator(list, "v6_active_users", "region", "north", 3600),
			    "standard_error")) > 0);
	assert_true(
		fabs(json_real_value(json_object_get(
			     indicator(list, "v6_user_share", NULL, NULL, 30 * DAY_S), "value")) -
	             0.00505) < 1e-9);
	json_decref(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_window_is_listed_by_carrier_access_and_group,
	                                        start, stop),
		cmocka_unit_test_setup_teardown(what_is_hidden_has_no_number, start, stop),
		cmocka_unit_test_setup_teardown(nothing_reported_is_not_measured_rather_than_few,
	                                        start, stop),
		cmocka_unit_test_setup_teardown(a_measured_nobody_is_few_rather_than_not_measured,
	                                        start, stop),
		cmocka_unit_test_setup_teardown(
			errors_are_rounded_so_that_parts_cannot_be_solved_for, start, stop),
		cmocka_unit_test_setup_teardown(the_share_and_the_targets_are_of_thirty_days, start,
	                                        stop),
		cmocka_unit_test_setup_teardown(
			without_a_number_of_internet_users_there_is_no_share, start, stop),
		cmocka_unit_test_setup_teardown(a_hidden_total_has_no_share, start, stop),
		cmocka_unit_test_setup_teardown(every_doubt_is_one_sentence_with_its_mend, start,
	                                        stop),
		cmocka_unit_test_setup_teardown(a_plan_that_covers_nothing_is_said_to, start, stop),
		cmocka_unit_test_setup_teardown(five_minutes_kept_no_longer_are_said_to_be, start,
	                                        stop),
		cmocka_unit_test_setup_teardown(indicators_have_the_same_figures, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
