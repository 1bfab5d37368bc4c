#include "distinct.h"

#include <string.h>

#include "proto/siphash.h"

// Fixed, so that a replay gives the same estimate on every run.
static const struct siphash_key distinct_key = {0x736f757263655f73, 0x65745f7265706c61};

static bool is_used(const struct distinct *set, uint32_t slot)
{
	return set->used[slot / 8] & 1u << slot % 8;
}

static void add_exact(struct distinct *set, const uint8_t *key, uint64_t hash)
{
	uint32_t slot = (uint32_t)(hash >> 40) % DISTINCT_SLOTS;

	while (is_used(set, slot)) {
		if (memcmp(set->keys[slot], key, DISTINCT_KEY_BYTES) == 0)
			return;
		slot = (slot + 1) % DISTINCT_SLOTS;
	}
	if (set->n_exact == DISTINCT_MAX_EXACT) {
		set->overflowed = true;
		return;
	}
	set->used[slot / 8] |= (uint8_t)(1u << slot % 8);
	memcpy(set->keys[slot], key, DISTINCT_KEY_BYTES);
	set->n_exact++;
}

void distinct_add(struct distinct *set, const uint8_t key[DISTINCT_KEY_BYTES])
{
	uint64_t hash = siphash_2_4(&distinct_key, key, DISTINCT_KEY_BYTES);

	sketch_add(&set->sketch, hash);
	if (!set->overflowed)
		add_exact(set, key, hash);
}

void distinct_sources_add(struct distinct_sources *sources, enum family family,
                          const uint8_t source[DISTINCT_KEY_BYTES])
{
	uint8_t prefix[DISTINCT_KEY_BYTES] = {0};

	if (family == FAMILY_IPV4) {
		distinct_add(&sources->ipv4, source);
		return;
	}
	memcpy(prefix, source, 8);
	distinct_add(&sources->ipv6, source);
	distinct_add(&sources->ipv6_64, prefix);
}
