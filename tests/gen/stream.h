// Traffic made fast: packets are drawn in bursts, by arithmetic on numbers of flows alone, and
// written as copies of templates.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "random.h"
#include "settings.h"
#include "template_set.h"
#include "zipf.h"

enum {
	STREAM_BURST = 32,
	// Servers there are, a power of two.
	STREAM_N_SERVERS = 1 << 14,
};

// A packet of a burst.
struct stream_packet {
	uint32_t slot; // of its flow among those under way
	uint32_t client, server; // their numbers
	uint16_t client_port, server_port;
	uint16_t template;
	uint8_t family; // of the payload
	bool begins; // a flow that replaces the slot's last one
	bool reverse;
	bool first_round; // of a sweep: its client has not been met in another flow
};

struct stream_burst {
	uint32_t n_packets;
	// Flows that ended before the burst and were followed by others: so many slots, in a
	// circle.
	uint32_t first_replaced, n_replaced;
	struct stream_packet packets[STREAM_BURST];
};

// A flow of a sweep that is being written, packet by packet.
struct sweep_flow {
	struct stream_packet packet; // what its packets have in common
	uint32_t luck;
	const uint8_t *segment; // the next; N_SEGMENTS behind the last one
};

struct stream {
	struct settings settings;
	struct random random;
	struct template_set templates;
	struct zipf zipf;
	uint64_t n_frames, n_drawn; // in all, and so far
	uint64_t generation; // number of the flow that slot 0 had before next_slot passed it
	uint32_t next_slot; // that will be replaced
	double n_due_flows; // churn not yet carried out
	uint64_t n_swept[N_FAMILIES]; // flows of a scan or SYN flood
	struct sweep_flow swept;
	uint32_t size_at; // in the cycle of sizes
	// Made from settings once.
	uint64_t subscriber_reciprocal;
	uint32_t v6_threshold, begin_threshold;
	uint32_t answered_threshold, reset_threshold, guess_threshold;
	uint32_t flow_seed, client_factor, client_offset;
	uint32_t udp_mask, udp_always;
};

// 0 or -ENOMEM.
int stream_init(struct stream *stream, const struct settings *settings);
void stream_fini(struct stream *stream);

// Draws the next burst: STREAM_BURST packets, fewer at the end, none behind it.
void stream_draw(struct stream *stream, struct stream_burst *ret_burst);

// Time of the frame with this number, counted from 0.
uint64_t stream_time_ns(const struct stream *stream, uint64_t number);

static inline const struct template *stream_template(const struct stream *stream,
                                                     const struct stream_packet *packet)
{
	return &stream->templates.templates[packet->template];
}

// Writes each packet's frame to its place, which has room for its template's n_bytes, and nothing
// behind it.
void stream_write(const struct stream *stream, const struct stream_burst *burst,
                  uint8_t *const *places);
