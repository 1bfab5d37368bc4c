// How sketches travel. Encodings, by their first byte:
//
//   1 sparse   one number for each register that is not 0, in order of registers:
//              (registers skipped since the one before) << 6 | rank,
//              7 bits a byte, least significant first, high bit set on all but the last byte.
//              Skipping one register or none takes one byte, up to 256 two, more three.
//   2 dense    the 12,288 bytes of all registers
//   3 coded    see sketch_code.c
#include <errno.h>
#include <string.h>

#include "sketch.h"
#include "sketch_code.h"

enum {
	RANK_MASK = (1 << SKETCH_REGISTER_BITS) - 1,
	// A register's number in the sparse encoding has at most 14 + 6 bits.
	MAX_PAIR_BYTES = 3,
	// Registers that stand in whole bytes.
	GROUP_REGISTERS = 4,
	GROUP_BYTES = 3,
};

static void list_make(const struct sketch *sketch, struct sketch_list *ret_list)
{
	uint32_t expected = 0; // register that would follow the last one without a gap
	uint32_t n = 0;

	for (uint32_t group = 0; group < SKETCH_REGISTERS / GROUP_REGISTERS; group++) {
		const uint8_t *bytes = sketch->registers + (size_t)group * GROUP_BYTES;

		if ((bytes[0] | bytes[1] | bytes[2]) == 0)
			continue;
		for (uint32_t i = group * GROUP_REGISTERS; i < (group + 1) * GROUP_REGISTERS; i++) {
			uint32_t rank = sketch_get(sketch, i);

			if (rank == 0)
				continue;
			ret_list->gaps[n] = (uint16_t)(i - expected);
			ret_list->ranks[n++] = (uint8_t)rank;
			expected = i + 1;
		}
	}
	ret_list->n = n;
}

static uint32_t list_pair(const struct sketch_list *list, uint32_t i)
{
	return (uint32_t)list->gaps[i] << SKETCH_REGISTER_BITS | list->ranks[i];
}

static size_t sparse_bytes(const struct sketch_list *list)
{
	size_t n_bytes = 1;

	for (uint32_t i = 0; i < list->n; i++) {
		uint32_t pair = list_pair(list, i);

		n_bytes += pair < 1 << 7 ? 1 : pair < 1 << 14 ? 2 : 3;
	}
	return n_bytes;
}

static void sparse_write(const struct sketch_list *list, uint8_t *ret_bytes)
{
	size_t n_bytes = 0;

	ret_bytes[n_bytes++] = ENCODING_SPARSE;
	for (uint32_t i = 0; i < list->n; i++) {
		uint32_t pair = list_pair(list, i);

		for (; pair >= 0x80; pair >>= 7)
			ret_bytes[n_bytes++] = (uint8_t)(pair | 0x80);
		ret_bytes[n_bytes++] = (uint8_t)pair;
	}
}

size_t sketch_encode(const struct sketch *sketch, uint8_t *ret_bytes)
{
	struct sketch_list list;
	struct sketch_code code = {.n_bytes = SIZE_MAX};
	size_t n_bytes;

	list_make(sketch, &list);
	n_bytes = sparse_bytes(&list);
	if (list.n > 0)
		sketch_code_choose(&code, &list);
	if (n_bytes <= code.n_bytes && n_bytes < SKETCH_MAX_ENCODED_BYTES) {
		sparse_write(&list, ret_bytes);
		return n_bytes;
	}
	if (code.n_bytes < SKETCH_MAX_ENCODED_BYTES) {
		sketch_code_write(&code, &list, ret_bytes);
		return code.n_bytes;
	}
	ret_bytes[0] = ENCODING_DENSE;
	memcpy(ret_bytes + 1, sketch->registers, SKETCH_REGISTER_BYTES);
	return SKETCH_MAX_ENCODED_BYTES;
}

// Reads the pair at *at and moves behind it. A pair is written in one way only: its last byte is
// never an empty one.
static int pair_read(const uint8_t *bytes, size_t n_bytes, size_t *at, uint32_t *ret_pair)
{
	uint32_t pair = 0;

	for (uint32_t i = 0; i < MAX_PAIR_BYTES && *at < n_bytes; i++) {
		uint8_t byte = bytes[(*at)++];

		pair |= (uint32_t)(byte & 0x7f) << (7 * i);
		if (byte >= 0x80)
			continue;
		if (byte == 0)
			return -EBADMSG;
		*ret_pair = pair;
		return 0;
	}
	return -EBADMSG;
}

static int sparse_read(const uint8_t *bytes, size_t n_bytes, struct sketch *sketch)
{
	uint32_t expected = 0;

	for (size_t at = 1; at < n_bytes;) {
		uint32_t pair, index, rank;
		int r = pair_read(bytes, n_bytes, &at, &pair);

		if (r < 0)
			return r;
		index = expected + (pair >> SKETCH_REGISTER_BITS);
		rank = pair & RANK_MASK;
		if (index >= SKETCH_REGISTERS || rank == 0 || rank > SKETCH_MAX_RANK)
			return -EBADMSG;
		sketch_set(sketch, index, rank);
		expected = index + 1;
	}
	return 0;
}

static int dense_read(const uint8_t *bytes, size_t n_bytes, struct sketch *sketch)
{
	if (n_bytes != SKETCH_MAX_ENCODED_BYTES)
		return -EBADMSG;
	memcpy(sketch->registers, bytes + 1, SKETCH_REGISTER_BYTES);
	return sketch_check(sketch);
}

static int encoding_read(const uint8_t *bytes, size_t n_bytes, struct sketch *sketch)
{
	if (n_bytes == 0 || n_bytes > SKETCH_MAX_ENCODED_BYTES)
		return -EBADMSG;
	switch (bytes[0]) {
	case ENCODING_SPARSE:
		return sparse_read(bytes, n_bytes, sketch);
	case ENCODING_DENSE:
		return dense_read(bytes, n_bytes, sketch);
	case ENCODING_CODED:
		return sketch_code_read(bytes, n_bytes, sketch);
	default:
		return -EBADMSG;
	}
}

int sketch_decode(const uint8_t *bytes, size_t n_bytes, struct sketch *ret_sketch)
{
	struct sketch sketch = {0};
	int r = encoding_read(bytes, n_bytes, &sketch);

	if (r == 0)
		*ret_sketch = sketch;
	return r;
}
