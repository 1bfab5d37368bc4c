#include "user_sketches.h"

#include <string.h>

enum {
	RANK_MASK = (1 << SKETCH_REGISTER_BITS) - 1,
	GRADE_BITS = SKETCH_REGISTER_BITS, // of a word; sent the lowest, confirmed above
	REGISTER_SHIFT = 18,
	// Of this many words of a table one is left free.
	FREE_OF_WORDS = 8,
};

_Static_assert(GRADE_SENT == 0 && GRADE_CONFIRMED == 1 && N_GRADES == 2, "as words are laid out");
_Static_assert(2 * sizeof(struct sketch) % USER_BLOCK_UNIT == 0, "dense blocks are whole units");
_Static_assert(sizeof(struct user_set) == 8, "eight sets on a line");

static uint32_t block_units(enum user_set_form form)
{
	size_t n_bytes = form == USER_SET_DENSE ? N_GRADES * sizeof(struct sketch)
	                                        : sizeof(uint32_t) << user_set_word_bits(form);

	return (uint32_t)(n_bytes / USER_BLOCK_UNIT);
}

size_t user_sketches_block_bytes(uint32_t n_sets)
{
	uint32_t n_units = 0;

	for (int form = USER_SET_32_WORDS; form < N_USER_SET_FORMS; form++)
		n_units += block_units((enum user_set_form)form);
	return (size_t)n_sets * n_units * USER_BLOCK_UNIT;
}

static void forget_blocks(struct user_sketches *sketches)
{
	sketches->n_units = 0;
	for (int form = 0; form < N_USER_SET_FORMS; form++)
		sketches->free_blocks[form] = USER_NO_BLOCK;
	memset(sketches->n_registers, 0, sizeof(sketches->n_registers));
}

void user_sketches_init(struct user_sketches *sketches, struct user_set *sets, void *blocks)
{
	*sketches = (struct user_sketches){.sets = sets, .blocks = blocks};
	forget_blocks(sketches);
}

void user_sketches_reset(struct user_sketches *sketches, uint32_t n_sets)
{
	memset(sketches->sets, 0, n_sets * sizeof(*sketches->sets));
	forget_blocks(sketches);
}

// Gives the set a zeroed block of that form.
static void take_block(struct user_sketches *sketches, struct user_set *set,
                       enum user_set_form form)
{
	uint32_t *free_block = &sketches->free_blocks[form];
	uint32_t n_units = block_units(form);

	set->form = (uint8_t)form;
	set->block = *free_block;
	if (*free_block != USER_NO_BLOCK) {
		memcpy(free_block, user_set_block(sketches, set), sizeof(*free_block));
	} else {
		set->block = sketches->n_units;
		sketches->n_units += n_units;
	}
	memset(user_set_block(sketches, set), 0, (size_t)n_units * USER_BLOCK_UNIT);
}

static void give_block_back(struct user_sketches *sketches, const struct user_set *set)
{
	uint32_t *free_block = &sketches->free_blocks[set->form];

	memcpy(user_set_block(sketches, set), free_block, sizeof(*free_block));
	*free_block = set->block;
}

static uint32_t rank_of(uint64_t hash)
{
	return 1 + (uint32_t)__builtin_ctzll(hash >> SKETCH_PRECISION |
	                                     UINT64_C(1) << (64 - SKETCH_PRECISION));
}

// The word of a register in a table, or the free one where it would go.
static uint32_t *find_word(uint32_t *words, enum user_set_form form, uint32_t index)
{
	uint32_t word_bits = user_set_word_bits(form), mask = (1u << word_bits) - 1;
	uint32_t at = user_set_place(index, word_bits);

	while (words[at] != 0 && words[at] >> REGISTER_SHIFT != index)
		at = (at + 1) & mask;
	return &words[at];
}

static uint32_t word_rank(uint32_t word, enum grade grade)
{
	return word >> (uint32_t)grade * GRADE_BITS & RANK_MASK;
}

static struct sketch *dense_sketch(const struct user_sketches *sketches, const struct user_set *set,
                                   enum grade grade)
{
	return (struct sketch *)user_set_block(sketches, set) + grade;
}

// Puts the words of a table into what the set has become.
static void move_words(const struct user_sketches *sketches, const struct user_set *to,
                       const uint32_t *words, uint32_t n_words)
{
	uint32_t *table = (uint32_t *)user_set_block(sketches, to);

	for (uint32_t i = 0; i < n_words; i++) {
		uint32_t word = words[i], index = word >> REGISTER_SHIFT;

		if (word == 0)
			continue;
		if (to->form != USER_SET_DENSE) {
			*find_word(table, (enum user_set_form)to->form, index) = word;
			continue;
		}
		for (int grade = 0; grade < N_GRADES; grade++)
			sketch_set(dense_sketch(sketches, to, (enum grade)grade), index,
			           word_rank(word, (enum grade)grade));
	}
}

static void grow(struct user_sketches *sketches, struct user_set *set)
{
	struct user_set before = *set;

	take_block(sketches, set, (enum user_set_form)(before.form + 1));
	if (before.form == USER_SET_EMPTY)
		return;
	move_words(sketches, set, (const uint32_t *)user_set_block(sketches, &before),
	           1u << user_set_word_bits((enum user_set_form)before.form));
	give_block_back(sketches, &before);
}

static bool is_full(const struct user_set *set)
{
	uint32_t n_words = 1u << user_set_word_bits((enum user_set_form)set->form);

	return set->n_words == n_words - n_words / FREE_OF_WORDS;
}

static void add_dense(struct user_sketches *sketches, const struct user_set *set, uint32_t index,
                      uint32_t rank, uint32_t grades)
{
	for (int grade = 0; grade < N_GRADES; grade++) {
		struct sketch *sketch = dense_sketch(sketches, set, (enum grade)grade);
		uint32_t before;

		// A line that was not asked for is not read.
		if (!(grades >> grade & 1))
			continue;
		before = sketch_get(sketch, index);
		if (rank <= before)
			continue;
		sketch_set(sketch, index, rank);
		sketches->n_registers[grade] += before == 0;
	}
}

// The ranks of a word, those of these grades raised.
static uint32_t raise_ranks(struct user_sketches *sketches, uint32_t ranks, uint32_t rank,
                            uint32_t grades)
{
	for (int grade = 0; grade < N_GRADES; grade++) {
		uint32_t before = word_rank(ranks, (enum grade)grade);

		if (!(grades >> grade & 1) || rank <= before)
			continue;
		ranks += (rank - before) << (uint32_t)grade * GRADE_BITS;
		sketches->n_registers[grade] += before == 0;
	}
	return ranks;
}

// False where the table, if there is one, has no room for one more register.
static bool add_word(struct user_sketches *sketches, struct user_set *set, uint32_t index,
                     uint32_t rank, uint32_t grades)
{
	uint32_t *word, ranks;

	if (set->form == USER_SET_EMPTY)
		return false;
	word = find_word((uint32_t *)user_set_block(sketches, set), (enum user_set_form)set->form,
	                 index);
	if (*word == 0) {
		if (is_full(set))
			return false;
		set->n_words++;
	}
	ranks = *word & ~(UINT32_MAX << REGISTER_SHIFT);
	*word = index << REGISTER_SHIFT | raise_ranks(sketches, ranks, rank, grades);
	return true;
}

void user_sketches_add(struct user_sketches *sketches, uint32_t number, uint64_t hash,
                       uint32_t grades)
{
	struct user_set *set = &sketches->sets[number];
	uint32_t index = sketch_register(hash), rank = rank_of(hash);

	while (set->form != USER_SET_DENSE) {
		if (add_word(sketches, set, index, rank, grades))
			return;
		grow(sketches, set);
	}
	add_dense(sketches, set, index, rank, grades);
}

static bool merge_rank(struct sketch *into, uint32_t index, uint32_t rank)
{
	if (rank > sketch_get(into, index))
		sketch_set(into, index, rank);
	return rank != 0;
}

bool user_sketches_merge(const struct user_sketches *sketches, uint32_t number, enum grade grade,
                         struct sketch *into)
{
	const struct user_set *set = &sketches->sets[number];
	const uint32_t *words = (const uint32_t *)user_set_block(sketches, set);
	bool any = false;

	if (set->form == USER_SET_EMPTY)
		return false;
	if (set->form == USER_SET_DENSE) {
		const struct sketch *sketch = dense_sketch(sketches, set, grade);

		for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
			any |= merge_rank(into, i, sketch_get(sketch, i));
		return any;
	}
	for (uint32_t i = 0; i < 1u << user_set_word_bits((enum user_set_form)set->form); i++)
		any |= merge_rank(into, words[i] >> REGISTER_SHIFT, word_rank(words[i], grade));
	return any;
}
