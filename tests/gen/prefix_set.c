#include "prefix_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	N_BLOCKS = 48,
	IPV6_BLOCK_BITS = 20,
	IPV4_BLOCK_BITS = 12,
};

// How many of a thousand rows have a length.
struct share {
	uint8_t length;
	uint16_t per_mille;
};

// Up to /48 nearly as the Chinese operators' announced prefixes are, with more /48, and some rows
// for sites and single networks.
static const struct share ipv6_shares[] = {
	{24, 1},  {28, 4},  {29, 5},  {30, 12},  {31, 25}, {32, 60}, {33, 15}, {34, 18}, {35, 18},
	{36, 22}, {37, 26}, {38, 34}, {39, 36},  {40, 84}, {41, 50}, {42, 60}, {43, 56}, {44, 124},
	{45, 40}, {46, 42}, {47, 48}, {48, 130}, {56, 55}, {64, 33}, {128, 2},
};

// Mostly /24, like a table of routes, and some single addresses.
static const struct share ipv4_shares[] = {
	{12, 1},  {14, 2},  {15, 3},   {16, 12},  {17, 10},  {18, 16}, {19, 28},
	{20, 50}, {21, 60}, {22, 120}, {23, 110}, {24, 548}, {32, 40},
};

// Rows made so far, by open addressing.
struct made {
	const struct prefix_row *rows;
	uint32_t *slots; // index + 1
	uint32_t mask;
};

static uint8_t draw_length(struct random *random, enum family family)
{
	const struct share *share = family == FAMILY_IPV4 ? ipv4_shares : ipv6_shares;
	uint32_t drawn = random_below(random, 1000);

	for (; drawn >= share->per_mille; share++)
		drawn -= share->per_mille;
	return share->length;
}

// Low numbers are far more frequent: the square of a uniform number below 1.
static uint32_t draw_uneven(struct random *random, uint32_t bound)
{
	double unit = random_unit(random);

	return (uint32_t)(unit * unit * bound);
}

static void put_bits(uint8_t *address, uint32_t first, uint32_t n_bits, uint64_t bits)
{
	for (uint32_t i = 0; i < n_bits; i++)
		if (bits >> (n_bits - 1 - i) & 1)
			address[(first + i) / 8] |= (uint8_t)(0x80 >> (first + i) % 8);
}

// A block of an operator, unevenly chosen, and unevenly chosen parts of it.
static void draw_address(struct random *random, enum family family, uint64_t seed,
                         uint8_t *ret_address)
{
	uint64_t block = random_mix(seed + draw_uneven(random, N_BLOCKS));

	memset(ret_address, 0, 16);
	if (family == FAMILY_IPV4) {
		put_bits(ret_address, 0, IPV4_BLOCK_BITS, 16 + random_below(random, 0xe00 - 16));
		put_bits(ret_address, 12, 8, draw_uneven(random, 1 << 8));
		put_bits(ret_address, 20, 12, random_below(random, 1 << 12));
		return;
	}
	// Of 2400::/12, or of 2a00::/12 one time out of four.
	put_bits(ret_address, 0, 12, block % 4 == 0 ? 0x2a0 : 0x240);
	put_bits(ret_address, 12, IPV6_BLOCK_BITS - 12, block >> 8);
	put_bits(ret_address, 20, 12, draw_uneven(random, 1 << 12));
	put_bits(ret_address, 32, 8, draw_uneven(random, 1 << 8));
	put_bits(ret_address, 40, 24, random_below(random, 1 << 24));
	put_bits(ret_address, 64, 64, random_bits(random));
}

static void cut(struct prefix_row *row)
{
	for (uint32_t bit = row->length; bit < 128; bit++)
		row->address[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

// True when the row at that index is new, which is noted.
static bool is_new(struct made *made, uint32_t index)
{
	const struct prefix_row *row = &made->rows[index];
	uint64_t words[2];
	uint32_t slot;

	memcpy(words, row->address, sizeof(words));
	slot = (uint32_t)random_mix(words[0] ^ random_mix(words[1] ^ row->length)) & made->mask;
	for (; made->slots[slot] != 0; slot = (slot + 1) & made->mask) {
		const struct prefix_row *other = &made->rows[made->slots[slot] - 1];

		if (other->length == row->length && memcmp(other->address, row->address, 16) == 0)
			return false;
	}
	made->slots[slot] = index + 1;
	return true;
}

void prefix_set_make(struct prefix_row *rows, uint32_t n_rows, enum family family, uint64_t seed)
{
	struct made made = {.rows = rows, .mask = 1};
	struct random random = {seed};

	while (made.mask < 2 * n_rows)
		made.mask = 2 * made.mask + 1;
	made.slots = calloc((size_t)made.mask + 1, sizeof(*made.slots));
	if (!made.slots) {
		perror("prefixes");
		exit(1);
	}
	for (uint32_t i = 0; i < n_rows;) {
		rows[i] = (struct prefix_row){.family = (uint8_t)family, .value = i + 1};
		rows[i].length = draw_length(&random, family);
		draw_address(&random, family, seed, rows[i].address);
		cut(&rows[i]);
		i += is_new(&made, i);
	}
	free(made.slots);
}

void prefix_set_address(struct random *random, const struct prefix_row *row, uint8_t *ret_address)
{
	struct prefix_row prefix = *row, other = {.length = row->length};
	uint32_t n_bytes = row->family == FAMILY_IPV4 ? 4 : 16;
	uint64_t words[2];

	words[0] = random_bits(random);
	words[1] = random_bits(random);
	memcpy(other.address, words, n_bytes);
	cut(&prefix);
	memset(ret_address, 0, 16);
	for (uint32_t i = 0; i < n_bytes; i++)
		ret_address[i] = other.address[i];
	cut(&other);
	for (uint32_t i = 0; i < n_bytes; i++)
		ret_address[i] = (uint8_t)(ret_address[i] ^ other.address[i] ^ prefix.address[i]);
}
