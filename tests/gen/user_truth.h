// Whom a probe must count as users when it has the plan that plan_file.h writes. Worked out from
// what the generator meant each packet to be, by looks-up of flows and subscribers.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/enums.h"

#include "expectation.h"
#include "key_set.h"

struct user_truth {
	bool wanted; // or else nothing is counted
	uint64_t n[N_FAMILIES][N_GRADES];
	struct key_set seen; // subscribers, and how far their flows have come
};

void user_truth_fini(struct user_truth *users);

// Adds a packet of an IP family; packets come in order of time. 0 or -ENOMEM.
int user_truth_add(struct user_truth *users, const struct expectation *expected);
