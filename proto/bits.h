// Strings of bits, the most significant of each byte first.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Appends to zeroed bytes, which must be long enough.
struct bit_writer {
	uint8_t *bytes;
	size_t n_bits;
};

// Appends the low n_bits bits of the value.
static inline void bits_write(struct bit_writer *writer, uint32_t value, uint32_t n_bits)
{
	for (; n_bits > 0; n_bits--, writer->n_bits++)
		writer->bytes[writer->n_bits / 8] |= (uint8_t)((value >> (n_bits - 1) & 1)
		                                               << (7 - writer->n_bits % 8));
}

// So many ones, and a zero.
static inline void bits_write_unary(struct bit_writer *writer, uint32_t n_ones)
{
	for (; n_ones > 0; n_ones--)
		bits_write(writer, 1, 1);
	bits_write(writer, 0, 1);
}

// Behind the last bit there are zeros, and the string is known to have ended.
struct bit_reader {
	const uint8_t *bytes;
	size_t n_bits, at;
	bool ended; // more was read than there is
};

static inline uint32_t bit_read(struct bit_reader *reader)
{
	size_t at = reader->at;

	if (at == reader->n_bits) {
		reader->ended = true;
		return 0;
	}
	reader->at++;
	return reader->bytes[at / 8] >> (7 - at % 8) & 1;
}

static inline uint32_t bits_read(struct bit_reader *reader, uint32_t n_bits)
{
	uint32_t value = 0;

	for (; n_bits > 0; n_bits--)
		value = value << 1 | bit_read(reader);
	return value;
}

static inline uint32_t bits_read_unary(struct bit_reader *reader)
{
	uint32_t n_ones = 0;

	while (bit_read(reader))
		n_ones++;
	return n_ones;
}
