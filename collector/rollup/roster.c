#include "roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void roster_init(struct roster *roster, uint64_t start_ns)
{
	*roster = (struct roster){.now_ns = start_ns};
}

void roster_fini(struct roster *roster)
{
	free(roster->links);
	*roster = (struct roster){0};
}

static int compare(const struct roster_link *link, const char *probe, const char *name)
{
	int order = strcmp(link->probe, probe);

	return order ? order : strcmp(link->link, name);
}

// Position of the link, or where it belongs.
static size_t roster_place(const struct roster *roster, const char *probe, const char *name)
{
	size_t low = 0, high = roster->n_links;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&roster->links[middle], probe, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int roster_grow(struct roster *roster)
{
	size_t capacity = roster->capacity ? 2 * roster->capacity : 16;
	struct roster_link *links = realloc(roster->links, capacity * sizeof(*links));

	if (!links)
		return -ENOMEM;
	roster->links = links;
	roster->capacity = capacity;
	return 0;
}

static int roster_find_or_add(struct roster *roster, const char *probe, const char *name,
                              struct roster_link **ret_link)
{
	size_t place = roster_place(roster, probe, name);
	struct roster_link *link;

	if (place < roster->n_links && compare(&roster->links[place], probe, name) == 0) {
		*ret_link = &roster->links[place];
		return 0;
	}
	if (roster->n_links == roster->capacity && roster_grow(roster) < 0)
		return -ENOMEM;
	link = &roster->links[place];
	memmove(link + 1, link, (roster->n_links - place) * sizeof(*link));
	*link = (struct roster_link){.number = (uint32_t)roster->n_links++};
	strcpy(link->probe, probe);
	strcpy(link->link, name);
	*ret_link = link;
	return 0;
}

int roster_seed(struct roster *roster, const char *probe, const char *name, enum surface surface,
                uint64_t last_start_ns)
{
	struct roster_link *link;
	int error = roster_find_or_add(roster, probe, name, &link);

	if (error)
		return error;
	link->surface = surface;
	link->last_start_ns = last_start_ns;
	return 0;
}

int roster_add(struct roster *roster, const struct cell *cell)
{
	struct roster_link *link;
	int error;

	roster_advance(roster, cell->start_ns);
	error = roster_find_or_add(roster, cell->probe, cell->link, &link);
	if (error)
		return error;
	link->surface = cell->surface;
	link->last_start_ns = cell->start_ns;
	measure_add(&link->measure, cell);
	return 0;
}

static bool roster_link_expected(const struct roster_link *link, uint64_t start_ns)
{
	return link->last_start_ns + CELL_DAY_NS >= start_ns;
}

void roster_advance(struct roster *roster, uint64_t end_ns)
{
	for (; roster->now_ns < end_ns; roster->now_ns += CELL_WINDOW_NS)
		for (size_t i = 0; i < roster->n_links; i++)
			if (roster_link_expected(&roster->links[i], roster->now_ns))
				roster->links[i].measure.n_expected++;
}

void roster_clear(struct roster *roster)
{
	for (size_t i = 0; i < roster->n_links; i++)
		roster->links[i].measure = (struct measure){0};
}

bool roster_link_present(const struct roster_link *link)
{
	return link->measure.n_expected > 0 || link->measure.observed_seconds > 0;
}

void roster_sum_surface(const struct roster *roster, enum surface surface,
                        struct aggregate *ret_sum)
{
	*ret_sum = (struct aggregate){0};
	for (size_t i = 0; i < roster->n_links; i++)
		if (roster->links[i].surface == surface)
			aggregate_add(ret_sum, &roster->links[i].measure);
}

unsigned int roster_n_surfaces(const struct roster *roster)
{
	bool present[N_SURFACES] = {false};
	unsigned int n = 0;

	for (size_t i = 0; i < roster->n_links; i++)
		if (roster_link_present(&roster->links[i]))
			present[roster->links[i].surface] = true;
	for (int surface = 0; surface < N_SURFACES; surface++)
		n += present[surface];
	return n;
}
