// The users that one worker newly saw in one window: a sketch for each group of the plan, key and
// grade, and how many ends of new flows the plan covers.
//
// Belongs to whoever has the tally it hangs on: the worker while that is counted into, control from
// when it is sealed until it is released.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/enums.h"
#include "proto/sketch_registers.h"

#include "transition_list.h"
#include "user_keys.h"
#include "user_plan.h"
#include "user_sketches.h"

enum {
	MAX_USER_GROUPS = 4096,
};

struct user_roll;

struct user_tally {
	// Set by user_tally_init() and user_tally_change() alone.
	const struct user_plan *plan;
	const struct user_keys *keys;
	struct transition_list nat64, sixrd; // of the plan
	uint32_t *block_scales; // of each group: see user_block()
	// Control sets both, in a tally it has not released; kept by user_tally_reset().
	uint32_t scope_epoch; // the first epoch of the scope that is counted
	uint32_t asymmetric_links; // bit i: link i; what was sent there counts as confirmed
	// Users are noted here too, under the first key, when not NULL: replay does.
	struct user_roll *roll;
	// Ends of flows that sent for the first time, by whether their address is in the plan.
	uint64_t covered_ends[N_FAMILIES], uncovered_ends[N_FAMILIES];
	struct user_sketches sketches;
};

// Bytes of memory for plans of at most so many groups, and so many keys at most: the worst case,
// that all sketches become dense. What is not needed is not touched.
size_t user_tally_memory_bytes(uint32_t n_groups, uint32_t n_keys);

// An empty tally in zeroed memory of that many bytes, aligned to 64, which stays the caller's, as
// plan and keys do.
void user_tally_init(struct user_tally *tally, void *zeroed_memory, const struct user_plan *plan,
                     const struct user_keys *keys);

// Forgets all users. Touches only what was used.
void user_tally_reset(struct user_tally *tally);

// Resets the tally and counts by another plan, or other keys, from then on; their numbers must be
// within what the memory was asked for. The ends of flows under way are looked up again in the next
// scope: let one begin with the new plan.
void user_tally_change(struct user_tally *tally, const struct user_plan *plan,
                       const struct user_keys *keys);

// Raises the registers of into to those of a group, key and grade where they are higher; true if
// there were any.
bool user_tally_merge(const struct user_tally *tally, uint32_t group, uint32_t key,
                      enum grade grade, struct sketch *into);

// Registers that are not 0, of all groups and keys.
uint64_t user_tally_registers(const struct user_tally *tally, enum grade grade);

// Bytes of its memory in use now.
size_t user_tally_bytes(const struct user_tally *tally);

// A set of registers belongs to a group and a key.
static inline uint32_t user_tally_set(uint32_t group, uint32_t key)
{
	return group * MAX_USER_KEYS + key;
}

// The block of ports that a port is in: port / port_block, exactly, without dividing. Of a scale
// that is 2^31 / port_block rounded up, the error is below port_block / 2^31, which 2^16 ports make
// less than the 1 / port_block that would be needed.
static inline uint16_t user_block(uint32_t scale, uint16_t port)
{
	return (uint16_t)((uint64_t)port * scale >> 31);
}
