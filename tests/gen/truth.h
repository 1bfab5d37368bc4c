// What a probe must say about a generated capture, summed up from what the generator meant to
// make. Nothing here reads a frame.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/enums.h"

#include "expectation.h"
#include "key_set.h"
#include "user_truth.h"

struct traffic_sum {
	uint64_t packets, bytes;
};

struct truth {
	uint64_t first_ns, last_ns; // of n_frames frames, if any
	uint64_t n_frames;
	uint64_t frames[N_FRAME_VERDICTS];
	uint64_t truncated_frames;
	struct traffic_sum carrier[N_FAMILIES], payload[N_FAMILIES];
	struct traffic_sum transition[N_TRANSITIONS]; // bytes of the payload
	uint64_t fragments[N_FAMILIES];
	uint64_t flows[N_FAMILIES];
	uint64_t sources[N_FAMILIES], ipv6_networks;
	struct key_set seen; // flows, sources and /64 networks
	struct user_truth users;
};

void truth_fini(struct truth *truth);

// Adds a frame; frames come in order of time. 0 or -ENOMEM.
int truth_add(struct truth *truth, const struct expectation *expected, uint64_t time_ns,
              bool truncated);

// Writes the summary that `sixgauge-probe replay --format json --idle-timeout 0` should give. 0 or
// -errno.
int truth_write(const struct truth *truth, FILE *out);
