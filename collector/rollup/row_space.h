// What follows from a set of linear equations: whether a sum of unknowns is a combination of sums
// that are known. Coefficients are counted modulo a large prime, so nothing is rounded.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Equations over n_columns unknowns, kept reduced: each row has a 1 in a column of its own, where
// all other rows have 0. Their constants do not matter here.
struct row_space {
	size_t n_columns, max_rows, n_rows;
	uint32_t *rows; // max_rows times n_columns
	size_t *pivots; // the column of its own, by row
	uint32_t *spare; // a row to work in
	uint64_t work; // coefficients computed so far
};

// 0; -ENOMEM. To be released with row_space_fini() whatever comes back.
int row_space_init(struct row_space *space, size_t max_rows, size_t n_columns);
void row_space_fini(struct row_space *space);

// Adds the equation that the sum of these unknowns, each named once, is known; at most max_rows.
void row_space_add(struct row_space *space, const uint32_t *columns, size_t n_columns);

// Whether the sum of these unknowns follows from the equations. The sum of none does.
bool row_space_has(struct row_space *space, const uint32_t *columns, size_t n_columns);
