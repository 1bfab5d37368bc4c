#include "user_census.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grown.h"

void user_census_init(struct user_census *census, uint64_t start_ns, uint64_t end_ns)
{
	*census = (struct user_census){.start_ns = start_ns, .end_ns = end_ns};
}

void user_census_fini(struct user_census *census)
{
	free(census->probes);
	free(census->plans);
	free(census->keys);
	*census = (struct user_census){0};
}

static int add_probe(struct user_census *census, const char *probe)
{
	size_t low = 0, high = census->n_probes;
	char(*probes)[MAX_NAME_BYTES];

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(census->probes[middle], probe);

		if (order == 0)
			return 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	probes = grown(census->probes, census->n_probes, 1, &census->max_probes, sizeof(*probes));
	if (!probes)
		return -ENOMEM;
	census->probes = probes;
	memmove(probes[low + 1], probes[low], (census->n_probes++ - low) * sizeof(*probes));
	strcpy(probes[low], probe);
	return 0;
}

static int add_plan(struct user_census *census, const struct user_scope *scope)
{
	struct user_census_plan *plans = census->plans;
	size_t i = 0;

	while (i < census->n_plans && memcmp(&plans[i].id, &scope->plan.plan, PLAN_ID_BYTES) != 0)
		i++;
	if (i == census->n_plans) {
		plans = grown(plans, i, 1, &census->max_plans, sizeof(*plans));
		if (!plans)
			return -ENOMEM;
		census->plans = plans;
		plans[census->n_plans++] = (struct user_census_plan){.id = scope->plan.plan};
	}
	plans[i].first_ns = scope->plan_first_ns;
	if (scope->start_ns > plans[i].last_ns)
		plans[i].last_ns = scope->start_ns;
	return 0;
}

// Whether it is another pair than the one before.
static bool is_next(struct user_pair *last, uint64_t start_ns, const char *probe)
{
	if (last->start_ns == start_ns && strcmp(last->probe, probe) == 0)
		return false;
	last->start_ns = start_ns;
	strcpy(last->probe, probe);
	return true;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

// A pair has a row for each of its plans.
static void add_observed(struct user_census *census, const struct user_scope *scope)
{
	uint64_t before_ns;

	if (is_next(&census->last_reported, scope->start_ns, scope->probe))
		census->pair_ns = 0;
	before_ns = census->pair_ns;
	census->pair_ns = least(before_ns + scope->plan.observed_ns, USER_SCOPE_NS);
	census->observed_ns += census->pair_ns - before_ns;
}

int user_census_add_scope(struct user_census *census, const struct user_scope *scope, bool is_kept)
{
	int error = add_probe(census, scope->probe);

	if (error || scope->start_ns < census->start_ns)
		return error;
	if (is_kept)
		add_observed(census, scope);
	for (int family = 0; family < N_FAMILIES; family++) {
		census->covered_ends[family] += scope->plan.covered_ends[family];
		census->uncovered_ends[family] += scope->plan.uncovered_ends[family];
	}
	census->is_asymmetric |= scope->plan.is_asymmetric;
	return add_plan(census, scope);
}

int user_census_add_key(struct user_census *census, const struct user_scope_key *key,
                        bool can_be_read)
{
	uint64_t observed_ns = least(key->observed_ns, USER_SCOPE_NS);
	struct user_census_key *keys = census->keys;
	size_t i = 0;

	if (is_next(&census->last, key->start_ns, key->probe)) {
		census->is_silent = key->key.scope_seconds > SCOPE_SECONDS;
		census->n_pairs += !census->is_silent;
		census->named_ns += census->is_silent ? 0 : observed_ns;
	}
	while (i < census->n_keys && keys[i].id != key->key.id)
		i++;
	if (i == census->n_keys) {
		keys = grown(keys, i, 1, &census->max_keys, sizeof(*keys));
		if (!keys)
			return -ENOMEM;
		census->keys = keys;
		keys[census->n_keys++] = (struct user_census_key){
			.id = key->key.id,
			.start_ns = key->key.start_ns,
		};
	}
	if (can_be_read && !census->is_silent) {
		keys[i].n_pairs++;
		keys[i].observed_ns += observed_ns;
	}
	return 0;
}

const struct user_census_key *user_census_key(const struct user_census *census)
{
	const struct user_census_key *best = NULL;

	for (size_t i = 0; i < census->n_keys; i++) {
		const struct user_census_key *key = &census->keys[i];

		if (!best || key->observed_ns > best->observed_ns ||
		    (key->observed_ns == best->observed_ns && key->start_ns < best->start_ns))
			best = key;
	}
	return best;
}

static int newest_first(const void *a_arg, const void *b_arg)
{
	const struct user_census_plan *a = a_arg, *b = b_arg;

	if (a->last_ns != b->last_ns)
		return a->last_ns < b->last_ns ? 1 : -1;
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? 1 : -1;
	return memcmp(&b->id, &a->id, sizeof(a->id));
}

void user_census_sort_plans(struct user_census *census)
{
	if (census->n_plans > 0)
		qsort(census->plans, census->n_plans, sizeof(*census->plans), newest_first);
}

double user_census_coverage(const struct user_census *census, const struct user_census_key *key)
{
	uint64_t counted_ns = census->observed_ns - census->named_ns + (key ? key->observed_ns : 0);
	uint64_t length_ns = census->end_ns - census->start_ns;

	if (census->n_probes == 0)
		return NAN;
	return (double)counted_ns / ((double)length_ns * (double)census->n_probes);
}

double user_census_plan_coverage(const struct user_census *census, enum family family)
{
	double covered = (double)census->covered_ends[family];

	if (census->covered_ends[family] + census->uncovered_ends[family] == 0)
		return NAN;
	return covered / (covered + (double)census->uncovered_ends[family]);
}
