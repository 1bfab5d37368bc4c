// A published table of users: its cells by carrier, region and access, and their sums by each of
// these and in total, each with what readers are shown of it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum privacy_mark {
	PRIVACY_SHOWN,
	PRIVACY_UNDER, // under the threshold, and said to be
	PRIVACY_WITHHELD, // kept back; nothing is said of its size
};

enum privacy_dimension {
	PRIVACY_CARRIER,
	PRIVACY_REGION,
	PRIVACY_ACCESS,
	N_PRIVACY_DIMENSIONS
};

// A cell of the table; no two have the same places.
struct privacy_leaf {
	uint32_t places[N_PRIVACY_DIMENSIONS]; // its carrier, region and access, by number
	uint64_t users;
	enum privacy_mark mark;
};

// The leaves of one place, or all of them.
struct privacy_sum {
	uint64_t users;
	enum privacy_mark mark;
	size_t n_leaves;
	const uint32_t *leaves; // their numbers, rising
};

struct privacy_table {
	size_t n_leaves;
	struct privacy_leaf *leaves; // the caller's; only the marks are written
	size_t n_sums;
	struct privacy_sum *sums; // the total first, then all carriers, regions, accesses
	size_t first[N_PRIVACY_DIMENSIONS + 1]; // where the sums of a dimension begin, and end
	uint32_t *numbers; // of leaves, where the sums point into
};

// A table of these leaves, which must outlive it; n_places says how many carriers, regions and
// accesses there are, each with at least one leaf. Everything is shown. 0; -ENOMEM. To be released
// whatever comes back.
int privacy_table_init(struct privacy_table *table, struct privacy_leaf *leaves, size_t n_leaves,
                       const size_t n_places[N_PRIVACY_DIMENSIONS]);
void privacy_table_fini(struct privacy_table *table);

struct privacy_sum *privacy_table_total(const struct privacy_table *table);
struct privacy_sum *privacy_table_sum(const struct privacy_table *table,
                                      enum privacy_dimension dimension, size_t place);

// The leaf's sum in that dimension.
struct privacy_sum *privacy_table_sum_of(const struct privacy_table *table,
                                         const struct privacy_leaf *leaf,
                                         enum privacy_dimension dimension);
