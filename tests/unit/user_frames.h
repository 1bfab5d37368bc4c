// Frames of one conversation for tests of users: who speaks, and what is said.
#pragma once

#include <string.h>

#include "probe/meter/packet.h"
#include "probe/meter/segment.h"
#include "probe/meter/walk_ip.h"

enum {
	USER_FRAME_BYTES = 14 + 40 + 20 + 16,
};

struct host {
	uint8_t address[16]; // IPv4 in the first four
	uint16_t port;
};

struct said {
	uint8_t protocol;
	uint8_t flags; // of TCP
	uint32_t sequence, acknowledged; // of TCP
	uint8_t data_bytes; // 16 at most
	bool fragment; // the first one
	uint8_t captured_bytes; // of the transport header; 0: all
};

static inline void put16(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static inline void put32(uint8_t *bytes, uint32_t value)
{
	put16(bytes, value >> 16);
	put16(bytes + 2, value);
}

static inline uint32_t put_ipv4(uint8_t *header, const struct host *from, const struct host *to,
                                const struct said *said, uint32_t transport_bytes)
{
	header[0] = 0x45;
	put16(header + 2, 20 + transport_bytes);
	put16(header + 6, said->fragment ? IPV4_MORE_FRAGMENTS : 0);
	header[8] = 64;
	header[9] = said->protocol;
	memcpy(header + 12, from->address, 4);
	memcpy(header + 16, to->address, 4);
	return 20;
}

// Fragments are made of IPv4 alone.
static inline uint32_t put_ipv6(uint8_t *header, const struct host *from, const struct host *to,
                                const struct said *said, uint32_t transport_bytes)
{
	header[0] = 0x60;
	put16(header + 4, transport_bytes);
	header[6] = said->protocol;
	header[7] = 64;
	memcpy(header + 8, from->address, 16);
	memcpy(header + 24, to->address, 16);
	return 40;
}

// Bytes of the header.
static inline uint32_t put_transport(uint8_t *header, const struct host *from,
                                     const struct host *to, const struct said *said)
{
	put16(header, from->port);
	put16(header + 2, to->port);
	if (said->protocol != PROTOCOL_TCP) {
		put16(header + 4, 8u + said->data_bytes);
		return 8;
	}
	put32(header + 4, said->sequence);
	put32(header + 8, said->acknowledged);
	header[12] = 5 << 4;
	header[13] = said->flags;
	return 20;
}

// The frame in bytes, of which there are USER_FRAME_BYTES.
static inline struct frame user_frame(uint8_t *bytes, enum family family, const struct host *from,
                                      const struct host *to, const struct said *said,
                                      uint64_t time_ns)
{
	uint32_t header_bytes = said->protocol == PROTOCOL_TCP ? 20 : 8;
	uint32_t transport_bytes = header_bytes + said->data_bytes, offset = 14, n_bytes;

	memset(bytes, 0, USER_FRAME_BYTES);
	put16(bytes + 12, family == FAMILY_IPV4 ? 0x0800 : 0x86dd);
	offset += family == FAMILY_IPV4 ? put_ipv4(bytes + offset, from, to, said, transport_bytes)
	                                : put_ipv6(bytes + offset, from, to, said, transport_bytes);
	put_transport(bytes + offset, from, to, said);
	n_bytes = offset + transport_bytes;
	return (struct frame){bytes, said->captured_bytes ? offset + said->captured_bytes : n_bytes,
	                      n_bytes, time_ns};
}
