#include "user_groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grown.h"

void user_groups_fini(struct user_groups *groups)
{
	free(groups->groups);
	*groups = (struct user_groups){0};
}

int user_groups_add(struct user_groups *groups, const struct report_group *group, size_t plan)
{
	size_t low = 0, high = groups->n_groups;
	struct user_group *table;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = report_group_compare(&groups->groups[middle].group, group);

		if (order == 0)
			return 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	table = grown(groups->groups, groups->n_groups, 1, &groups->max_groups, sizeof(*table));
	if (!table)
		return -ENOMEM;
	groups->groups = table;
	memmove(table + low + 1, table + low, (groups->n_groups++ - low) * sizeof(*table));
	table[low] = (struct user_group){.group = *group, .plan = plan};
	return 0;
}

static bool same_but_normalisation(const struct report_group *a, const struct report_group *b)
{
	return strcmp(a->carrier, b->carrier) == 0 && strcmp(a->region, b->region) == 0 &&
	       a->access == b->access && strcmp(a->class_name, b->class_name) == 0 &&
	       a->family == b->family;
}

// Groups that differ in normalisation alone stand together. One that stands alone is counted
// whichever plan it is of.
bool user_groups_choose(struct user_groups *groups)
{
	bool is_left_out = false;
	size_t end;

	for (size_t i = 0; i < groups->n_groups; i = end) {
		struct user_group *first = &groups->groups[i];
		size_t newest = first->plan;

		for (end = i + 1; end < groups->n_groups; end++) {
			if (!same_but_normalisation(&first->group, &groups->groups[end].group))
				break;
			if (groups->groups[end].plan < newest)
				newest = groups->groups[end].plan;
		}
		for (size_t k = i; k < end; k++) {
			groups->groups[k].is_counted = groups->groups[k].plan == newest;
			is_left_out |= !groups->groups[k].is_counted;
		}
	}
	return is_left_out;
}
