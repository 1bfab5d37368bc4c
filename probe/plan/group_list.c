#include "group_list.h"

#include <errno.h>
#include <string.h>

// The place in the order where the group is or would have to be.
static uint32_t place_of(const struct group_list *list, const struct report_group *group,
                         int *ret_difference)
{
	uint32_t low = 0, high = list->n;

	*ret_difference = 1;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		int difference = report_group_compare(group, &list->groups[list->order[middle]]);

		if (difference == 0) {
			*ret_difference = 0;
			return middle;
		}
		if (difference < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static int insert(struct group_list *list, const struct report_group *group, uint32_t place)
{
	if (list->n == MAX_REPORT_GROUPS)
		return -ENOSPC;
	memmove(&list->order[place + 1], &list->order[place],
	        (list->n - place) * sizeof(list->order[0]));
	list->order[place] = (uint16_t)list->n;
	list->groups[list->n] = *group;
	list->last = list->n++;
	return 0;
}

int group_list_add(struct group_list *list, const struct report_group *group, uint32_t *ret_index)
{
	int rc = 0;

	if (list->n == 0 || report_group_compare(group, &list->groups[list->last]) != 0) {
		int difference;
		uint32_t place = place_of(list, group, &difference);

		if (difference == 0)
			list->last = list->order[place];
		else
			rc = insert(list, group, place);
	}
	if (rc == 0)
		*ret_index = list->last;
	return rc;
}

void group_list_sort(const struct group_list *list, struct report_group *ret_groups,
                     uint16_t *ret_places)
{
	for (uint32_t i = 0; i < list->n; i++) {
		ret_groups[i] = list->groups[list->order[i]];
		ret_places[list->order[i]] = (uint16_t)i;
	}
}
