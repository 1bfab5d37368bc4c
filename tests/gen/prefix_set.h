// Made-up plans of any size, of the shape operators' address plans have: a few operators hold large
// blocks, which are cut unevenly into prefixes that nest.
#pragma once

#include <stdint.h>

#include "probe/meter/prefix_table.h"
#include "random.h"

// Fills rows with n different prefixes of the family, in random order; the value of each is its
// index and 1. Of IPv4 there is room for a few millions.
void prefix_set_make(struct prefix_row *rows, uint32_t n_rows, enum family family, uint64_t seed);

// A random address within a row, whose own bits behind its prefix do not matter.
void prefix_set_address(struct random *random, const struct prefix_row *row, uint8_t *ret_address);
