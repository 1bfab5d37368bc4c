// Which probes were counting in a window, under which keys and plans: what decides the key whose
// sketches are united, and how much of the window they cover.
//
// The unit is a pair of a probe and a scope, weighed by the part of the scope that the probe
// observed. A probe with a plan is expected in every scope of the
// window if it reported in one of them or in the 24 hours before the window: one that fell silent
// before a short window is missed in it. It is expected from the window's start even if it came
// later, and to the end even if it left: users of its links were not counted in between, and the
// figure is of the whole window. So coverage may be said too low, never too high.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user_level.h"
#include "user_minute.h"

#define USER_CENSUS_DAY_NS (24 * USER_HOUR_NS)

// A probe's scope under one plan.
struct user_scope {
	uint64_t start_ns;
	char probe[MAX_NAME_BYTES];
	uint64_t plan_first_ns; // start of the first window reported under the plan, ever
	struct user_minute_plan plan;
};

// A key users were hashed with in a probe's scope.
struct user_scope_key {
	uint64_t start_ns;
	char probe[MAX_NAME_BYTES];
	struct user_minute_key key;
	uint64_t observed_ns; // by the probe in the scope
};

struct user_census_plan {
	struct plan_id id;
	uint64_t first_ns, last_ns; // as above; newest scope of the window
};

struct user_census_key {
	uint64_t id, start_ns;
	uint64_t n_pairs; // whose sketches of this key can be read
	uint64_t observed_ns; // by them
};

struct user_pair {
	uint64_t start_ns;
	char probe[MAX_NAME_BYTES];
};

struct user_census {
	uint64_t start_ns, end_ns;
	size_t n_probes, max_probes, n_plans, max_plans, n_keys, max_keys;
	char (*probes)[MAX_NAME_BYTES]; // expected, sorted
	struct user_census_plan *plans;
	struct user_census_key *keys;
	uint64_t n_pairs; // with users: see user_census_coverage()
	uint64_t observed_ns; // by all pairs that reported
	uint64_t named_ns; // of it, by pairs with users
	uint64_t pair_ns; // by the pair of the row before
	bool is_silent; // the pair of the row before had none
	struct user_pair last_reported, last; // of the row before
	uint64_t covered_ends[N_FAMILIES], uncovered_ends[N_FAMILIES];
	bool is_asymmetric;
};

void user_census_init(struct user_census *census, uint64_t start_ns, uint64_t end_ns);
void user_census_fini(struct user_census *census);

// Adds a scope of the window or of the 24 hours before it; rows of one scope and probe stand
// together. Its sketches may not be kept any more. 0; -ENOMEM.
int user_census_add_scope(struct user_census *census, const struct user_scope *scope, bool is_kept);

// Adds a key of a scope of the window whose sketches are kept; rows of one scope and probe stand
// together, those of the short scope first. Whether those of this key can be read depends on the
// level the window is read by there. 0; -ENOMEM.
int user_census_add_key(struct user_census *census, const struct user_scope_key *key,
                        bool can_be_read);

// The key under which most was observed, the older one of equals; NULL when there is none.
const struct user_census_key *user_census_key(const struct user_census *census);

// The newest plan first: the one in use last, of several the one that came last.
void user_census_sort_plans(struct user_census *census);

// Time observed by pairs of the key, over the length of those expected; NAN when no probe was. A
// pair that reported and names no
// key of the short scope saw nobody, which is true under every key; users of its hour may be known
// under a key of the long scope nevertheless.
double user_census_coverage(const struct user_census *census, const struct user_census_key *key);

// Ends the plan knows over all; NAN where there were none.
double user_census_plan_coverage(const struct user_census *census, enum family family);
