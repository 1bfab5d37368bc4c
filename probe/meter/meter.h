// The meter: frames in, a tally filled. Pure: memory is given, time comes with the frames; no
// I/O, threads or allocation.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/siphash.h"

#include "packet.h"
#include "tally.h"

struct distinct_sources;
struct meter;

enum {
	METER_MAX_BURST = 64, // frames per call
};

struct meter_config {
	uint64_t max_flows; // slots of the flow table; rounded up to a power of two
	uint64_t idle_timeout_ns; // 0: a flow never ends by being idle
	uint64_t notice_ns; // within which the slot of an idle flow is freed; 0: the timeout
	struct siphash_key seed; // of the flow table's hash
	// Distinct source addresses are collected here when not NULL (replay does; live probes keep
	// no address).
	struct distinct_sources *sources;
};

// Bytes a meter of this configuration lives in, aligned to 64; known before the first packet.
size_t meter_memory_bytes(const struct meter_config *config);

// Makes a meter in zeroed memory of that many bytes, which stays the caller's.
struct meter *meter_init(void *memory, const struct meter_config *config);

// Counts up to METER_MAX_BURST frames of one link into tally. epoch names the window: a flow is
// active once per epoch.
void meter_burst(struct meter *meter, struct tally *tally, uint64_t epoch, uint32_t link,
                 enum link_layer layer, const struct frame *frames, uint32_t n_frames);

// Frees the slots of flows that have been idle too long at now_ns, looking at a bounded piece of
// the table; called often enough, an idle flow is noticed within a window however quiet the link.
void meter_sweep(struct meter *meter, uint64_t now_ns);

// Slots of the table.
uint64_t meter_slots(const struct meter *meter);

// Flows in the table now.
uint64_t meter_flows(const struct meter *meter);

// Moves every flow into a new, larger meter, for callers that can afford to grow (replay): to is
// fresh from meter_init(). Counting goes on there as if nothing had happened.
void meter_move(struct meter *to, const struct meter *from);

// True when the table is so full that growing now keeps flow counts exact.
bool meter_is_crowded(const struct meter *meter);
