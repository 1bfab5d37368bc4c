// Canonical prefix codes: the lengths of all codes tell the codes. Shorter codes come first, of
// equal length those of smaller symbols; the first is all zeros, and each other one the code before
// it plus 1, with zeros behind it up to its length.
#pragma once

#include <stdint.h>

#include "bits.h"

enum {
	PREFIX_MAX_SYMBOLS = 64,
	PREFIX_MAX_BITS = 20, // of a code
	// Codes are not longer than PREFIX_MAX_BITS while symbols do not stand more often in all: a
	// code of 21 bits takes as many as the 23rd Fibonacci number, 28,657.
	PREFIX_MAX_COUNT = 28656,
};

// lengths[symbol] is 0 for a symbol without a code.
struct prefix_code {
	uint8_t lengths[PREFIX_MAX_SYMBOLS];
	uint32_t codes[PREFIX_MAX_SYMBOLS];
};

// Shortest lengths for symbols that stand so often each (D. Huffman, "A method for the construction
// of minimum-redundancy codes", 1952). One symbol alone takes one bit.
void prefix_lengths_make(const uint32_t counts[PREFIX_MAX_SYMBOLS],
                         uint8_t ret_lengths[PREFIX_MAX_SYMBOLS]);

// The codes of lengths made above.
void prefix_code_init(struct prefix_code *code, const uint8_t lengths[PREFIX_MAX_SYMBOLS]);

static inline void prefix_write(const struct prefix_code *code, uint32_t symbol,
                                struct bit_writer *writer)
{
	bits_write(writer, code->codes[symbol], code->lengths[symbol]);
}

struct prefix_reader {
	uint32_t n_of_length[PREFIX_MAX_BITS + 1];
	uint8_t symbols[PREFIX_MAX_SYMBOLS]; // in order of their codes
};

// 0, or -EBADMSG unless each string of bits begins with exactly one code, or one symbol alone has a
// code of one bit.
int prefix_reader_init(struct prefix_reader *prefix, const uint8_t lengths[PREFIX_MAX_SYMBOLS]);

// The next symbol; -EBADMSG where there is none.
int prefix_read(const struct prefix_reader *prefix, struct bit_reader *reader);
