// Gauss-Jordan elimination modulo 2^31 - 1. A sum follows from the equations over the rational
// numbers if and only if it does modulo a prime that divides none of the determinants involved.
// Those of matrices of zeros and ones that come from tables are small numbers, so a prime of this
// size is as good as exact, and two residues multiply within 64 bits.
#include "row_space.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PRIME UINT32_C(0x7fffffff)

static uint32_t multiply(uint32_t a, uint32_t b)
{
	uint64_t product = (uint64_t)a * b;
	uint32_t folded = (uint32_t)(product & PRIME) + (uint32_t)(product >> 31);

	return folded >= PRIME ? folded - PRIME : folded;
}

// By Fermat: the power PRIME - 2.
static uint32_t inverse(uint32_t value)
{
	uint32_t result = 1;

	for (uint32_t exponent = PRIME - 2; exponent; exponent >>= 1) {
		if (exponent & 1)
			result = multiply(result, value);
		value = multiply(value, value);
	}
	return result;
}

int row_space_init(struct row_space *space, size_t max_rows, size_t n_columns)
{
	*space = (struct row_space){.n_columns = n_columns, .max_rows = max_rows};
	space->rows = calloc(max_rows * n_columns + 1, sizeof(*space->rows));
	space->pivots = calloc(max_rows + 1, sizeof(*space->pivots));
	space->spare = calloc(n_columns + 1, sizeof(*space->spare));
	return space->rows && space->pivots && space->spare ? 0 : -ENOMEM;
}

void row_space_fini(struct row_space *space)
{
	free(space->rows);
	free(space->pivots);
	free(space->spare);
	*space = (struct row_space){0};
}

static uint32_t *row_at(const struct row_space *space, size_t number)
{
	return space->rows + number * space->n_columns;
}

// row = row - factor * other
static void subtract(struct row_space *space, uint32_t *row, const uint32_t *other, uint32_t factor)
{
	uint32_t negative = PRIME - factor;

	space->work += space->n_columns;
	for (size_t i = 0; i < space->n_columns; i++) {
		uint32_t sum = row[i] + multiply(other[i], negative);

		row[i] = sum >= PRIME ? sum - PRIME : sum;
	}
}

// The sum in the spare row, less what the equations say about it.
static uint32_t *reduce(struct row_space *space, const uint32_t *columns, size_t n_columns)
{
	uint32_t *row = space->spare;

	space->work += space->n_columns + space->n_rows;
	memset(row, 0, space->n_columns * sizeof(*row));
	for (size_t i = 0; i < n_columns; i++)
		row[columns[i]] = 1;
	for (size_t i = 0; i < space->n_rows; i++)
		if (row[space->pivots[i]])
			subtract(space, row, row_at(space, i), row[space->pivots[i]]);
	return row;
}

static size_t first_nonzero(const uint32_t *row, size_t n)
{
	size_t i = 0;

	while (i < n && row[i] == 0)
		i++;
	return i;
}

void row_space_add(struct row_space *space, const uint32_t *columns, size_t n_columns)
{
	uint32_t *row = reduce(space, columns, n_columns);
	size_t pivot = first_nonzero(row, space->n_columns);
	uint32_t scale;

	if (pivot == space->n_columns)
		return;
	assert(space->n_rows < space->max_rows);
	scale = inverse(row[pivot]);
	for (size_t i = 0; i < space->n_columns; i++)
		row[i] = multiply(row[i], scale);
	for (size_t i = 0; i < space->n_rows; i++) {
		uint32_t *other = row_at(space, i);

		if (other[pivot])
			subtract(space, other, row, other[pivot]);
	}
	memcpy(row_at(space, space->n_rows), row, space->n_columns * sizeof(*row));
	space->pivots[space->n_rows++] = pivot;
}

bool row_space_has(struct row_space *space, const uint32_t *columns, size_t n_columns)
{
	const uint32_t *row = reduce(space, columns, n_columns);

	return first_nonzero(row, space->n_columns) == space->n_columns;
}
