// Cuts the sketches of a window into what one report may carry at a time.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report_build.h"

struct report_cut {
	const struct report_users *users;
	uint32_t at; // row that comes next
	size_t data_at; // where its sketch begins
	// Of each group of the plan: where it stands in the report being made, once that is known.
	uint32_t *places;
};

// 0 or -ENOMEM; users stay borrowed.
int report_cut_init(struct report_cut *cut, const struct report_users *users);
void report_cut_fini(struct report_cut *cut);

bool report_cut_is_done(const struct report_cut *cut);

// Gives a report without users the next rows, as many as REPORT_BUDGET_BYTES leave beside n_bytes
// of others but one at least, with the groups that they use and all keys. 0 or -ENOMEM.
int report_cut_take(struct report_cut *cut, size_t n_bytes, struct report *report);
