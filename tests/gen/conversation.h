// The next packet of a flow, as its two ends would send it: TCP shakes hands and acknowledges,
// ICMP answers, a large datagram leaves in fragments.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flow.h"
#include "packet_builder.h"
#include "random.h"
#include "truth.h"

// A datagram of which fragments are still to be sent.
struct datagram {
	struct path path;
	uint32_t identification;
	uint32_t n_bytes, n_sent_bytes;
	uint8_t bytes[PACKET_MAX_PAYLOAD_BYTES];
};

// Makes the innermost packet and fills in what it should count as. *ret_reverse says whether it
// goes from server to client.
void conversation_next(struct flow *flow, struct random *random, struct packet_builder *builder,
                       struct expectation *ret_expected, bool *ret_reverse);

// Makes the datagram of a fragmenting flow; its pieces are then taken one by one.
void conversation_datagram(struct flow *flow, struct random *random, struct packet_builder *builder,
                           struct datagram *ret_datagram);
bool datagram_is_pending(const struct datagram *datagram);
void datagram_next(struct datagram *datagram, struct packet_builder *builder,
                   struct expectation *ret_expected);
