#include "users.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grown.h"
#include "proto/sketch.h"

void user_window_fini(struct user_window *window)
{
	free(window->cells);
	*window = (struct user_window){0};
}

static int compare(const struct user_cell *cell, const struct report_group *group)
{
	int order = strcmp(cell->carrier, group->carrier);

	if (order == 0)
		order = strcmp(cell->region, group->region);
	if (order == 0)
		order = (cell->access > group->access) - (cell->access < group->access);
	return order ? order : (cell->family > group->family) - (cell->family < group->family);
}

static int insert_cell(struct user_window *window, size_t place, const struct report_group *group)
{
	struct user_cell *cells = grown(window->cells, window->n_cells, 1, &window->max_cells,
	                                sizeof(*cells));

	if (!cells)
		return -ENOMEM;
	window->cells = cells;
	memmove(cells + place + 1, cells + place, (window->n_cells++ - place) * sizeof(*cells));
	cells[place] = (struct user_cell){.access = group->access, .family = group->family};
	strcpy(cells[place].carrier, group->carrier);
	strcpy(cells[place].region, group->region);
	return 0;
}

// Groups come sorted, so that the cell is one of the last.
static int find_or_add(struct user_window *window, const struct report_group *group,
                       struct user_cell **ret_cell)
{
	size_t place = window->n_cells;
	int error = 0;

	while (place > 0 && compare(&window->cells[place - 1], group) > 0)
		place--;
	if (place > 0 && compare(&window->cells[place - 1], group) == 0)
		place--;
	else
		error = insert_cell(window, place, group);
	if (!error)
		*ret_cell = &window->cells[place];
	return error;
}

// Errors of disjoint groups are independent: their squares add.
static void figure_add(struct user_figure *into, double users)
{
	into->users += users;
	into->standard_error = hypot(into->standard_error, sketch_relative_error(users) * users);
}

int user_window_add(struct user_window *window, const struct report_group *group,
                    const double users[N_GRADES])
{
	struct user_cell *cell;
	int error = find_or_add(window, group, &cell);

	if (error)
		return error;
	for (int grade = 0; grade < N_GRADES; grade++)
		figure_add(&cell->grades[grade], users[grade]);
	return 0;
}
