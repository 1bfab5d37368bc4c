// Users of one family in one window as they are published: whole numbers, by carrier, region and
// access, with what is small hidden so that nothing gives it away.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "privacy_table.h"
#include "users.h"

struct user_value {
	enum privacy_mark mark; // the figures are meant to be seen only if PRIVACY_SHOWN
	uint64_t users; // of grade confirmed
	uint64_t sent; // of grade sent
	// Of users. Of a sum with hidden parts an upper bound, made of what is shown: else the
	// errors of the parts could be solved for their sizes.
	double standard_error;
};

struct user_place {
	char name[MAX_GROUP_NAME_BYTES];
	struct user_value value;
};

struct user_row {
	uint32_t places[N_PRIVACY_DIMENSIONS]; // numbers in the lists below
	struct user_value value;
};

struct user_table {
	struct user_value total;
	size_t n_places[N_PRIVACY_DIMENSIONS];
	struct user_place *places[N_PRIVACY_DIMENSIONS]; // by name; accesses in their own order
	size_t n_rows;
	struct user_row *rows;
};

// The window's table; cells under the threshold are hidden (privacy.h). The figures of rows add up
// to those of places and of the total exactly. 0; -ENOMEM. Release after success.
int user_table_init(struct user_table *table, const struct user_window *window, enum family family,
                    uint64_t threshold);
void user_table_fini(struct user_table *table);

// The place of that name, or NULL.
const struct user_place *user_table_place(const struct user_table *table,
                                          enum privacy_dimension dimension, const char *name);
