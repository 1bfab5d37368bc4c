// What a replay prints: one tally as a table for people or as the JSON of the contract.
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "probe/meter/distinct.h"
#include "probe/meter/tally.h"

#include "summary_users.h"

struct summary {
	uint32_t n_files;
	const struct tally *tally; // the file is link 0
	const struct distinct_sources *sources;
	struct summary_user *users; // NULL when there was no plan
	uint32_t n_users;
};

// 0, or -ENOMEM, or -EIO when out cannot be written.
int summary_print_json(const struct summary *summary, FILE *out);
int summary_print_table(const struct summary *summary, FILE *out);
