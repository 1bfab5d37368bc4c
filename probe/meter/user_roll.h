// The users of a replayed file, each one told from the others: exact up to 65,536 of all groups and
// both grades together, after which their sketches speak. Live probes keep none.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/enums.h"

enum {
	USER_ROLL_MAX = 65536,
	USER_ROLL_SLOTS = 2 * USER_ROLL_MAX,
};

// One user of one group, by the hash that stands for it in sketches: two of the same hash would
// count as one, of 65,536 with a chance of 1 in 10^10.
struct user_roll_entry {
	uint64_t hash;
	uint16_t group;
	uint8_t grades; // bit set of enum grade; 0: free
};

// All zero is empty.
struct user_roll {
	uint32_t n;
	bool overflowed; // some were left out
	struct user_roll_entry slots[USER_ROLL_SLOTS];
};

// Notes that a user has reached the grades of the bit set.
void user_roll_add(struct user_roll *roll, uint32_t group, uint64_t hash, uint32_t grades);

// Adds the users of each group that have reached each grade to counts, by the group's number.
void user_roll_count(const struct user_roll *roll, uint64_t (*counts)[N_GRADES]);
