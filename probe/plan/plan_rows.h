// All rows of a plan: read, sorted, and held against each other.
#pragma once

#include "probe/meter/user_plan.h"

#include "complaint.h"
#include "group_list.h"

enum {
	PLAN_MAX_TRANSITION_ROWS = 64, // of each kind
	PLAN_NESTED_BYTES = 512,
};

struct plan_rows {
	struct prefix_row *rows; // with users; the value is the number of the group + 1
	uint32_t *lines; // of each of them
	uint32_t n_rows, max_rows;
	struct group_list *list; // until the rows are sorted
	struct report_group *groups; // sorted
	uint32_t n_groups;
	struct transition_prefix transitions[MAX_TRANSITION_PREFIXES];
	uint32_t transition_lines[MAX_TRANSITION_PREFIXES];
	uint32_t n_transitions;
};

// Rows that lie within one of another carrier.
struct plan_nested {
	uint32_t n_rows;
	char first[PLAN_NESTED_BYTES]; // the first of the file, as a sentence; empty where there
	                               // is none
};

// Reads a text, which is changed and not needed any more afterwards; there is room behind it for a
// byte. Rows and groups are in the order of the file. 0 or -errno with a complaint; released by
// plan_rows_fini() whatever comes back.
int plan_rows_read(const struct complaint *complaint, char *text, size_t n_bytes,
                   struct plan_rows *ret_rows);
void plan_rows_fini(struct plan_rows *rows);

// Sorts rows and groups, so that the same plan is the same whatever the order of its file: groups
// as report_group_compare() does, rows by family, address and length, each behind those that cover
// it. 0 or -ENOMEM with a complaint.
int plan_rows_sort(const struct complaint *complaint, struct plan_rows *rows);

// Whether sorted rows go together: each prefix stands once, and none cuts a subscriber of another
// row in two. 0 or -EINVAL with a complaint.
int plan_rows_check(const struct complaint *complaint, const struct plan_rows *rows,
                    struct plan_nested *ret_nested);
