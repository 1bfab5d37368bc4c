// Builds the lines of a prefix table.
#pragma once

#include "prefix_table.h"

size_t prefix_build_scratch_bytes(uint32_t n_rows);

// Fills roots and lines, which the table says where to put, from sound rows in order.
void prefix_table_build(struct prefix_table *table, void *scratch, const struct prefix_row *rows,
                        uint32_t n_rows, const uint32_t *order);
