// What users are counted by: the plan that says whose addresses are whose, and the secret keys that
// stand in for addresses. They are read together and change together.
#pragma once

#include <stdbool.h>

#include "probe/plan/plan.h"

#include "config.h"
#include "keys.h"

struct basis {
	struct plan *plan;
	struct keys *keys; // NULL in one that was read again without any: those of before go on
};

// Reads the plan of a configuration that has one, and the keys, or the first time makes keys of
// this run's own for the time that is now.
// What is odd but right is said on the log. 0; -errno with one line in why (CONFIG_WHY_BYTES) that
// names file and place.
int basis_load(const struct probe_config *config, bool again, uint64_t now_ns,
               struct basis **ret_basis, char *why);
void basis_free(struct basis *basis);
