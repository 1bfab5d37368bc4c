// Rows of a prefix table checked and put in order.
#pragma once

#include "prefix_table.h"

// The 128 bits of an address as a number.
struct prefix_address {
	uint64_t high, low;
};

static inline struct prefix_address prefix_row_address(const struct prefix_row *row)
{
	return (struct prefix_address){prefix_word(row->address), prefix_word(row->address + 8)};
}

// The first row that cannot be taken by itself; the place is left alone where there is none.
enum prefix_fault prefix_rows_check(const struct prefix_row *rows, uint32_t n_rows,
                                    struct prefix_fault_place *ret_place);

size_t prefix_order_scratch_bytes(uint32_t n_rows);

// The rows' indexes in scratch memory, by family, address, length and index: every row stands
// behind those that cover it.
const uint32_t *prefix_rows_order(const struct prefix_row *rows, uint32_t n_rows, void *scratch);

// The first row that repeats an earlier one.
enum prefix_fault prefix_rows_check_repeated(const struct prefix_row *rows, uint32_t n_rows,
                                             const uint32_t *order,
                                             struct prefix_fault_place *ret_place);
