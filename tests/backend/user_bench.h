// Reports about users for tests of the store.
#pragma once

#include "store_bench.h"

enum {
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
