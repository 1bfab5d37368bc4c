// Where frames come from. A source gives bursts of frames, all of one link layer; two kinds: pcap
// (files, ends) and dpdk (ports, does not end, except a file behind net_pcap in replay).
#pragma once

#include <stdint.h>

#include "probe/meter/packet.h"

enum {
	SOURCE_BURST = 32,
	SOURCE_WHY_BYTES = 512,
};

struct burst {
	enum link_layer layer;
	uint32_t n_frames; // 0: nothing at the moment
	struct frame frames[SOURCE_BURST];
};
