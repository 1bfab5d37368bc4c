// Frames of every link, counted, dropped and by queue, and how long it was down, over all reports
// stored since the collector started: sums that only grow, as counters for /metrics must.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/message.h"

_Static_assert(MAX_LINK_QUEUES <= 64, "a bit for each queue");

struct link_total {
	char probe[MAX_NAME_BYTES], link[MAX_NAME_BYTES];
	uint64_t frames[N_FRAME_VERDICTS];
	uint64_t dropped_frames[N_DROP_REASONS];
	uint64_t down_ns;
	uint64_t queues; // bit i: queue i has been reported
	uint64_t queue_frames[MAX_LINK_QUEUES];
};

// Zeroes are an empty one. It holds at most as many links as the store takes.
struct link_totals {
	size_t n_links, capacity;
	struct link_total *links; // sorted by probe and link
};

void link_totals_fini(struct link_totals *totals);

// Adds a report that was stored just now, and never before. 0; -ENOMEM, and links of the report
// that are new are left out.
int link_totals_add(struct link_totals *totals, const struct report *report);
