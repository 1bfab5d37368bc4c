#include "figures.h"

#include <errno.h>
#include <stdio.h>

#include "collector/rollup/indicator.h"
#include "proto/base/clock.h"
#include "proto/names.h"

// How long reports of a window may be on their way before it counts as complete without them.
#define GRACE_NS (10 * NS_PER_S)

enum {
	WINDOW_SECONDS = CELL_WINDOW_NS / NS_PER_S,
};

static int seed_link(void *arg, const struct store_link *link, uint64_t last_start_ns)
{
	return roster_seed(arg, link->probe, link->name, link->surface, last_start_ns);
}

int figures_seed(struct store *store, uint64_t start_ns, struct roster *ret_roster)
{
	uint64_t day_before_ns = start_ns > CELL_DAY_NS ? start_ns - CELL_DAY_NS : 0;

	roster_init(ret_roster, start_ns);
	return store_visit_last_cells(store, day_before_ns, start_ns, seed_link, ret_roster);
}

static int add_cell(void *arg, const struct cell *cell)
{
	return roster_add(arg, cell);
}

int figures_add(struct store *store, uint64_t from_ns, uint64_t to_ns, struct roster *roster)
{
	int error = store_visit_cells(store, from_ns, to_ns, add_cell, roster);

	if (!error)
		roster_advance(roster, to_ns);
	return error;
}

static int load_window(struct store *store, uint64_t start_ns, struct roster *ret_roster)
{
	int error = figures_seed(store, start_ns, ret_roster);

	return error ? error : figures_add(store, start_ns, start_ns + CELL_WINDOW_NS, ret_roster);
}

static bool all_reported(const struct roster *roster)
{
	for (size_t i = 0; i < roster->n_links; i++)
		if (roster->links[i].last_start_ns + CELL_WINDOW_NS < roster->now_ns)
			return false;
	return true;
}

int figures_last_window(struct store *store, uint64_t now_ns, uint64_t *ret_start_ns)
{
	uint64_t end_ns = cell_window_start(now_ns);
	uint64_t start_ns = end_ns - CELL_WINDOW_NS;
	struct roster roster;
	int error = 0;

	if (now_ns - end_ns < GRACE_NS) {
		error = load_window(store, start_ns, &roster);
		if (!error && !all_reported(&roster))
			start_ns -= CELL_WINDOW_NS;
		roster_fini(&roster);
	}
	if (!error)
		*ret_start_ns = start_ns;
	return error;
}

json_t *figures_time(uint64_t wall_ns)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format(wall_ns, text);
	return json_string(text);
}

json_t *figures_number(bool is_measured, double value)
{
	return is_measured ? json_real(value) : json_null();
}

// One value. Takes dimensions.
static json_t *figure(enum indicator indicator, const struct aggregate *sums, struct slice slice,
                      json_t *dimensions, uint64_t start_ns)
{
	const struct indicator_info *info = indicator_info(indicator);
	double value = 0, coverage = 0;
	bool is_measured = indicator_value(indicator, sums, WINDOW_SECONDS, slice, &value);
	bool is_covered = indicator_value(INDICATOR_COVERAGE, sums, WINDOW_SECONDS, SLICE_ALL,
	                                  &coverage);

	return json_pack("{s:s, s:o, s:{s:o, s:i}, s:o, s:s, s:o, s:n, s:i}", "id", info->id,
	                 "dimensions", dimensions, "window", "start", figures_time(start_ns),
	                 "seconds", WINDOW_SECONDS, "value", figures_number(is_measured, value),
	                 "unit", info->unit, "coverage", figures_number(is_covered, coverage),
	                 "standard_error", "definition", info->definition);
}

// The place with one more dimension.
static json_t *dimensions_with(json_t *place, const char *name, const char *value)
{
	json_t *dimensions = json_copy(place);

	json_object_set_new(dimensions, name, json_string(value));
	return dimensions;
}

static int add_indicator(json_t *list, enum indicator indicator, const struct aggregate *sums,
                         json_t *place, uint64_t start_ns)
{
	enum cut cut = indicator_info(indicator)->natural_cut;
	int error = 0;

	if (cut == CUT_NONE)
		return json_array_append_new(
			list, figure(indicator, sums, SLICE_ALL, json_copy(place), start_ns));
	for (int family = 0; cut == CUT_FAMILY && family < N_FAMILIES; family++)
		error |= json_array_append_new(
			list,
			figure(indicator, sums, (struct slice){family, -1},
		               dimensions_with(place, "family", family_name((enum family)family)),
		               start_ns));
	for (int transition = 0; cut == CUT_TRANSITION && transition < N_TRANSITIONS; transition++)
		error |= json_array_append_new(
			list, figure(indicator, sums, (struct slice){-1, transition},
		                     dimensions_with(place, "transition",
		                                     transition_name((enum transition)transition)),
		                     start_ns));
	return error;
}

// All indicators of one place. Takes place.
static int add_place(json_t *list, const struct aggregate *sums, json_t *place, uint64_t start_ns)
{
	int error = place ? 0 : -ENOMEM;

	for (int indicator = 0; indicator < N_INDICATORS && !error; indicator++)
		if (add_indicator(list, (enum indicator)indicator, sums, place, start_ns) < 0)
			error = -ENOMEM;
	json_decref(place);
	return error;
}

static bool is_present(const struct aggregate *sums)
{
	return sums->n_expected > 0 || sums->n_links > 0;
}

static int add_surfaces(json_t *list, const struct roster *roster, uint64_t start_ns)
{
	bool is_only = roster_n_surfaces(roster) == 1;
	int error = 0;

	for (int i = 0; i < N_SURFACES && !error; i++) {
		struct aggregate sums;

		roster_sum_surface(roster, (enum surface)i, &sums);
		if (!is_present(&sums))
			continue;
		if (is_only)
			error = add_place(list, &sums, json_object(), start_ns);
		if (!error)
			error = add_place(
				list, &sums,
				json_pack("{s:s}", "surface", surface_name((enum surface)i)),
				start_ns);
	}
	return error;
}

static int add_links(json_t *list, const struct roster *roster, uint64_t start_ns)
{
	int error = 0, n_listed = 0;

	for (size_t i = 0; i < roster->n_links && !error; i++) {
		const struct roster_link *link = &roster->links[i];
		struct aggregate sums = {0};
		char name[2 * MAX_NAME_BYTES];

		if (!roster_link_present(link) || n_listed++ >= FIGURES_MAX_LINKS)
			continue;
		aggregate_add(&sums, &link->measure);
		snprintf(name, sizeof(name), "%s/%s", link->probe, link->link);
		error = add_place(list, &sums, json_pack("{s:s}", "link", name), start_ns);
	}
	return error;
}

int figures_document(struct store *store, uint64_t at_ns, uint64_t start_ns, json_t **ret_document)
{
	json_t *list = json_array();
	struct roster roster;
	int error = load_window(store, start_ns, &roster);

	if (!error)
		error = add_surfaces(list, &roster, start_ns);
	if (!error)
		error = add_links(list, &roster, start_ns);
	roster_fini(&roster);
	if (error) {
		json_decref(list);
		return error;
	}
	*ret_document = json_pack("{s:o, s:o}", "at", figures_time(at_ns), "indicators", list);
	return *ret_document ? 0 : -ENOMEM;
}
