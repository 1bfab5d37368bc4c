#include "link_totals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void link_totals_fini(struct link_totals *totals)
{
	free(totals->links);
	*totals = (struct link_totals){0};
}

static int compare(const struct link_total *total, const char *probe, const char *link)
{
	int order = strcmp(total->probe, probe);

	return order ? order : strcmp(total->link, link);
}

// Position of the link, or where it belongs.
static size_t place(const struct link_totals *totals, const char *probe, const char *link)
{
	size_t low = 0, high = totals->n_links;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&totals->links[middle], probe, link) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int grow(struct link_totals *totals)
{
	size_t capacity = totals->capacity ? 2 * totals->capacity : 16;
	struct link_total *links = realloc(totals->links, capacity * sizeof(*links));

	if (!links)
		return -ENOMEM;
	totals->links = links;
	totals->capacity = capacity;
	return 0;
}

static struct link_total *find_or_insert(struct link_totals *totals, const char *probe,
                                         const char *link)
{
	size_t at = place(totals, probe, link);
	struct link_total *total;

	if (at < totals->n_links && compare(&totals->links[at], probe, link) == 0)
		return &totals->links[at];
	if (totals->n_links == totals->capacity && grow(totals) < 0)
		return NULL;
	total = &totals->links[at];
	memmove(total + 1, total, (totals->n_links++ - at) * sizeof(*total));
	*total = (struct link_total){0};
	strcpy(total->probe, probe);
	strcpy(total->link, link);
	return total;
}

// Sums stay at the largest number of 64 bits rather than fall back to 0.
static void sum(uint64_t *into, const uint64_t *amounts, int n)
{
	for (int i = 0; i < n; i++)
		if (__builtin_add_overflow(into[i], amounts[i], &into[i]))
			into[i] = UINT64_MAX;
}

static void add_queue(struct link_total *total, const struct report_queue *row)
{
	sum(&total->queue_frames[row->number], &row->frames, 1);
	total->queues |= UINT64_C(1) << row->number;
}

// Rows are sorted by link: goes on where the link before ended.
static void add_link(struct link_total *total, const struct report *report, uint32_t i,
                     uint32_t *row)
{
	const struct report_link *link = &report->links[i];

	sum(total->frames, link->frames, N_FRAME_VERDICTS);
	sum(total->dropped_frames, link->dropped_frames, N_DROP_REASONS);
	sum(&total->down_ns, &link->down_ns, 1);
	while (*row < report->n_queues && report->queues[*row].link < i)
		++*row;
	for (; *row < report->n_queues && report->queues[*row].link == i; ++*row)
		add_queue(total, &report->queues[*row]);
}

int link_totals_add(struct link_totals *totals, const struct report *report)
{
	uint32_t row = 0;
	int error = 0;

	for (uint32_t i = 0; i < report->n_links; i++) {
		const struct report_link *link = &report->links[i];
		struct link_total *total = find_or_insert(totals, report->probe, link->name);

		if (!total) {
			error = -ENOMEM;
			continue;
		}
		add_link(total, report, i, &row);
	}
	return error;
}
