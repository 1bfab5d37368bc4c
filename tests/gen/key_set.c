#include "key_set.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

enum {
	FIRST_SLOTS = 1024,
};

static const struct key empty_key;

static uint64_t key_hash(const struct key *key)
{
	uint64_t hash = 0;

	for (size_t at = 0; at < KEY_BYTES; at += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, key->bytes + at, sizeof(word));
		hash = random_mix(hash + word + at);
	}
	return hash;
}

static bool key_equal(const struct key *a, const struct key *b)
{
	return memcmp(a->bytes, b->bytes, KEY_BYTES) == 0;
}

// The slot that holds the key, or the empty one it belongs in. Half the slots are always empty.
static struct key *key_set_slot(const struct key_set *set, const struct key *key)
{
	size_t mask = set->n_slots - 1;
	size_t at = key_hash(key) & mask;

	while (!key_equal(&set->slots[at], &empty_key) && !key_equal(&set->slots[at], key))
		at = (at + 1) & mask;
	return &set->slots[at];
}

static int key_set_grow(struct key_set *set)
{
	struct key_set larger = {.n_slots = set->n_slots > 0 ? 2 * set->n_slots : FIRST_SLOTS};

	larger.slots = calloc(larger.n_slots, sizeof(*larger.slots));
	if (larger.slots == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < set->n_slots; i++) {
		if (!key_equal(&set->slots[i], &empty_key))
			*key_set_slot(&larger, &set->slots[i]) = set->slots[i];
	}
	larger.n_keys = set->n_keys;
	free(set->slots);
	*set = larger;
	return 0;
}

void key_set_fini(struct key_set *set)
{
	free(set->slots);
	*set = (struct key_set){0};
}

bool key_set_has(const struct key_set *set, const struct key *key)
{
	return set->n_slots > 0 && !key_equal(key_set_slot(set, key), &empty_key);
}

int key_set_add(struct key_set *set, const struct key *key, bool *ret_new)
{
	struct key *slot;

	assert(!key_equal(key, &empty_key));
	if (2 * (set->n_keys + 1) > set->n_slots) {
		int r = key_set_grow(set);

		if (r < 0)
			return r;
	}
	slot = key_set_slot(set, key);
	*ret_new = key_equal(slot, &empty_key);
	if (*ret_new) {
		*slot = *key;
		set->n_keys++;
	}
	return 0;
}
