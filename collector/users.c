#include "users.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/rollup/user_census.h"
#include "collector/rollup/user_groups.h"
#include "collector/rollup/user_level.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"

// What is read for one window.
struct reading {
	struct store *store;
	uint64_t now_ns;
	struct user_census census;
	struct user_groups groups;
	size_t plan; // whose groups are being read
	size_t n_damaged; // sketches, left out
	size_t n_tiles, tile; // that the scopes have come to
	struct user_tile tiles[USER_MAX_TILES];
};

static bool is_kept(const struct reading *reading, const struct user_tile *tile)
{
	return tile->start_ns + user_level_kept_ns(tile->level) > reading->now_ns;
}

// Scopes come ordered by time, so that their tile is this one or one behind it.
static const struct user_tile *tile_of(struct reading *reading, uint64_t start_ns)
{
	while (start_ns >= reading->tiles[reading->tile].end_ns)
		reading->tile++;
	return &reading->tiles[reading->tile];
}

static int add_scope(void *arg, const struct user_scope *scope)
{
	struct reading *reading = arg;

	return user_census_add_scope(&reading->census, scope,
	                             scope->start_ns >= reading->census.start_ns &&
	                                     is_kept(reading, tile_of(reading, scope->start_ns)));
}

// A key in the long scope has no sketches of 5 minutes.
static int add_key(void *arg, const struct user_scope_key *key)
{
	struct reading *reading = arg;
	const struct user_tile *tile = tile_of(reading, key->start_ns);

	if (!is_kept(reading, tile))
		return 0;
	return user_census_add_key(&reading->census, key,
	                           key->key.scope_seconds <= user_level_seconds(tile->level));
}

static int add_group(void *arg, const struct report_group *group)
{
	struct reading *reading = arg;

	return user_groups_add(&reading->groups, group, reading->plan);
}

static int take_census(struct reading *reading)
{
	struct user_census *census = &reading->census;
	uint64_t before_ns = census->start_ns < USER_CENSUS_DAY_NS
	                             ? 0
	                             : census->start_ns - USER_CENSUS_DAY_NS;
	int error = store_visit_scopes(reading->store, before_ns, census->end_ns, add_scope,
	                               reading);

	reading->tile = 0;
	if (!error)
		error = store_visit_scope_keys(reading->store, census->start_ns, census->end_ns,
		                               add_key, reading);
	user_census_sort_plans(census);
	for (; reading->plan < census->n_plans && !error; reading->plan++)
		error = store_visit_plan_groups(reading->store, &census->plans[reading->plan].id,
		                                add_group, reading);
	return error;
}

static void describe(const struct user_census *census, const struct user_census_key *key,
                     struct user_window *window)
{
	bool is_mixed = key && key->n_pairs < census->n_pairs;

	*window = (struct user_window){
		.start_ns = census->start_ns,
		.end_ns = census->end_ns,
		.key_id = key ? key->id : 0,
		.coverage = user_census_coverage(census, key),
		.mixed_keys = is_mixed,
		.mixed_plans = (census->n_plans > 1),
		.asymmetric = census->is_asymmetric,
	};
	for (int family = 0; family < N_FAMILIES; family++)
		window->plan_coverage[family] = user_census_plan_coverage(census,
		                                                          (enum family)family);
}

// A sketch that is not there has nobody in it. One that is damaged is lost, but takes nothing else
// with it.
static int unite_tile(struct reading *reading, const struct store_sketch *which,
                      struct user_sketch *united)
{
	struct user_sketch sketch;
	int error = store_read_sketch(reading->store, which, &sketch);

	if (error == -EBADMSG)
		reading->n_damaged++;
	if (error == -EBADMSG || error == -ENOENT)
		return 0;
	if (error)
		return error;
	return user_sketch_union(united, &sketch);
}

// The union over all tiles.
static int unite(struct reading *reading, struct store_sketch *which,
                 struct user_sketch *ret_sketch)
{
	int error = 0;

	*ret_sketch = (struct user_sketch){.domain = which->domain};
	for (size_t i = 0; i < reading->n_tiles && !error; i++) {
		if (!is_kept(reading, &reading->tiles[i]))
			continue;
		which->level = reading->tiles[i].level;
		which->start_ns = reading->tiles[i].start_ns;
		error = unite_tile(reading, which, ret_sketch);
	}
	return error;
}

// A group without a sketch has no users, which was measured: it stays in the table.
static int count_group(struct reading *reading, const struct report_group *group,
                       struct user_window *window)
{
	struct store_sketch which = {.domain = {.group = *group, .key_id = window->key_id}};
	double users[N_GRADES];
	struct user_sketch sketch;

	for (int grade = 0; grade < N_GRADES; grade++) {
		int error;

		which.domain.grade = (enum grade)grade;
		error = unite(reading, &which, &sketch);
		if (error)
			return error;
		users[grade] = sketch_estimate(&sketch.sketch);
	}
	return user_window_add(window, group, users);
}

static int count_groups(struct reading *reading, struct user_window *window)
{
	const struct user_groups *groups = &reading->groups;
	int error = 0;

	window->changed_normalisation = user_groups_choose(&reading->groups);
	for (size_t i = 0; i < groups->n_groups && !error; i++)
		if (groups->groups[i].is_counted)
			error = count_group(reading, &groups->groups[i].group, window);
	return error;
}

static int read_window(struct reading *reading, struct user_window *ret_window)
{
	const struct user_census_key *key;
	int error = take_census(reading);

	if (error)
		return error;
	key = user_census_key(&reading->census);
	describe(&reading->census, key, ret_window);
	if (ret_window->coverage > 0)
		error = count_groups(reading, ret_window);
	if (reading->n_damaged > 0)
		log_error("store: a stored sketch is damaged, check the disk: %zu of them left out "
		          "of "
		          "a window of users, whose figures are too low",
		          reading->n_damaged);
	return error;
}

int users_window(struct store *store, uint64_t start_ns, uint64_t end_ns,
                 struct user_window *ret_window)
{
	struct user_window window = {0};
	struct reading *reading;
	int error;

	if (start_ns % USER_SCOPE_NS || end_ns % USER_SCOPE_NS || start_ns >= end_ns)
		return -EINVAL;
	reading = calloc(1, sizeof(*reading));
	if (!reading)
		return -ENOMEM;
	reading->store = store;
	reading->now_ns = clock_wall_ns();
	reading->n_tiles = user_tiles(start_ns, end_ns, reading->tiles);
	user_census_init(&reading->census, start_ns, end_ns);
	error = reading->n_tiles ? read_window(reading, &window) : -EINVAL;
	user_census_fini(&reading->census);
	user_groups_fini(&reading->groups);
	free(reading);
	if (error)
		user_window_fini(&window);
	else
		*ret_window = window;
	return error;
}
