#include "cell.h"

static void sum(uint64_t *into, uint64_t amount)
{
	if (__builtin_add_overflow(*into, amount, into) || *into > INT64_MAX)
		*into = INT64_MAX;
}

void cell_add_link(struct cell *cell, const struct report_link *link, uint64_t observed_ns)
{
	cell->surface = link->surface;
	// Nobody sees what passes where the port has gone, while a link that is down carries
	// nothing.
	sum(&cell->observed_ns, observed_ns - link->gone_ns);
	sum(&cell->received_frames, link->received_frames);
	for (int verdict = 0; verdict < N_FRAME_VERDICTS; verdict++)
		sum(&cell->frames[verdict], link->frames[verdict]);
	for (int reason = 0; reason < N_DROP_REASONS; reason++)
		sum(&cell->dropped_frames[reason], link->dropped_frames[reason]);
	sum(&cell->truncated_frames, link->truncated_frames);
	sum(&cell->deep_frames, link->deep_frames);
	sum(&cell->wire_bytes, link->wire_bytes);
	sum(&cell->down_ns, link->down_ns);
}

void cell_add_queues(struct cell *cell, uint32_t n_queues, uint64_t fullest_frames)
{
	if (n_queues > cell->n_queues)
		cell->n_queues = n_queues;
	sum(&cell->fullest_queue_frames, fullest_frames);
}

void cell_add_traffic(struct cell *cell, const struct report_traffic *row)
{
	struct cell_traffic *into = &cell->traffic[row->carrier][row->payload][row->transition];

	sum(&into->packets, row->packets);
	sum(&into->carrier_bytes, row->carrier_bytes);
	sum(&into->payload_bytes, row->payload_bytes);
}

uint64_t cell_counted_frames(const struct cell *cell)
{
	uint64_t counted = 0;

	for (int verdict = 0; verdict < N_FRAME_VERDICTS; verdict++)
		sum(&counted, cell->frames[verdict]);
	return counted;
}

uint64_t cell_dropped_frames(const struct cell *cell)
{
	uint64_t dropped = 0;

	for (int reason = 0; reason < N_DROP_REASONS; reason++)
		sum(&dropped, cell->dropped_frames[reason]);
	return dropped;
}

double cell_coverage(const struct cell *cell)
{
	double counted = (double)cell_counted_frames(cell);
	double received = counted + (double)cell_dropped_frames(cell);
	double observed = (double)cell->observed_ns / (double)CELL_WINDOW_NS;

	// A link without a single frame was watched all the same.
	if (received > 0)
		observed = (observed < 1 ? observed : 1) * (counted / received);
	return observed < 1 ? observed : 1;
}
