// What one link of one probe counted in one window of the collector: the smallest thing that is
// published, and what every larger figure is summed from.
#pragma once

#include <stdint.h>

#include "proto/enums.h"
#include "proto/message.h"

// Length of the windows all others are made of, and of one day back from them.
#define CELL_WINDOW_NS UINT64_C(60000000000)
#define CELL_DAY_NS    (UINT64_C(1440) * CELL_WINDOW_NS)

struct cell_traffic {
	uint64_t packets;
	uint64_t carrier_bytes, payload_bytes;
};

struct cell {
	char probe[MAX_NAME_BYTES], link[MAX_NAME_BYTES];
	enum surface surface;
	uint64_t start_ns;
	uint64_t observed_ns; // more than the window's length if two streams overlap
	uint64_t received_frames; // sum of frames[] and dropped_frames[]
	uint64_t frames[N_FRAME_VERDICTS];
	uint64_t dropped_frames[N_DROP_REASONS];
	uint64_t truncated_frames, deep_frames;
	uint64_t wire_bytes;
	uint64_t down_ns; // how long the link was down or gone
	uint32_t n_queues; // most that a report of the window had; 0 when no probe said
	uint64_t fullest_queue_frames; // sum of the fullest queue of each report
	// By carrier, payload and transition.
	struct cell_traffic traffic[N_FAMILIES][N_FAMILIES][N_TRANSITIONS];
};

// Start of the window that holds this time.
static inline uint64_t cell_window_start(uint64_t wall_ns)
{
	return wall_ns - wall_ns % CELL_WINDOW_NS;
}

// Sums that would pass the largest signed 64-bit number, which stores keep, stay there.
void cell_add_link(struct cell *cell, const struct report_link *link, uint64_t observed_ns);
void cell_add_queues(struct cell *cell, uint32_t n_queues, uint64_t fullest_frames);
void cell_add_traffic(struct cell *cell, const struct report_traffic *row);

// Frames the port received and gave to the meter.
uint64_t cell_counted_frames(const struct cell *cell);

// Frames the port lost, for whatever reason.
uint64_t cell_dropped_frames(const struct cell *cell);

// Share of the window's frames that was seen: observed time over the window's length, times
// counted frames over received ones; 0 to 1. A link that was down was observed; one whose port has
// gone was not.
double cell_coverage(const struct cell *cell);
