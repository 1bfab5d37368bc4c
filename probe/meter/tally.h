// What one worker counted in one window. Plain sums: merging is adding, in any order.
#pragma once

#include <stdint.h>

#include "proto/enums.h"

enum {
	MAX_LINKS = 16, // of one probe
};

struct traffic_cell {
	uint64_t packets;
	uint64_t carrier_bytes, payload_bytes;
};

struct flow_cell {
	uint64_t new_flows;
	uint64_t active_flows; // with at least one packet in the window
	uint64_t evicted_flows;
	uint64_t fragments; // packets
};

struct link_tally {
	uint64_t frames[N_FRAME_VERDICTS];
	uint64_t truncated_frames, deep_frames;
	uint64_t wire_bytes;
	struct traffic_cell traffic[N_FAMILIES][N_FAMILIES][N_TRANSITIONS]; // carrier, payload
	struct flow_cell flows[N_FAMILIES]; // payload
};

struct user_tally;

struct tally {
	// Borrowed; NULL where users are not counted. Not part of what is reset or merged here.
	struct user_tally *users;
	uint64_t first_ns, last_ns; // packet time; first_ns is UINT64_MAX while nothing was counted
	struct link_tally links[MAX_LINKS];
};

// An empty tally.
void tally_init(struct tally *tally, struct user_tally *users);

// Empties a tally, which keeps its users as they are.
void tally_reset(struct tally *tally);
void tally_merge(struct tally *into, const struct tally *other);

// Frames counted on a link, whatever their verdict.
uint64_t link_tally_frames(const struct link_tally *link);
