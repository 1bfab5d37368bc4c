// What is hashed, in words of 64 bits:
//
//   the number of groups; each with its names, 8 words each, access and family in one, user_len and
//     port_block in one
//   the number of rows; each with its address, 2 words, and family, length and group in one
//   the number of transition prefixes; each with its address, and transition and length in one
//
// Changing any of it gives every plan another id, so the keys carry a number to change with it.
#include "plan_id.h"

#include <string.h>

#include "probe/meter/prefix_order.h"
#include "proto/siphash.h"

enum {
	VERSION = 1,
};

_Static_assert(MAX_GROUP_NAME_BYTES % sizeof(uint64_t) == 0, "names are whole words");

struct hash {
	struct siphash_state halves[2];
	uint64_t n_words;
};

static void hash_init(struct hash *hash)
{
	hash->n_words = 0;
	for (uint64_t half = 0; half < 2; half++) {
		const struct siphash_key key = {VERSION, half};

		hash->halves[half] = siphash_begin(&key);
	}
}

static void hash_word(struct hash *hash, uint64_t word)
{
	siphash_absorb(&hash->halves[0], word);
	siphash_absorb(&hash->halves[1], word);
	hash->n_words++;
}

// Zeros stand behind a name, to the end of its room.
static void hash_name(struct hash *hash, const char *name)
{
	for (uint32_t i = 0; i < MAX_GROUP_NAME_BYTES; i += sizeof(uint64_t))
		hash_word(hash, siphash_word((const uint8_t *)name + i, sizeof(uint64_t)));
}

static void hash_groups(struct hash *hash, const struct plan_rows *rows)
{
	hash_word(hash, rows->n_groups);
	for (uint32_t i = 0; i < rows->n_groups; i++) {
		const struct report_group *group = &rows->groups[i];

		hash_name(hash, group->carrier);
		hash_name(hash, group->region);
		hash_name(hash, group->class_name);
		hash_word(hash, (uint64_t)group->access << 32 | (uint64_t)group->family);
		hash_word(hash, (uint64_t)group->user_len << 32 | group->port_block);
	}
}

static void hash_rows(struct hash *hash, const struct plan_rows *rows)
{
	hash_word(hash, rows->n_rows);
	for (uint32_t i = 0; i < rows->n_rows; i++) {
		const struct prefix_row *row = &rows->rows[i];
		struct prefix_address address = prefix_row_address(row);

		hash_word(hash, address.high);
		hash_word(hash, address.low);
		hash_word(hash,
		          (uint64_t)row->family << 48 | (uint64_t)row->length << 32 | row->value);
	}
}

static void hash_transitions(struct hash *hash, const struct plan_rows *rows)
{
	hash_word(hash, rows->n_transitions);
	for (uint32_t i = 0; i < rows->n_transitions; i++) {
		const struct transition_prefix *prefix = &rows->transitions[i];

		hash_word(hash, prefix_word(prefix->address));
		hash_word(hash, prefix_word(prefix->address + 8));
		hash_word(hash, (uint64_t)prefix->transition << 32 | prefix->length);
	}
}

struct plan_id plan_rows_id(const struct plan_rows *rows)
{
	struct plan_id id;
	struct hash hash;

	hash_init(&hash);
	hash_groups(&hash, rows);
	hash_rows(&hash, rows);
	hash_transitions(&hash, rows);
	for (int half = 0; half < 2; half++) {
		uint64_t bits;

		siphash_absorb(&hash.halves[half], hash.n_words * sizeof(uint64_t) << 56);
		bits = siphash_end(&hash.halves[half]);

		for (int i = 0; i < 8; i++)
			id.bytes[8 * half + i] = (uint8_t)(bits >> (56 - 8 * i));
	}
	return id;
}
