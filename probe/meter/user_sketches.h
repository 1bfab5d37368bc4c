// The registers of many sketches in memory given once: of each set, which is one group under one
// key, those of both grades together.
//
// Most sets are small, and a window sees few users of each: registers that are not 0 stand in a
// table of words, open-addressed, at the place where they would stand in order. When seven of eight
// words are taken the table is made four times as large; behind the largest stand all registers, in
// the layout of struct sketch.
//
//   a word:     | register, 14 bits | 0 | rank of confirmed, 6 | rank of sent, 6 |   0 is free
//   blocks:     | 32 words | 128 words | 512 words | 2048 words | or two sketches of 12 KiB
//
// Blocks are taken one behind the other; one that became too small goes to the next set that needs
// one of its size. Sets that all grow together leave as much as a third of the largest table
// unused, and with tables that double it would be all of it. Forgetting everything touches the
// list of sets and no block.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/enums.h"
#include "proto/sketch_registers.h"

enum user_set_form {
	USER_SET_EMPTY,
	USER_SET_32_WORDS,
	USER_SET_128_WORDS,
	USER_SET_512_WORDS,
	USER_SET_2048_WORDS,
	USER_SET_DENSE,
	N_USER_SET_FORMS
};

struct user_set {
	uint32_t block; // where it stands, in units of USER_BLOCK_UNIT bytes
	uint16_t n_words; // taken in the table
	uint8_t form; // enum user_set_form
	uint8_t zero;
};

enum {
	USER_BLOCK_UNIT = 128,
	USER_NO_BLOCK = UINT32_MAX,
};

struct user_sketches {
	struct user_set *sets;
	uint8_t *blocks;
	uint32_t n_units; // taken of blocks
	uint32_t free_blocks[N_USER_SET_FORMS]; // the first; each one's first word is the next
	uint64_t n_registers[N_GRADES]; // that are not 0
};

// Bytes of blocks, in the worst case: that so many sets become dense, all in step.
size_t user_sketches_block_bytes(uint32_t n_sets);

// Empty sketches; sets are zeroed, blocks in any state, aligned to 64.
void user_sketches_init(struct user_sketches *sketches, struct user_set *sets, void *blocks);

// Empties the first n_sets sets, which must be all that were added to.
void user_sketches_reset(struct user_sketches *sketches, uint32_t n_sets);

// Adds a hash to the registers of each grade in the bit set.
void user_sketches_add(struct user_sketches *sketches, uint32_t set, uint64_t hash,
                       uint32_t grades);

// Raises the registers of into to those of a set where they are higher; true if the set has any of
// that grade.
bool user_sketches_merge(const struct user_sketches *sketches, uint32_t set, enum grade grade,
                         struct sketch *into);

// Bytes of blocks in use, free ones between them included.
static inline size_t user_sketches_bytes(const struct user_sketches *sketches)
{
	return (size_t)sketches->n_units * USER_BLOCK_UNIT;
}

static inline uint8_t *user_set_block(const struct user_sketches *sketches,
                                      const struct user_set *set)
{
	return sketches->blocks + (size_t)set->block * USER_BLOCK_UNIT;
}

// Words of a table are 32 << 2 * (form - 1).
static inline uint32_t user_set_word_bits(enum user_set_form form)
{
	return 3 + 2 * (uint32_t)form;
}

// Where a register stands in a table, or the free words before it begin.
static inline uint32_t user_set_place(uint32_t index, uint32_t word_bits)
{
	return index >> (SKETCH_PRECISION - word_bits);
}

// Asks for what adding this hash will touch. Always inline: gcc 12 takes a function that only
// prefetches for one without effect, and leaves calls of it out.
static inline __attribute__((always_inline)) void
user_sketches_prefetch(const struct user_sketches *sketches, uint32_t set, uint64_t hash,
                       uint32_t grades)
{
	const struct user_set *head = &sketches->sets[set];
	const uint8_t *block = user_set_block(sketches, head);
	uint32_t index = sketch_register(hash), word_bits;

	if (head->form == USER_SET_EMPTY)
		return;
	if (head->form == USER_SET_DENSE) {
		block += index * SKETCH_REGISTER_BITS / 8;
		if (grades & 1u << GRADE_SENT)
			__builtin_prefetch(block, 1);
		if (grades & 1u << GRADE_CONFIRMED)
			__builtin_prefetch(block + sizeof(struct sketch), 1);
		return;
	}
	word_bits = user_set_word_bits((enum user_set_form)head->form);
	__builtin_prefetch(block + user_set_place(index, word_bits) * sizeof(uint32_t), 1);
}
