#include "window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void window_init(struct window *window, uint64_t start_ns)
{
	*window = (struct window){.start_ns = start_ns};
}

void window_fini(struct window *window)
{
	free(window->cells);
	user_minute_fini(&window->users);
	*window = (struct window){0};
}

static int window_grow(struct window *window)
{
	size_t capacity = window->capacity ? 2 * window->capacity : 8;
	struct cell *cells;

	if (window->n_cells == WINDOW_MAX_LINKS)
		return -E2BIG;
	cells = realloc(window->cells, capacity * sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	window->cells = cells;
	window->capacity = capacity;
	return 0;
}

static int window_new_cell(struct window *window, const char *probe, const char *link,
                           struct cell **ret_cell)
{
	int error = window->n_cells == window->capacity ? window_grow(window) : 0;
	struct cell *cell;

	if (error)
		return error;
	cell = &window->cells[window->n_cells++];
	*cell = (struct cell){.start_ns = window->start_ns};
	strcpy(cell->probe, probe);
	strcpy(cell->link, link);
	*ret_cell = cell;
	return 0;
}

// The cell of a link. Reports of one probe usually name the same links in the same order, so the
// place it had in the report is tried before all others.
static int window_cell(struct window *window, const char *probe, const char *link, size_t guess,
                       struct cell **ret_cell)
{
	if (guess < window->n_cells && strcmp(window->cells[guess].link, link) == 0) {
		*ret_cell = &window->cells[guess];
		return 0;
	}
	for (size_t i = 0; i < window->n_cells; i++) {
		if (strcmp(window->cells[i].link, link) == 0) {
			*ret_cell = &window->cells[i];
			return 0;
		}
	}
	return window_new_cell(window, probe, link, ret_cell);
}

// Rows are sorted, so those of one link stand together.
static void window_add_queues(struct window *window, const struct report *report,
                              const size_t *places)
{
	for (uint32_t i = 0; i < report->n_queues;) {
		uint32_t link = report->queues[i].link;
		uint64_t fullest_frames = 0;
		uint32_t n_queues = 0;

		for (; i < report->n_queues && report->queues[i].link == link; i++, n_queues++)
			if (report->queues[i].frames > fullest_frames)
				fullest_frames = report->queues[i].frames;
		cell_add_queues(&window->cells[places[link]], n_queues, fullest_frames);
	}
}

int window_add(struct window *window, const struct report *report)
{
	size_t places[MAX_REPORT_LINKS];

	if (report->window_start_ns < window->start_ns ||
	    report->window_start_ns - window->start_ns + report->window_length_ns > CELL_WINDOW_NS)
		return -ERANGE;
	for (uint32_t i = 0; i < report->n_links; i++) {
		const struct report_link *link = &report->links[i];
		struct cell *cell;
		int error = window_cell(window, report->probe, link->name, i, &cell);

		if (error)
			return error;
		cell_add_link(cell, link, report->observed_ns);
		places[i] = (size_t)(cell - window->cells);
	}
	for (uint32_t i = 0; i < report->n_traffic; i++) {
		const struct report_traffic *row = &report->traffic[i];

		cell_add_traffic(&window->cells[places[row->link]], row);
	}
	window_add_queues(window, report, places);
	return user_minute_add(&window->users, report);
}
