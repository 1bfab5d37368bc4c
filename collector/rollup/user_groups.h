// The groups of a window's plans, and which of them are counted. A plan may come to say otherwise
// what a user is in some carrier, region, access, class and family: another length of the prefix,
// another block of ports. Then one subscriber is a user of two groups, and may only be counted in
// one of them: the newest plan that has groups there tells which.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/message.h"

struct user_group {
	struct report_group group;
	size_t plan; // place of the newest plan that has it, 0 being the newest of all
	bool is_counted;
};

struct user_groups {
	size_t n_groups, max_groups;
	struct user_group *groups; // sorted
};

void user_groups_fini(struct user_groups *groups);

// Adds a group of a plan; plans come in order, the newest first. 0; -ENOMEM.
int user_groups_add(struct user_groups *groups, const struct report_group *group, size_t plan);

// Decides what is counted. Returns whether a group is left out.
bool user_groups_choose(struct user_groups *groups);
