#include "summary_users.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sketch.h"

struct summary_users {
	struct summary_user *rows;
	uint32_t n;
};

// Groups of one name are neighbours, and there are two families.
static struct summary_user *row_of(struct summary_users *users, const struct report_group *group)
{
	struct summary_user *row;
	char name[PLAN_NAME_BYTES];

	plan_group_name(group, name);
	for (uint32_t back = 1; back <= N_FAMILIES && back <= users->n; back++) {
		row = &users->rows[users->n - back];
		if (row->family == group->family && strcmp(row->name, name) == 0)
			return row;
	}
	row = &users->rows[users->n++];
	strcpy(row->name, name);
	row->family = group->family;
	return row;
}

// Groups are disjoint: their users add up, and the squares of their errors.
static void add_estimate(struct summary_user *row, const struct user_tally *tally, uint32_t group,
                         enum grade grade)
{
	struct sketch sketch = {0};
	double estimate, error;

	if (!user_tally_merge(tally, group, 0, grade, &sketch))
		return;
	estimate = sketch_estimate(&sketch);
	row->users[grade] += estimate;
	if (grade != GRADE_CONFIRMED)
		return;
	error = estimate * sketch_relative_error(estimate);
	row->standard_error = hypot(row->standard_error, error);
}

struct summary_user *summary_users_new(const struct plan *plan, const struct user_tally *tally,
                                       const struct user_roll *roll, uint32_t *ret_n_users)
{
	uint32_t n_groups = plan->users.n_groups;
	uint64_t(*counts)[N_GRADES] = calloc(n_groups, sizeof(*counts));
	struct summary_users users = {calloc(n_groups, sizeof(*users.rows)), 0};

	if (!counts || !users.rows) {
		free(counts);
		free(users.rows);
		return NULL;
	}
	user_roll_count(roll, counts);
	for (uint32_t i = 0; i < n_groups; i++) {
		struct summary_user *row = row_of(&users, &plan->groups[i]);

		for (int grade = 0; grade < N_GRADES; grade++) {
			if (roll->overflowed)
				add_estimate(row, tally, i, (enum grade)grade);
			else
				row->users[grade] += (double)counts[i][grade];
		}
	}
	free(counts);
	*ret_n_users = users.n;
	return users.rows;
}
