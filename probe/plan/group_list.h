// The groups of a plan, each once.
#pragma once

#include "proto/message.h"

struct group_list {
	struct report_group groups[MAX_REPORT_GROUPS]; // as they came
	uint16_t order[MAX_REPORT_GROUPS]; // indexes into groups, sorted
	uint32_t n;
	uint32_t last; // the one found last: neighbours in a file often have one group
};

// The index of the group, which is added where it is new. -ENOSPC when there are too many.
int group_list_add(struct group_list *list, const struct report_group *group, uint32_t *ret_index);

// The groups sorted, and for each index of group_list_add() the place it has then.
void group_list_sort(const struct group_list *list, struct report_group *ret_groups,
                     uint16_t *ret_places);
