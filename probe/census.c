#include "census.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"

#include "memory.h"

#define SCOPE_NS (SCOPE_SECONDS * NS_PER_S)

// What one worker is lent, turn by turn, as it turns between its two tallies.
struct desk {
	struct user_tally tallies[2];
	void *memory[2];
	uint64_t scope_ns; // start of the scope its newest tally is of
	uint32_t scope_epoch; // in which that scope began for it
	bool has_begun;
};

struct census {
	const struct basis *basis;
	const struct user_keys *keys; // those it counts under
	struct report_key about[MAX_USER_KEYS];
	struct scopes *scopes;
	bool has_gathered; // since the last report
	uint64_t covered_ends[N_FAMILIES], uncovered_ends[N_FAMILIES]; // since the last report
	size_t memory_bytes; // of each tally
	uint32_t n_desks;
	struct desk desks[];
};

static int open_desk(struct census *census, struct desk *desk, uint32_t asymmetric_links)
{
	for (int at = 0; at < 2; at++) {
		desk->memory[at] = memory_take(census->memory_bytes);
		if (desk->memory[at] == NULL)
			return -ENOMEM;
		user_tally_init(&desk->tallies[at], desk->memory[at],
		                plan_user_plan(census->basis->plan), census->keys);
		desk->tallies[at].asymmetric_links = asymmetric_links;
	}
	return 0;
}

static int open_desks(struct census *census, uint32_t n_desks, uint32_t asymmetric_links)
{
	int rc = 0;

	for (uint32_t i = 0; i < n_desks && rc == 0; i++) {
		census->n_desks = i + 1;
		rc = open_desk(census, &census->desks[i], asymmetric_links);
	}
	return rc;
}

int census_new(const struct basis *basis, uint64_t now_ns, uint32_t n_workers,
               uint32_t asymmetric_links, struct census **ret_census)
{
	const struct plan *plan = basis->plan;
	struct census *census = calloc(1, sizeof(*census) + n_workers * sizeof(census->desks[0]));
	int rc;

	if (census == NULL)
		return -ENOMEM;
	census->basis = basis;
	census->keys = keys_active(basis->keys, now_ns, census->about);
	rc = census->keys != NULL ? 0 : -ENOKEY;
	if (rc == 0)
		rc = scopes_new(plan->groups, plan->users.n_groups, &census->scopes);
	if (rc == 0) {
		census->memory_bytes = user_tally_memory_bytes(plan->users.n_groups,
		                                               census->keys->n);
		rc = open_desks(census, n_workers, asymmetric_links);
	}
	if (rc != 0)
		census_free(census);
	else
		*ret_census = census;
	return rc;
}

void census_free(struct census *census)
{
	if (census == NULL)
		return;
	for (uint32_t i = 0; i < census->n_desks; i++)
		for (int at = 0; at < 2; at++)
			memory_give_back(census->desks[i].memory[at], census->memory_bytes);
	scopes_free(census->scopes);
	free(census);
}

bool census_is_current(const struct census *census, uint64_t now_ns)
{
	struct report_key about[MAX_USER_KEYS];

	return keys_active(census->basis->keys, now_ns, about) == census->keys;
}

struct user_tally *census_lend(struct census *census, uint32_t worker, uint32_t at, uint64_t epoch,
                               struct window window)
{
	struct desk *desk = &census->desks[worker];
	uint64_t scope_ns = window.start_ns - window.start_ns % SCOPE_NS;

	if (!desk->has_begun || desk->scope_ns != scope_ns) {
		desk->has_begun = true;
		desk->scope_ns = scope_ns;
		desk->scope_epoch = (uint32_t)epoch;
	}
	desk->tallies[at].scope_epoch = desk->scope_epoch;
	return &desk->tallies[at];
}

void census_gather(struct census *census, struct window window, struct user_tally *tally)
{
	for (int family = 0; family < N_FAMILIES; family++) {
		census->covered_ends[family] += tally->covered_ends[family];
		census->uncovered_ends[family] += tally->uncovered_ends[family];
	}
	census->has_gathered = true;
	scopes_add(census->scopes, window, tally);
	user_tally_reset(tally);
}

bool census_has_gathered(const struct census *census)
{
	return census->has_gathered;
}

int census_report(struct census *census, struct window window, bool closing,
                  struct report_users *ret_users)
{
	const struct plan *plan = census->basis->plan;
	struct report_users users = {
		.plan = plan->id,
		.groups = plan->groups,
		.n_groups = plan->users.n_groups,
		.keys = census->about,
		.n_keys = census->keys->n,
	};
	int rc = scopes_rows(census->scopes, window, closing, &users.rows);

	if (rc != 0)
		return rc;
	census->has_gathered = false;
	memcpy(users.covered_ends, census->covered_ends, sizeof(users.covered_ends));
	memcpy(users.uncovered_ends, census->uncovered_ends, sizeof(users.uncovered_ends));
	memset(census->covered_ends, 0, sizeof(census->covered_ends));
	memset(census->uncovered_ends, 0, sizeof(census->uncovered_ends));
	*ret_users = users;
	return 0;
}
