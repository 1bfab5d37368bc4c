// What a packet says to the other end of its flow: that it was heard, or, by TCP, how far.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "packet.h"
#include "passage.h"
#include "walk_ip.h"
#include "wire_headers.h"

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

struct segment {
	bool is_tcp;
	bool speaks; // can answer and confirm; TCP without ACK, or with RST, cannot
	uint32_t expected; // the acknowledgement number that would say it was received
	uint32_t acknowledged;
};

// The capture may have cut what is read of a TCP header, or a fragment may not hold it: then the
// packet says nothing.
static inline struct segment segment_of_tcp(const struct frame *frame,
                                            const struct passage *passage)
{
	const struct tcp_header *header = (const void *)(frame->data + passage->transport_offset);
	uint32_t end = passage->transport_offset + (uint32_t)sizeof(*header);
	bool takes_space;

	if (passage->transport_offset == 0 || end > frame->captured_bytes ||
	    passage->transport_bytes < sizeof(*header))
		return (struct segment){.is_tcp = true};
	takes_space = (header->flags & (TCP_SYN | TCP_FIN)) != 0 ||
	              passage->transport_bytes > (header->data_words >> 4) * 4u;
	return (struct segment){
		.is_tcp = true,
		.speaks = (header->flags & (TCP_ACK | TCP_RST)) == TCP_ACK,
		.expected = be32_value(header->sequence) + takes_space,
		.acknowledged = be32_value(header->acknowledgement),
	};
}

static inline struct segment segment_of(const struct frame *frame, const struct passage *passage)
{
	if (flow_key_protocol(&passage->key) == PROTOCOL_TCP)
		return segment_of_tcp(frame, passage);
	return (struct segment){.speaks = true};
}
