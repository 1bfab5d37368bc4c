// The transition prefixes of a plan, as the packet path asks for them.
//
// Compared one by one: plans name few, and a packet of a plan that names none pays for nothing. A
// mask of what all of them have in common turns most other addresses away at once.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "proto/enums.h"

#include "user_plan.h"

// Images of address bytes in memory, as flow keys have them.
struct transition_match {
	uint64_t value[2], mask[2];
};

struct transition_list {
	uint32_t n;
	struct transition_match common; // begins all of them
	struct transition_match at[MAX_TRANSITION_PREFIXES];
};

// Takes those prefixes of the plan that stand for this transition.
void transition_list_init(struct transition_list *list, const struct user_plan *plan,
                          enum transition transition);

static inline bool transition_match_has(const struct transition_match *match,
                                        const uint64_t address[2])
{
	return ((address[0] & match->mask[0]) ^ match->value[0]) == 0 &&
	       ((address[1] & match->mask[1]) ^ match->value[1]) == 0;
}

// True when one of the prefixes covers the address.
static inline bool transition_list_has(const struct transition_list *list,
                                       const uint64_t address[2])
{
	bool has = false;

	if (!transition_match_has(&list->common, address))
		return false;
	for (uint32_t i = 0; i < list->n; i++)
		has |= transition_match_has(&list->at[i], address);
	return has;
}

// True when one covers either address.
static inline bool transition_list_has_either(const struct transition_list *list,
                                              const uint64_t source[2],
                                              const uint64_t destination[2])
{
	return transition_list_has(list, source) || transition_list_has(list, destination);
}

// The same of addresses in a packet.
static inline bool transition_list_has_bytes(const struct transition_list *list,
                                             const uint8_t source[16],
                                             const uint8_t destination[16])
{
	uint64_t words[2][2];

	if (list->n == 0)
		return false;
	memcpy(words[0], source, sizeof(words[0]));
	memcpy(words[1], destination, sizeof(words[1]));
	return transition_list_has_either(list, words[0], words[1]);
}
