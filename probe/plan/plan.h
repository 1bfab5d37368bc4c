// The operator's plan, plan.csv: whose addresses are whose, and how much of an address is a
// subscriber. docs/plan.md describes the file.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "probe/meter/user_plan.h"
#include "proto/base/config.h"
#include "proto/message.h"

enum {
	PLAN_MAX_WARNINGS = 4,
	PLAN_WARNING_BYTES = 640,
	// "carrier/region/access", terminating zero included.
	PLAN_NAME_BYTES = 2 * MAX_GROUP_NAME_BYTES + 16,
	PLAN_ID_TEXT_BYTES = 2 * PLAN_ID_BYTES + 1,
};

// Immutable once it is loaded, and so any thread's to read. It owns all it points to.
struct plan {
	struct user_plan users; // what the meter needs
	const struct report_group *groups; // users.n_groups of them, by number; sorted
	struct plan_id id; // the same whatever the order, spacing and quoting of the file
	uint32_t n_rows[N_FAMILIES]; // with users
	uint32_t n_transitions[N_TRANSITIONS]; // rows of TRANSITION_6RD and TRANSITION_NAT64
	uint32_t n_warnings;
	char warnings[PLAN_MAX_WARNINGS][PLAN_WARNING_BYTES]; // a sentence each
	size_t memory_bytes; // at most; what is not needed of the table is not touched
};

// Reads and checks the file. 0, or -errno with one line in why (CONFIG_WHY_BYTES) that names file,
// line, what is wrong and the mend. Takes less than a second for a million rows, and for that time
// about as much memory as the file and 70 bytes a row.
int plan_load(const char *path, struct plan **ret_plan, char *why);

// The same from memory; name stands for the file in messages. The text is changed, and there is
// room behind it for a byte.
int plan_read(const char *name, char *text, size_t n_bytes, struct plan **ret_plan, char *why);

void plan_free(struct plan *plan);

static inline const struct user_plan *plan_user_plan(const struct plan *plan)
{
	return &plan->users;
}

// "carrier/region/access": what people see as a group. Groups of one name have neighbouring numbers
// and differ in class, family or in what a subscriber is; their users add up.
void plan_group_name(const struct report_group *group, char ret_name[PLAN_NAME_BYTES]);

// The id in 32 hexadecimal digits.
void plan_id_text(const struct plan_id *id, char ret_text[PLAN_ID_TEXT_BYTES]);
