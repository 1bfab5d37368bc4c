#include "prefix_choice.h"

#include <math.h>

// By inversion of the continuous law, of exponent 1.1: exact enough for a work load. Rows are in
// random order, so the frequent ones are anywhere.
static uint32_t choose_zipf(struct random *random, uint32_t n_rows)
{
	const double s = 1.1;
	double x = pow(1 - random_unit(random) * (1 - pow(n_rows, 1 - s)), 1 / (1 - s));

	return x >= n_rows ? n_rows - 1 : (uint32_t)x - 1;
}

// Where nearly all near a row is covered too, one tries again elsewhere.
static void choose_none(struct random *random, const struct prefix_row *rows, uint32_t n_rows,
                        uint32_t (*find)(const uint8_t *), uint8_t *ret_address)
{
	do {
		struct prefix_row near = rows[random_below(random, n_rows)];

		near.length = near.length < 16 ? near.length : 16;
		prefix_set_address(random, &near, ret_address);
	} while (find(ret_address) != PREFIX_NONE);
}

void choose_address(struct random *random, enum choice choice, const struct prefix_row *rows,
                    uint32_t n_rows, uint32_t (*find)(const uint8_t *), uint8_t *ret_address)
{
	uint32_t row;

	if (choice == CHOICE_NONE) {
		choose_none(random, rows, n_rows, find, ret_address);
		return;
	}
	row = choice == CHOICE_ZIPF ? choose_zipf(random, n_rows) : random_below(random, n_rows);
	prefix_set_address(random, &rows[row], ret_address);
}
