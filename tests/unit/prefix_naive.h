// Longest prefix match as it is defined: every row is asked. What the table is held against.
#pragma once

#include <stdint.h>

#include "probe/meter/prefix_table.h"

static inline bool prefix_naive_covers(const struct prefix_row *row, enum family family,
                                       const uint8_t *address)
{
	if (row->family != family)
		return false;
	for (uint32_t bit = 0; bit < row->length; bit++)
		if ((row->address[bit / 8] ^ address[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

static inline uint32_t prefix_naive_find(const struct prefix_row *rows, uint32_t n_rows,
                                         enum family family, const uint8_t *address)
{
	const struct prefix_row *best = NULL;

	for (uint32_t i = 0; i < n_rows; i++)
		if (prefix_naive_covers(&rows[i], family, address) &&
		    (!best || rows[i].length > best->length))
			best = &rows[i];
	return best ? best->value : PREFIX_NONE;
}

// Clears what is behind a row's prefix.
static inline void prefix_row_cut(struct prefix_row *row)
{
	for (uint32_t bit = row->length; bit < 128; bit++)
		row->address[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

// The address above or below by one, around the ends of the family.
static inline void prefix_address_step(uint8_t *address, enum family family, bool up)
{
	for (int i = family == FAMILY_IPV4 ? 3 : 15; i >= 0; i--) {
		address[i] = (uint8_t)(address[i] + (up ? 1 : -1));
		if (address[i] != (up ? 0 : 0xff))
			return;
	}
}

// The last address of a row.
static inline void prefix_row_last(const struct prefix_row *row, uint8_t *ret_address)
{
	memcpy(ret_address, row->address, 16);
	for (uint32_t bit = row->length; bit < (row->family == FAMILY_IPV4 ? 32 : 128); bit++)
		ret_address[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}
