// Reports about users for tests of the store.
#pragma once

#include "store_bench.h"

#define HOUR_NS (60 * MINUTE_NS)
#define DAY_NS  (24 * HOUR_NS)
// Begins an hour; its day in Shanghai begins at 16:00 UTC before it.
#define HOUR_11_NS   (UINT64_C(1763809200) * 1000000000)
#define DAY_START_NS (HOUR_11_NS - 19 * HOUR_NS)

enum {
	// Keys of bench_report_for().
	OLDER = 71,
	YOUNGER = 72,
	BENCH_MAX_SKETCHES = 8,
	BENCH_MAX_GROUPS = 4,
};

// The users numbered [first, first + n).
struct bench_users {
	uint32_t key, group; // indexes into the report's
	enum grade grade;
	uint32_t scope_seconds;
	uint64_t first, n;
};

// A report without a plan when plan is 0.
struct bench_user_report {
	uint8_t plan;
	bool is_asymmetric;
	uint64_t covered_ends, uncovered_ends; // of IPv6
	uint32_t n_keys, n_groups, n_sketches;
	struct report_key keys[MAX_REPORT_KEYS];
	struct report_group groups[BENCH_MAX_GROUPS]; // sorted
	struct bench_users sketches[BENCH_MAX_SKETCHES]; // sorted
};

// A group of IPv6 users, called after its carrier.
struct report_group bench_group(const char *carrier, uint32_t user_len);

// Adds the users to a sketch as a probe with this key does.
void bench_add_users(struct sketch *sketch, uint64_t key_id, uint64_t first, uint64_t n);

struct store_entry bench_user_entry(const struct bench *bench, uint64_t sequence, uint64_t start_ns,
                                    const struct bench_user_report *users);
enum store_outcome bench_put_users(const struct bench *bench, uint64_t sequence, uint64_t start_ns,
                                   const struct bench_user_report *users);

// The users [first, first + n) of one group under both keys, half of them confirmed. Tests share a
// store, and have a group each.
struct bench_user_report bench_report_for(const char *carrier, uint64_t first, uint64_t n);

// Asserts that the store's sketch of the group is that of these users, or that there is none.
void bench_holds(const struct bench *bench, const char *carrier, enum user_level level,
                 uint64_t start_ns, uint64_t key_id, uint64_t first, uint64_t n);
void bench_has_none(const struct bench *bench, const char *carrier, enum user_level level,
                    uint64_t start_ns, uint64_t key_id);

uint64_t bench_n_sketches(const struct bench *bench);

// Scopes of the bench's probe in a span.
struct bench_scopes {
	const char *probe;
	int n, n_keys;
	struct user_scope last;
	struct user_scope_key keys[4];
};

struct bench_scopes bench_scopes_of(const struct bench *bench, uint64_t from_ns, uint64_t to_ns);
