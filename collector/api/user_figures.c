#include "user_figures.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/targets.h"
#include "proto/base/clock.h"
#include "proto/names.h"

#include "figures.h"

enum {
	MAX_SHOWN_BYTES = 40,
	GROUP_DIGITS = 3,
};

const struct user_table *user_figures_table(const struct user_figures *figures,
                                            enum user_span_kind kind)
{
	static const struct user_table empty;

	return figures->tables[kind] ? figures->tables[kind] : &empty;
}

bool user_figures_measured(const struct user_figures *figures, enum user_span_kind kind)
{
	const struct user_window *window = figures->windows[kind];

	return window && window->coverage > 0 &&
	       (user_figures_table(figures, kind)->n_rows > 0 ||
	        window->plan_coverage[figures->family] != 0);
}

json_t *user_figures_number(bool is_measured, const struct user_value *value)
{
	if (!is_measured || value->mark != PRIVACY_SHOWN)
		return json_null();
	return json_integer((json_int_t)value->users);
}

// Two significant digits: all digits of a root of squares would tell the squares, which are errors
// of parts that nothing else says the sizes of.
double user_figures_rounded(double standard_error)
{
	double step;

	if (!(standard_error > 0))
		return 0;
	step = pow(10, floor(log10(standard_error)) - 1);
	return step < 1 ? round(standard_error / step) / round(1 / step)
	                : round(standard_error / step) * step;
}

json_t *user_figures_error(bool is_measured, const struct user_value *value)
{
	return figures_number(is_measured && value->mark == PRIVACY_SHOWN,
	                      user_figures_rounded(value->standard_error));
}

static json_t *sent_number(bool is_measured, const struct user_value *value)
{
	if (!is_measured || value->mark != PRIVACY_SHOWN)
		return json_null();
	return json_integer((json_int_t)value->sent);
}

// "1,234,567"
static void format_thousands(uint64_t number, char ret_text[MAX_SHOWN_BYTES])
{
	char digits[MAX_SHOWN_BYTES];
	size_t n_digits = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, number);
	size_t n = 0;

	for (size_t i = 0; i < n_digits; i++) {
		if (i > 0 && (n_digits - i) % GROUP_DIGITS == 0)
			ret_text[n++] = ',';
		ret_text[n++] = digits[i];
	}
	ret_text[n] = '\0';
}

// What people are to read in the figure's place.
static json_t *shown_text(const struct user_figures *figures, bool is_measured,
                          const struct user_value *value)
{
	char text[MAX_SHOWN_BYTES + 1];

	if (!is_measured)
		return json_string("not measured");
	if (value->mark == PRIVACY_WITHHELD)
		return json_string("withheld");
	if (value->mark == PRIVACY_UNDER) {
		text[0] = '<';
		format_thousands(figures->settings->privacy_threshold, text + 1);
	} else {
		format_thousands(value->users, text);
	}
	return json_string(text);
}

static json_t *value_object(const struct user_figures *figures, bool is_measured,
                            const struct user_value *value)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "users", user_figures_number(is_measured, value),
	                 "shown", shown_text(figures, is_measured, value), "standard_error",
	                 user_figures_error(is_measured, value), "sent",
	                 sent_number(is_measured, value));
}

// The words of the dimensions in JSON.
static const char *const dimension_names[N_PRIVACY_DIMENSIONS] = {
	[PRIVACY_CARRIER] = "carrier",
	[PRIVACY_REGION] = "region",
	[PRIVACY_ACCESS] = "access",
};

static json_t *place_list(const struct user_figures *figures, const struct user_table *table,
                          enum privacy_dimension dimension)
{
	json_t *list = json_array();

	for (size_t i = 0; i < table->n_places[dimension]; i++) {
		const struct user_place *place = &table->places[dimension][i];
		json_t *object = value_object(figures, true, &place->value);

		json_object_set_new(object, dimension_names[dimension], json_string(place->name));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *row_list(const struct user_figures *figures, const struct user_table *table)
{
	json_t *list = json_array();

	for (size_t i = 0; i < table->n_rows; i++) {
		const struct user_row *row = &table->rows[i];
		json_t *object = value_object(figures, true, &row->value);

		for (int dimension = 0; dimension < N_PRIVACY_DIMENSIONS; dimension++)
			json_object_set_new(
				object, dimension_names[dimension],
				json_string(table->places[dimension][row->places[dimension]].name));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *span_object(struct user_span span)
{
	uint64_t length_ns = user_span_is_empty(span) ? 0 : span.end_ns - span.start_ns;

	return json_pack("{s:o, s:I}", "start",
	                 length_ns ? figures_time(span.start_ns) : json_null(), "seconds",
	                 (json_int_t)(length_ns / NS_PER_S));
}

static json_t *key_text(const struct user_window *window)
{
	char text[17];

	if (!window || window->key_id == 0)
		return json_null();
	snprintf(text, sizeof(text), "%016" PRIx64, window->key_id);
	return json_string(text);
}

static json_t *window_object(const struct user_figures *figures, enum user_span_kind kind)
{
	const struct user_window *window = figures->windows[kind];
	const struct user_table *table = user_figures_table(figures, kind);
	double coverage = window ? window->coverage : NAN;
	double plan_coverage = window ? window->plan_coverage[figures->family] : NAN;
	enum grade grade = window && window->asymmetric ? GRADE_SENT : GRADE_CONFIRMED;

	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
	                 user_span_name(kind), "window", span_object(figures->spans[kind]), "grade",
	                 grade_name(grade), "coverage", figures_number(!isnan(coverage), coverage),
	                 "plan_coverage", figures_number(!isnan(plan_coverage), plan_coverage),
	                 "key", key_text(window), "total",
	                 value_object(figures, user_figures_measured(figures, kind), &table->total),
	                 "by_carrier", place_list(figures, table, PRIVACY_CARRIER), "by_region",
	                 place_list(figures, table, PRIVACY_REGION), "by_access",
	                 place_list(figures, table, PRIVACY_ACCESS), "groups",
	                 row_list(figures, table));
}

// The share is of the users of 30 days, as the targets are.
static const struct user_value *month_total(const struct user_figures *figures)
{
	const struct user_value *total = &user_figures_table(figures, USER_SPAN_30D)->total;

	return user_figures_measured(figures, USER_SPAN_30D) && total->mark == PRIVACY_SHOWN ? total
	                                                                                     : NULL;
}

static json_t *share_object(const struct user_figures *figures)
{
	const struct internet_users *internet = &figures->settings->internet_users;
	const struct user_value *total = month_total(figures);
	double number = (double)internet->number;

	if (internet->number == 0)
		return json_null();
	return json_pack(
		"{s:o, s:o, s:I, s:s}", "value",
		figures_number(total, total ? (double)total->users / number : 0), "standard_error",
		figures_number(total,
	                       total ? user_figures_rounded(total->standard_error / number) : 0),
		"internet_users", (json_int_t)internet->number, "date", internet->date);
}

// What a target is held against. False where it is hidden or not measured.
static bool target_value(const struct user_figures *figures, const struct target *target,
                         double *ret_value)
{
	const struct user_table *table = user_figures_table(figures, USER_SPAN_30D);
	const struct user_value *value = month_total(figures);

	if (target->access >= 0) {
		const struct user_place *place = user_table_place(
			table, PRIVACY_ACCESS, access_name((enum access)target->access));

		value = place && place->value.mark == PRIVACY_SHOWN ? &place->value : NULL;
	}
	if (!value ||
	    (target->indicator == TARGET_SHARE && figures->settings->internet_users.number == 0))
		return false;
	*ret_value = (double)value->users;
	if (target->indicator == TARGET_SHARE)
		*ret_value /= (double)figures->settings->internet_users.number;
	return true;
}

static json_t *target_object(const struct user_figures *figures, const struct target *target)
{
	double value = 0;
	bool is_known = target_value(figures, target, &value);
	json_t *object = json_pack("{s:s, s:s, s:f, s:s, s:o, s:o}", "name", target->name,
	                           "indicator", target_indicator_id(target->indicator), "target",
	                           target->value, "date", target->date, "value",
	                           figures_number(is_known, value), "reached",
	                           is_known ? json_boolean(value >= target->value) : json_null());

	if (target->access >= 0)
		json_object_set_new(object, "access",
		                    json_string(access_name((enum access)target->access)));
	return object;
}

static json_t *target_list(const struct user_figures *figures)
{
	const struct config_rows *rows = &figures->settings->targets;
	json_t *list = json_array();

	for (size_t i = 0; i < targets_count(rows); i++) {
		struct target target = targets_at(rows, i);

		json_array_append_new(list, target_object(figures, &target));
	}
	return list;
}

json_t *user_figures_document(const struct user_figures *figures, uint64_t at_ns)
{
	json_t *windows = json_array();

	for (int kind = 0; kind <= USER_SPAN_30D; kind++)
		json_array_append_new(windows, window_object(figures, (enum user_span_kind)kind));
	return json_pack("{s:o, s:s, s:I, s:o, s:o, s:o, s:o}", "at", figures_time(at_ns), "family",
	                 family_name(figures->family), "threshold",
	                 (json_int_t)figures->settings->privacy_threshold, "windows", windows,
	                 "share", share_object(figures), "targets", target_list(figures),
	                 "warnings", user_figures_warnings(figures));
}
