// The packets of a burst on their way through the meter: parsed, counted but for their flows, and
// keyed.
//
// A burst is read by family: which of its frames are plain IPv4 and which plain IPv6 is found
// without a branch, then each family has a loop of its own, in which the processor guesses right,
// and whose sums stay in registers until its end. What is not plain takes the walk. A passage keeps
// the place of its frame, so flows see their packets in the order they came.
#pragma once

#include <stdint.h>

#include "flow_key.h"
#include "packet.h"
#include "tally.h"

enum {
	PASSAGES_MAX = 64,
};

struct flow;
struct flow_table;

// One cache line, so that those of a burst do not fall on each other.
struct passage {
	_Alignas(64) struct flow_key key;
	uint64_t hash;
	struct flow *flow; // where it will most likely be; the flow table's to say
	uint8_t direction; // enum flow_direction
	uint16_t transport_offset, transport_bytes; // as those of the packet
};

struct passages {
	uint64_t present; // bit i: frame i has an IP header, and a passage
	struct passage at[PASSAGES_MAX];
};

// Counts up to PASSAGES_MAX frames of one link into tally, and writes the passages of those that
// have an IP header; asks for the first line of the table that each will need.
void passages_begin(const struct flow_table *table, struct tally *tally, uint32_t link,
                    enum link_layer layer, const struct frame *frames, uint32_t n_frames,
                    struct passages *ret_passages);
