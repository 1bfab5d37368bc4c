#include "user_minute.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grown.h"

void user_minute_fini(struct user_minute *minute)
{
	free(minute->plans);
	free(minute->keys);
	free(minute->groups);
	free(minute->order);
	free(minute->sketches);
	free(minute->sketch_data);
	*minute = (struct user_minute){0};
}

static int plan_of(struct user_minute *minute, const struct plan_id *id,
                   struct user_minute_plan **ret_plan)
{
	struct user_minute_plan *plans;
	size_t i = 0;

	while (i < minute->n_plans && memcmp(&minute->plans[i].plan, id, sizeof(*id)) != 0)
		i++;
	if (i == minute->n_plans) {
		plans = grown(minute->plans, i, 1, &minute->max_plans, sizeof(*plans));
		if (!plans)
			return -ENOMEM;
		minute->plans = plans;
		plans[minute->n_plans++] = (struct user_minute_plan){.plan = *id};
	}
	*ret_plan = &minute->plans[i];
	return 0;
}

static void sum_ends(uint64_t *into, uint64_t ends)
{
	*into = *into + ends < USER_MINUTE_MAX_ENDS ? *into + ends : USER_MINUTE_MAX_ENDS;
}

// Two runs of one probe may report the same time.
static void sum_observed(uint64_t *into, uint64_t observed_ns)
{
	*into = observed_ns < CELL_WINDOW_NS - *into ? *into + observed_ns : CELL_WINDOW_NS;
}

static int add_plan(struct user_minute *minute, const struct report *report)
{
	struct user_minute_plan *plan;
	int error = plan_of(minute, &report->plan, &plan);

	if (error)
		return error;
	for (int family = 0; family < N_FAMILIES; family++) {
		sum_ends(&plan->covered_ends[family], report->covered_ends[family]);
		sum_ends(&plan->uncovered_ends[family], report->uncovered_ends[family]);
	}
	for (uint32_t i = 0; i < report->n_links; i++)
		plan->is_asymmetric |= report->links[i].is_asymmetric;
	sum_observed(&plan->observed_ns, report->observed_ns);
	return 0;
}

// Sketches tell the scope of their key. A key without any has nothing new; the younger of two is
// then taken to be in the long scope, which is where probes have it.
static uint32_t key_scope(const struct report *report, uint32_t key)
{
	uint32_t seconds = key == 0 ? SCOPE_SECONDS : LONG_SCOPE_SECONDS;
	bool is_told = false;

	for (uint32_t i = 0; i < report->n_sketches; i++) {
		const struct report_sketch *row = &report->sketches[i];

		if (row->key == key && (!is_told || row->scope_seconds < seconds)) {
			seconds = row->scope_seconds;
			is_told = true;
		}
	}
	return seconds;
}

static int add_key(struct user_minute *minute, const struct report *report, uint32_t number,
                   uint32_t *ret_place)
{
	const struct report_key *key = &report->keys[number];
	uint32_t seconds = key_scope(report, number);
	struct user_minute_key *keys;
	size_t i = 0;

	while (i < minute->n_keys && minute->keys[i].id != key->id)
		i++;
	if (i == minute->n_keys) {
		keys = grown(minute->keys, i, 1, &minute->max_keys, sizeof(*keys));
		if (!keys)
			return -ENOMEM;
		minute->keys = keys;
		keys[minute->n_keys++] = (struct user_minute_key){key->id, key->start_ns, seconds};
	}
	if (seconds < minute->keys[i].scope_seconds)
		minute->keys[i].scope_seconds = seconds;
	*ret_place = (uint32_t)i;
	return 0;
}

// Place of a group in the sorted order, or where it belongs.
static size_t group_place(const struct user_minute *minute, const struct report_group *group)
{
	size_t low = 0, high = minute->n_groups;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (report_group_compare(&minute->groups[minute->order[middle]], group) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int grow_groups(struct user_minute *minute)
{
	size_t n_groups = minute->n_groups, max_order = minute->max_groups;
	struct report_group *groups;
	uint32_t *order;

	order = grown(minute->order, n_groups, 1, &max_order, sizeof(*order));
	if (!order)
		return -ENOMEM;
	minute->order = order;
	groups = grown(minute->groups, n_groups, 1, &minute->max_groups, sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	minute->groups = groups;
	return 0;
}

static int add_group(struct user_minute *minute, const struct report_group *group,
                     uint32_t *ret_place)
{
	size_t place = group_place(minute, group);
	uint32_t *order;

	if (place < minute->n_groups &&
	    report_group_compare(&minute->groups[minute->order[place]], group) == 0) {
		*ret_place = minute->order[place];
		return 0;
	}
	if (grow_groups(minute) < 0)
		return -ENOMEM;
	order = minute->order + place;
	memmove(order + 1, order, (minute->n_groups - place) * sizeof(*order));
	*order = (uint32_t)minute->n_groups;
	minute->groups[minute->n_groups++] = *group;
	*ret_place = *order;
	return 0;
}

static int grow_sketches(struct user_minute *minute, const struct report *report)
{
	struct user_minute_sketch *sketches = grown(minute->sketches, minute->n_sketches,
	                                            report->n_sketches, &minute->max_sketches,
	                                            sizeof(*sketches));
	uint8_t *data;

	if (!sketches)
		return -ENOMEM;
	minute->sketches = sketches;
	data = grown(minute->sketch_data, minute->n_bytes, report->n_sketch_bytes,
	             &minute->max_bytes, 1);
	if (!data)
		return -ENOMEM;
	minute->sketch_data = data;
	return 0;
}

static int add_sketches(struct user_minute *minute, const struct report *report,
                        const uint32_t *keys, const uint32_t *groups)
{
	int error = report->n_sketches ? grow_sketches(minute, report) : 0;

	if (error)
		return error;
	for (uint32_t i = 0; i < report->n_sketches; i++) {
		const struct report_sketch *row = &report->sketches[i];

		minute->sketches[minute->n_sketches++] = (struct user_minute_sketch){
			.key = keys[row->key],
			.group = groups[row->group],
			.grade = row->grade,
			.scope_seconds = row->scope_seconds,
			.n_bytes = row->n_bytes,
			.at = minute->n_bytes,
		};
		minute->n_bytes += row->n_bytes;
	}
	if (report->n_sketch_bytes > 0)
		memcpy(minute->sketch_data + minute->n_bytes - report->n_sketch_bytes,
		       report->sketch_data, report->n_sketch_bytes);
	return 0;
}

bool report_has_plan(const struct report *report)
{
	static const struct plan_id none;

	return memcmp(&report->plan, &none, sizeof(none)) != 0;
}

int user_minute_add(struct user_minute *minute, const struct report *report)
{
	uint32_t keys[MAX_REPORT_KEYS], groups[MAX_REPORT_GROUPS];
	int error;

	if (!report_has_plan(report))
		return 0;
	error = add_plan(minute, report);
	for (uint32_t i = 0; i < report->n_keys && !error; i++)
		error = add_key(minute, report, i, &keys[i]);
	for (uint32_t i = 0; i < report->n_groups && !error; i++)
		error = add_group(minute, &report->groups[i], &groups[i]);
	return error ? error : add_sketches(minute, report, keys, groups);
}

int user_minute_sketch(const struct user_minute *minute, const struct user_minute_sketch *row,
                       struct user_sketch *ret_sketch)
{
	ret_sketch->domain = (struct user_identity_domain){
		.group = minute->groups[row->group],
		.key_id = minute->keys[row->key].id,
		.grade = row->grade,
	};
	return sketch_decode(minute->sketch_data + row->at, row->n_bytes, &ret_sketch->sketch);
}
