// Lines of a prefix table, and one step through them.
#pragma once

#include "prefix_table.h"

enum {
	LEAF_INTERVALS = 8,
	INNER_CHILDREN = 16,
	INNER_FIRST_CHILD = 15, // the word that says where
};

// An answer is a value, or the number of a line and what it is.
#define PREFIX_IS_LINE (UINT32_C(1) << 31)
#define PREFIX_IS_LEAF (UINT32_C(1) << 30)
#define PREFIX_LINE    (PREFIX_IS_LEAF - 1)

static inline int32_t prefix_bias(uint32_t key)
{
	return (int32_t)(key ^ UINT32_C(1) << 31);
}

typedef int32_t prefix_keys __attribute__((vector_size(16)));

static inline prefix_keys prefix_keys_load(const int32_t *words)
{
	prefix_keys keys;

	memcpy(&keys, words, sizeof(keys));
	return keys;
}

static inline uint32_t prefix_sum(prefix_keys negative)
{
	negative += __builtin_shufflevector(negative, negative, 2, 3, 0, 1);
	negative += __builtin_shufflevector(negative, negative, 1, 0, 3, 2);
	return (uint32_t)-negative[0];
}

// How many children of an inner line end before key.
static inline uint32_t prefix_inner_rank(const struct prefix_line *line, int32_t key)
{
	const prefix_keys wanted = {key, key, key, key}, but_last = {-1, -1, -1, 0};
	const int32_t *words = line->words;

	return prefix_sum((prefix_keys_load(words) < wanted) +
	                  (prefix_keys_load(words + 4) < wanted) +
	                  (prefix_keys_load(words + 8) < wanted) +
	                  ((prefix_keys_load(words + 12) < wanted) & but_last));
}

// How many intervals of a leaf end before key.
static inline uint32_t prefix_leaf_rank(const struct prefix_line *line, int32_t key)
{
	const prefix_keys wanted = {key, key, key, key};

	return prefix_sum((prefix_keys_load(line->words) < wanted) +
	                  (prefix_keys_load(line->words + 4) < wanted));
}

// Goes from a line to the next one or to the answer. Behind a leaf the next piece of the address is
// looked at.
static inline void prefix_search_step(struct prefix_search *search,
                                      const struct prefix_table *table)
{
	const struct prefix_line *line = &table->lines[search->found & PREFIX_LINE];
	int32_t key = prefix_bias((uint32_t)(search->high >> 32));

	if (!(search->found & PREFIX_IS_LEAF)) {
		search->found = (uint32_t)line->words[INNER_FIRST_CHILD] +
		                prefix_inner_rank(line, key);
		return;
	}
	search->found = (uint32_t)line->words[LEAF_INTERVALS + prefix_leaf_rank(line, key)];
	search->high = search->high << 32 | search->low >> 32;
	search->low <<= 32;
}
