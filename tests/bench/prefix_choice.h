// Which addresses are looked up.
#pragma once

#include "tests/gen/prefix_set.h"

enum choice {
	CHOICE_ANY, // every row as likely, an address within it
	CHOICE_ZIPF, // the same, rows by Zipf's law
	CHOICE_NONE, // the first 16 bits of a row, no row covers it
	CHOICE_COLD, // as any, when the caches hold other memory
	N_CHOICES
};

// The function answers for the table of the rows.
void choose_address(struct random *random, enum choice choice, const struct prefix_row *rows,
                    uint32_t n_rows, uint32_t (*find)(const uint8_t *), uint8_t *ret_address);
