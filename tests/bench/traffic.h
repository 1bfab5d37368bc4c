// Frames to meter, made beforehand in a ring of buffers: flows chosen uniformly or by Zipf's law,
// in both directions, and a share of packets that each begin a flow.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "probe/meter/packet.h"

enum {
	BURST = 32,
	FRAME_BYTES = 96,
	// Frames lie this far apart, as packet buffers of DPDK do.
	BUFFER_STRIDE = 2368,
	RING_BUFFERS = 4096,
};

struct traffic_setup {
	unsigned int ipv6_percent;
	uint64_t n_flows; // among which the traffic chooses
	bool zipf; // exponent 1.1, else all flows alike
	unsigned int churn_percent; // of packets begin a flow of their own
};

struct traffic {
	struct traffic_setup setup;
	uint64_t random;
	uint64_t n_packets;
	uint64_t next_new_flow;
	uint8_t *ring;
};

// Takes memory for the ring. The same seed gives the same packets.
void traffic_init(struct traffic *traffic, const struct traffic_setup *setup, uint64_t seed);
void traffic_fini(struct traffic *traffic);

// Fills the ring with the next packets.
void traffic_fill(struct traffic *traffic);

// Fills the ring with flows in order, from this one on: when all have passed, all are known.
void traffic_fill_in_order(struct traffic *traffic, uint64_t first_flow);

// Every packet will go the other way than it would have.
void traffic_turn(struct traffic *traffic);

// A burst out of the ring, which has RING_BUFFERS / BURST of them.
void traffic_burst(const struct traffic *traffic, uint32_t number, uint64_t time_ns,
                   struct frame *ret_frames);

// A number that looks random, of one that need not.
uint64_t scramble(uint64_t x);
