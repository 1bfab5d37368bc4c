// What a probe must say about a stream, known without a look-up: packets are counted by template,
// flows and addresses are marked in bitmaps by their numbers.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "stream.h"
#include "truth.h"

struct stream_truth {
	const struct stream *stream;
	uint64_t first_ns, last_ns;
	uint64_t *n_packets; // by template
	uint64_t *n_first; // of these, in the first round of a sweep
	uint64_t *flows_seen; // by slot: whether its flow has had a packet
	uint64_t n_flows[N_FAMILIES];
	uint64_t *sources_seen[N_FAMILIES][2]; // clients and, of reverse packets, servers
	// By slot, how far its flow has come; and the clients that were confirmed in any.
	uint64_t *clients_sent, *clients_answered;
	uint64_t *confirmed[N_FAMILIES];
};

// 0 or -ENOMEM. The stream is borrowed.
int stream_truth_init(struct stream_truth *truth, const struct stream *stream);
void stream_truth_fini(struct stream_truth *truth);

// Takes note of a burst that has been drawn; packets of earlier bursts no longer come.
void stream_truth_begin(struct stream_truth *truth, const struct stream_burst *burst);

// Adds packets of the burst, which come in order; time of the first and of the last of them.
void stream_truth_add(struct stream_truth *truth, const struct stream_packet *packets, uint32_t n,
                      uint64_t first_ns, uint64_t last_ns);

// The sum of all that was added. Frames longer than snaplen are truncated.
void stream_truth_sum_up(const struct stream_truth *truth, uint32_t snaplen,
                         struct truth *ret_truth);
