// GET /api/v1/series: one indicator over time.
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "api.h"
#include "figures.h"
#include "proto/base/clock.h"
#include "proto/names.h"
#include "query.h"
#include "reply.h"

enum {
	MAX_VALUES = 1000000, // of all lines of an answer
	MAX_SLICES = N_TRANSITIONS,
};

// One place and, for each slice of the traffic, one value a step. NAN is "not measured".
struct line {
	char name[2 * MAX_NAME_BYTES];
	double *values; // by slice and point
	bool is_measured[MAX_SLICES]; // in any step
	bool is_seen[MAX_SLICES]; // with anything but 0
};

struct series {
	struct series_query query;
	size_t n_points;
	size_t n_slices;
	struct slice slices[MAX_SLICES];
	size_t n_lines, capacity;
	struct line *lines;
};

static void series_init(struct series *series, const struct series_query *query)
{
	*series = (struct series){.query = *query};
	series->n_points = (size_t)((query->to_ns - query->from_ns) / query->step_ns);
	if (query->by_family) {
		for (int family = 0; family < N_FAMILIES; family++)
			series->slices[series->n_slices++] = (struct slice){family, -1};
	} else if (query->by_transition) {
		for (int transition = 0; transition < N_TRANSITIONS; transition++)
			series->slices[series->n_slices++] = (struct slice){-1, transition};
	} else {
		series->slices[series->n_slices++] = SLICE_ALL;
	}
}

static void series_fini(struct series *series)
{
	for (size_t i = 0; i < series->n_lines; i++)
		free(series->lines[i].values);
	free(series->lines);
}

static int series_grow(struct series *series, size_t capacity)
{
	struct line *lines = realloc(series->lines, capacity * sizeof(*lines));

	if (!lines)
		return -ENOMEM;
	for (size_t i = series->capacity; i < capacity; i++)
		lines[i] = (struct line){0};
	series->lines = lines;
	series->capacity = capacity;
	return 0;
}

static int line_init(struct line *line, size_t n_values)
{
	line->values = malloc(n_values * sizeof(*line->values));
	if (!line->values)
		return -ENOMEM;
	for (size_t i = 0; i < n_values; i++)
		line->values[i] = NAN;
	return 0;
}

// The line with that number; -E2BIG when all lines together would have more than MAX_VALUES.
static int series_line(struct series *series, size_t number, struct line **ret_line)
{
	size_t n_values = series->n_slices * series->n_points;

	if ((number + 1) * n_values > MAX_VALUES)
		return -E2BIG;
	if (number >= series->capacity && series_grow(series, 2 * number + 8) < 0)
		return -ENOMEM;
	if (!series->lines[number].values && line_init(&series->lines[number], n_values) < 0)
		return -ENOMEM;
	if (number >= series->n_lines)
		series->n_lines = number + 1;
	*ret_line = &series->lines[number];
	return 0;
}

static void line_set(const struct series *series, struct line *line, size_t point,
                     const struct aggregate *sums)
{
	double seconds = (double)series->query.step_ns / (double)NS_PER_S;

	for (size_t i = 0; i < series->n_slices; i++) {
		double value;

		if (!indicator_value(series->query.indicator, sums, seconds, series->slices[i],
		                     &value))
			continue;
		line->values[i * series->n_points + point] = value;
		line->is_measured[i] = true;
		line->is_seen[i] |= value != 0;
	}
}

static int set_surfaces(struct series *series, const struct roster *roster, size_t point)
{
	for (int surface = 0; surface < N_SURFACES; surface++) {
		struct aggregate sums;
		struct line *line;
		int error;

		roster_sum_surface(roster, (enum surface)surface, &sums);
		if (sums.n_expected == 0 && sums.n_links == 0)
			continue;
		error = series_line(series, (size_t)surface, &line);
		if (error)
			return error;
		snprintf(line->name, sizeof(line->name), "%s", surface_name((enum surface)surface));
		line_set(series, line, point, &sums);
	}
	return 0;
}

static int set_links(struct series *series, const struct roster *roster, size_t point)
{
	for (size_t i = 0; i < roster->n_links; i++) {
		const struct roster_link *link = &roster->links[i];
		struct aggregate sums = {0};
		struct line *line;
		int error;

		if (!roster_link_present(link))
			continue;
		error = series_line(series, link->number, &line);
		if (error)
			return error;
		snprintf(line->name, sizeof(line->name), "%s/%s", link->probe, link->link);
		aggregate_add(&sums, &link->measure);
		line_set(series, line, point, &sums);
	}
	return 0;
}

static int series_set(struct series *series, const struct roster *roster, size_t point)
{
	if (series->query.place == PLACE_LINK)
		return set_links(series, roster, point);
	return set_surfaces(series, roster, point);
}

// Steps that have not begun are not measured, rather than covered by 0.
static int series_load(struct series *series, struct store *store, uint64_t now_ns)
{
	uint64_t begun_ns = cell_window_start(now_ns) + CELL_WINDOW_NS;
	struct roster roster;
	int error = figures_seed(store, series->query.from_ns, &roster);

	for (size_t point = 0; point < series->n_points && !error; point++) {
		uint64_t from_ns = series->query.from_ns + point * series->query.step_ns;
		uint64_t to_ns = from_ns + series->query.step_ns;

		if (from_ns >= begun_ns)
			break;
		roster_clear(&roster);
		error = figures_add(store, from_ns, to_ns < begun_ns ? to_ns : begun_ns, &roster);
		if (!error)
			error = series_set(series, &roster, point);
	}
	roster_fini(&roster);
	return error;
}

static json_t *line_values(const struct series *series, const struct line *line, size_t slice)
{
	const double *values = &line->values[slice * series->n_points];
	json_t *list = json_array();

	for (size_t i = 0; i < series->n_points; i++)
		json_array_append_new(list, figures_number(!isnan(values[i]), values[i]));
	return list;
}

// A total is a total only where there is one surface.
static size_t n_places(const struct series *series)
{
	size_t n = 0;

	for (size_t i = 0; i < series->n_lines; i++)
		n += series->lines[i].values != NULL;
	return n;
}

static json_t *line_dimensions(const struct series *series, const struct line *line, size_t slice)
{
	bool is_total = series->query.place == PLACE_ALL && n_places(series) == 1;
	const char *place = series->query.place == PLACE_LINK ? "link" : "surface";
	const struct slice *cut = &series->slices[slice];
	json_t *dimensions = json_object();

	if (!is_total)
		json_object_set_new(dimensions, place, json_string(line->name));
	if (cut->family >= 0)
		json_object_set_new(dimensions, "family",
		                    json_string(family_name((enum family)cut->family)));
	if (cut->transition >= 0)
		json_object_set_new(dimensions, "transition",
		                    json_string(transition_name((enum transition)cut->transition)));
	return dimensions;
}

// A class of transition traffic that never came is left out; it would be a line of zeros.
static bool is_listed(const struct series *series, const struct line *line, size_t slice)
{
	if (series->query.by_transition)
		return line->is_seen[slice];
	return line->is_measured[slice];
}

static json_t *series_document(const struct series *series)
{
	const struct indicator_info *info = indicator_info(series->query.indicator);
	json_t *list = json_array();

	for (size_t i = 0; i < series->n_lines; i++) {
		const struct line *line = &series->lines[i];

		for (size_t slice = 0; line->values && slice < series->n_slices; slice++)
			if (is_listed(series, line, slice))
				json_array_append_new(
					list,
					json_pack("{s:o, s:o}", "dimensions",
				                  line_dimensions(series, line, slice), "values",
				                  line_values(series, line, slice)));
	}
	return json_pack("{s:s, s:s, s:o, s:I, s:o}", "id", info->id, "unit", info->unit, "start",
	                 figures_time(series->query.from_ns), "step",
	                 (json_int_t)(series->query.step_ns / NS_PER_S), "series", list);
}

static void reply_series(struct api *api, struct evhttp_request *request,
                         const struct series_query *query, uint64_t now_ns)
{
	struct series series;
	int error;

	series_init(&series, query);
	error = series_load(&series, api->store, now_ns);
	if (error == -E2BIG)
		reply_error(request, REPLY_BAD_REQUEST,
		            "step: the answer would have more than %d values, give a longer step, "
		            "a shorter span or fewer groups",
		            MAX_VALUES);
	else if (error)
		reply_error(request, REPLY_INTERNAL, "the store cannot be read: %s",
		            store_error(api->store));
	else
		reply_json(request, series_document(&series));
	series_fini(&series);
}

void handle_series(struct api *api, struct evhttp_request *request, const struct evkeyvalq *query)
{
	uint64_t now_ns = clock_wall_ns();
	struct series_query series;
	char why[QUERY_WHY_BYTES];

	if (query_series(query, cell_window_start(now_ns), &series, why) < 0)
		reply_error(request, REPLY_BAD_REQUEST, "%s", why);
	else
		reply_series(api, request, &series, now_ns);
}
