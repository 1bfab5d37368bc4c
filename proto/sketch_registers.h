// The registers of a HyperLogLog sketch and the one operation the packet path does on them.
// Portable: compiles natively and for BPF (no bit-scan builtins: clang 14's BPF back end crashes
// on them).
#pragma once

#include <stdint.h>

enum {
	SKETCH_PRECISION = 14,
	SKETCH_REGISTERS = 1 << SKETCH_PRECISION,
	SKETCH_REGISTER_BITS = 6,
	SKETCH_REGISTER_BYTES = SKETCH_REGISTERS * SKETCH_REGISTER_BITS / 8,
	SKETCH_MAX_RANK = 64 - SKETCH_PRECISION + 1,
};

// Register i occupies bits [6 i, 6 i + 6) of the array, least significant bit of each byte first:
//
//   byte 0      byte 1      byte 2
//   11000000    22221111    33333322    (digit = register the bit belongs to, high bit left)
struct sketch {
	uint8_t registers[SKETCH_REGISTER_BYTES];
};

// Register of a hash: its low 14 bits.
static inline uint32_t sketch_register(uint64_t hash)
{
	return hash & (SKETCH_REGISTERS - 1);
}

// Rank of a hash: trailing zeros of the bits above the register's, plus 1; at most 51. Found by
// halving.
static inline uint32_t sketch_rank(uint64_t hash)
{
	uint64_t rest = hash >> SKETCH_PRECISION | 1ull << (64 - SKETCH_PRECISION);
	uint32_t rank = 1;

	for (uint32_t half = 32; half > 0; half /= 2) {
		if ((rest & ((1ull << half) - 1)) == 0) {
			rest >>= half;
			rank += half;
		}
	}
	return rank;
}

static inline uint32_t sketch_get(const struct sketch *sketch, uint32_t index)
{
	uint32_t bit = index * SKETCH_REGISTER_BITS;
	uint32_t byte = bit / 8;
	uint32_t shift = bit % 8;
	uint32_t word = sketch->registers[byte];

	if (shift > 2)
		word |= (uint32_t)sketch->registers[byte + 1] << 8;
	return word >> shift & 0x3f;
}

static inline void sketch_set(struct sketch *sketch, uint32_t index, uint32_t rank)
{
	uint32_t bit = index * SKETCH_REGISTER_BITS;
	uint32_t byte = bit / 8;
	uint32_t shift = bit % 8;
	uint32_t mask = 0x3fu << shift;
	uint32_t word = rank << shift;

	sketch->registers[byte] = (uint8_t)((sketch->registers[byte] & ~mask) | word);
	if (shift > 2)
		sketch->registers[byte + 1] =
			(uint8_t)((sketch->registers[byte + 1] & ~(mask >> 8)) | word >> 8);
}

// Adds one hash, whose 64 bits must be uniform.
static inline void sketch_add(struct sketch *sketch, uint64_t hash)
{
	uint32_t index = sketch_register(hash);
	uint32_t rank = sketch_rank(hash);

	if (rank > sketch_get(sketch, index))
		sketch_set(sketch, index, rank);
}
