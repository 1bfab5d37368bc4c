// The entropy-coded form of a sketch, and the list of its registers that encodings are made from.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "prefix_code.h"
#include "sketch_registers.h"

enum {
	// First byte of an encoding.
	ENCODING_SPARSE = 1,
	ENCODING_DENSE = 2,
	ENCODING_CODED = 3,
};

// The registers of a sketch that are not 0.
struct sketch_list {
	uint32_t n;
	uint16_t gaps[SKETCH_REGISTERS]; // registers skipped since the one before
	uint8_t ranks[SKETCH_REGISTERS];
};

// How a list is best coded.
struct sketch_code {
	uint32_t gap_bits; // or GAPS_NONE
	uint32_t has_table;
	uint8_t lengths[PREFIX_MAX_SYMBOLS]; // of the code of each rank, where there is a table
	size_t n_bytes;
};

// The best code for a list that is not empty.
void sketch_code_choose(struct sketch_code *code, const struct sketch_list *list);

// Writes code->n_bytes bytes.
void sketch_code_write(const struct sketch_code *code, const struct sketch_list *list,
                       uint8_t *ret_bytes);

// Sets registers of an empty sketch. 0, or -EBADMSG when the bytes are no such form.
int sketch_code_read(const uint8_t *bytes, size_t n_bytes, struct sketch *sketch);
