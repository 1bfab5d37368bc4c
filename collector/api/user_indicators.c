// Users as indicators.
#include <errno.h>
#include <math.h>

#include "proto/base/clock.h"

#include "figures.h"
#include "user_figures.h"

enum {
	DEFINITION = 1, // grows when the formula changes
};

// Today is not among them: it has no length of its own.
static const enum user_span_kind published[] = {
	USER_SPAN_5MIN,
	USER_SPAN_1H,
	USER_SPAN_DAY,
	USER_SPAN_30D,
};

// One indicator. Takes dimensions, value and error.
static json_t *indicator_object(const struct user_figures *figures, enum user_span_kind kind,
                                const char *id, const char *unit, json_t *dimensions, json_t *value,
                                json_t *error)
{
	const struct user_window *window = figures->windows[kind];
	struct user_span span = figures->spans[kind];

	return json_pack("{s:s, s:o, s:{s:o, s:I}, s:o, s:s, s:o, s:o, s:i}", "id", id,
	                 "dimensions", dimensions, "window", "start", figures_time(span.start_ns),
	                 "seconds", (json_int_t)((span.end_ns - span.start_ns) / NS_PER_S), "value",
	                 value, "unit", unit, "coverage",
	                 figures_number(!isnan(window->coverage), window->coverage),
	                 "standard_error", error, "definition", DEFINITION);
}

static int append_users(const struct user_figures *figures, json_t *list, enum user_span_kind kind,
                        json_t *dimensions, const struct user_value *value)
{
	return json_array_append_new(list,
	                             indicator_object(figures, kind, "v6_active_users", "users",
	                                              dimensions, user_figures_number(true, value),
	                                              user_figures_error(true, value)));
}

static int append_window(const struct user_figures *figures, json_t *list, enum user_span_kind kind)
{
	static const char *const names[N_PRIVACY_DIMENSIONS] = {
		[PRIVACY_CARRIER] = "carrier",
		[PRIVACY_REGION] = "region",
		[PRIVACY_ACCESS] = "access",
	};
	const struct user_table *table = user_figures_table(figures, kind);
	int error = append_users(figures, list, kind, json_object(), &table->total);

	for (int dimension = 0; dimension < N_PRIVACY_DIMENSIONS; dimension++) {
		for (size_t i = 0; i < table->n_places[dimension] && !error; i++) {
			const struct user_place *place = &table->places[dimension][i];

			error = append_users(figures, list, kind,
			                     json_pack("{s:s}", names[dimension], place->name),
			                     &place->value);
		}
	}
	return error;
}

static int append_share(const struct user_figures *figures, json_t *list)
{
	double number = (double)figures->settings->internet_users.number;
	const struct user_value *total = &user_figures_table(figures, USER_SPAN_30D)->total;
	bool is_known = total->mark == PRIVACY_SHOWN;

	return json_array_append_new(
		list, indicator_object(
			      figures, USER_SPAN_30D, "v6_user_share", "ratio", json_object(),
			      figures_number(is_known, (double)total->users / number),
			      figures_number(is_known, user_figures_rounded(total->standard_error /
	                                                                    number))));
}

int user_figures_indicators(const struct user_figures *figures, json_t *list)
{
	int error = 0;

	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]) && !error; i++)
		if (user_figures_measured(figures, published[i]))
			error = append_window(figures, list, published[i]);
	if (!error && user_figures_measured(figures, USER_SPAN_30D) &&
	    figures->settings->internet_users.number)
		error = append_share(figures, list);
	return error ? -ENOMEM : 0;
}
