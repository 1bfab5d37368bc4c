// What the meter needs of a plan: whose address is it, and how long is the part of it that tells
// one subscriber from another. Immutable; the plan it is a view of owns everything it points to.
#pragma once

#include <stdint.h>

#include "prefix_table.h"

enum {
	MAX_TRANSITION_PREFIXES = 128
};

struct user_group {
	uint8_t family; // enum family
	uint8_t user_len; // bits of an address that identify a subscriber
	uint16_t port_block; // ports of a subscriber behind carrier-grade NAT; 0: all of them
};

// An IPv6 prefix whose packets are in transition, though their headers do not say so.
struct transition_prefix {
	uint8_t address[16]; // zero behind the prefix
	uint8_t length;
	uint8_t transition; // TRANSITION_6RD or TRANSITION_NAT64
};

struct user_plan {
	const struct prefix_table *prefixes; // the value of a row is the number of its group + 1
	const struct user_group *groups;
	uint32_t n_groups;
	const struct transition_prefix *transitions;
	uint32_t n_transitions;
};
