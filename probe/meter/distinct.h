// Distinct source addresses of a replayed file: exact up to 65,536 of each kind, estimated above.
// Live probes keep no address; this exists for replay alone.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/enums.h"
#include "proto/sketch_registers.h"

enum {
	DISTINCT_MAX_EXACT = 65536,
	DISTINCT_SLOTS = 2 * DISTINCT_MAX_EXACT,
	DISTINCT_KEY_BYTES = 16,
};

// One set of keys: an open-addressed table while exact, and a sketch of all from the start.
struct distinct {
	uint32_t n_exact;
	bool overflowed; // more than DISTINCT_MAX_EXACT: the sketch's estimate counts
	uint8_t used[DISTINCT_SLOTS / 8];
	uint8_t keys[DISTINCT_SLOTS][DISTINCT_KEY_BYTES];
	struct sketch sketch;
};

// All zero is empty.
struct distinct_sources {
	struct distinct ipv4;
	struct distinct ipv6;
	struct distinct ipv6_64; // upper 64 bits
};

void distinct_add(struct distinct *set, const uint8_t key[DISTINCT_KEY_BYTES]);

// Adds the source address of a payload header; IPv4 in the first four bytes, the rest 0.
void distinct_sources_add(struct distinct_sources *sources, enum family family,
                          const uint8_t source[DISTINCT_KEY_BYTES]);
