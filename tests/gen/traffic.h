// All flows under way, and the next frame of any of them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "conversation.h"
#include "flow.h"
#include "pace.h"
#include "packet_builder.h"
#include "random.h"
#include "settings.h"
#include "truth.h"

struct traffic {
	struct settings settings;
	struct random random;
	struct pace pace;
	struct flow *flows; // the first n_v6_flows have an IPv6 payload, the others IPv4
	uint32_t n_v6_flows;
	uint32_t n_clients;
	uint64_t n_frames; // made so far
	double n_due_flows; // churn not yet carried out
	struct datagram datagram;
	struct flow datagram_flow;
	struct packet_builder builder;
};

// A frame, valid until the next one is made.
struct made_frame {
	const uint8_t *data;
	uint32_t n_bytes;
	uint64_t time_ns;
	struct expectation expected;
};

// 0 or -ENOMEM.
int traffic_init(struct traffic *traffic, const struct settings *settings);
void traffic_fini(struct traffic *traffic);

// Makes the next frame; false when the capture is over.
bool traffic_next(struct traffic *traffic, struct made_frame *ret_frame);
