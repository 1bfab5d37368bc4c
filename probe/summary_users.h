// The users of a replay, by what people see as a group: "carrier/region/access".
#pragma once

#include <stdint.h>

#include "probe/meter/user_roll.h"
#include "probe/meter/user_tally.h"
#include "probe/plan/plan.h"

struct summary_user {
	char name[PLAN_NAME_BYTES];
	enum family family;
	double users[N_GRADES];
	double standard_error; // of those confirmed; 0 where they were told from each other
};

// One row for each name and family of the plan, in order of the plan's groups. NULL when out of
// memory; else the caller frees it.
struct summary_user *summary_users_new(const struct plan *plan, const struct user_tally *tally,
                                       const struct user_roll *roll, uint32_t *ret_n_users);
