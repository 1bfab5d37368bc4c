// Builds a frame from the inside out: first the payload, then each header in front of what is
// already there, so that every length and checksum is known when its header is written.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "address.h"

enum {
	PACKET_HEADROOM_BYTES = 256, // more than any stack of headers made here
	PACKET_MAX_PAYLOAD_BYTES = 4096,
	PACKET_TAILROOM_BYTES = 64, // Ethernet padding
	PACKET_ROOM_BYTES = PACKET_HEADROOM_BYTES + PACKET_MAX_PAYLOAD_BYTES +
	                    PACKET_TAILROOM_BYTES,
};

enum ip_protocol {
	PROTOCOL_ICMP = 1,
	PROTOCOL_IPV4 = 4,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_IPV6 = 41,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_GRE = 47,
	PROTOCOL_ICMPV6 = 58,
};

enum tcp_flag {
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PUSH = 0x08,
	TCP_ACK = 0x10,
};

struct packet_builder {
	uint32_t start, end; // the packet so far is bytes[start .. end)
	uint8_t bytes[PACKET_ROOM_BYTES];
};

// Starts over with n_bytes of payload, at most PACKET_MAX_PAYLOAD_BYTES, all drawn from pattern.
void packet_begin(struct packet_builder *builder, uint32_t n_bytes, uint64_t pattern);

// Starts over with a copy of these bytes as the payload.
void packet_begin_copy(struct packet_builder *builder, const uint8_t *bytes, uint32_t n_bytes);

const uint8_t *packet_data(const struct packet_builder *builder);
uint32_t packet_bytes(const struct packet_builder *builder);

// Makes room for n_bytes in front of the packet and returns it, zeroed.
void *packet_push(struct packet_builder *builder, uint32_t n_bytes);

// Appends zeros until the packet has at least n_bytes, as a network card does.
void packet_pad(struct packet_builder *builder, uint32_t n_bytes);

// Put a transport header in front; the addresses of the path enter the checksum.
void packet_push_tcp(struct packet_builder *builder, const struct path *path, uint32_t sequence,
                     uint32_t acknowledged, uint8_t flags);
void packet_push_udp(struct packet_builder *builder, const struct path *path);
void packet_push_echo(struct packet_builder *builder, const struct path *path, bool reply,
                      uint16_t sequence);

// Makes what is there the quoted packet of a "port unreachable" message.
void packet_push_unreachable(struct packet_builder *builder, const struct path *path);

// Puts the IP header of the path's family in front. protocol is that of whatever follows it.
void packet_push_ip(struct packet_builder *builder, const struct path *path, uint8_t protocol);

// The same for a fragment: the packet so far is the piece at offset_bytes, a multiple of 8.
void packet_push_ip_fragment(struct packet_builder *builder, const struct path *path,
                             uint8_t protocol, uint32_t identification, uint32_t offset_bytes,
                             bool more);

// ICMP of either family.
uint8_t icmp_protocol(enum family family);
