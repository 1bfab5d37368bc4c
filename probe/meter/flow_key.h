// The key of a bidirectional flow (RFC 5103): the innermost 5-tuple, the lower (address, port)
// first, so that both directions have one key.
//
// It is five words, and is written, hashed and compared as words from registers. Writing it in
// smaller pieces and reading it back in larger ones would make the processor wait for each piece to
// reach the cache, which costs more than the hash.
//
//   words 0, 1: lower address | words 2, 3: higher address | word 4: tail
//   tail, from the lowest bit: lower port, 16 | higher port, 16 | protocol, 8 | family, 8 | 0
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "flow_hash.h"
#include "packet.h"

struct flow_key {
	uint64_t words[FLOW_KEY_WORDS];
};

enum flow_direction {
	FLOW_FROM_LOW = 1 << 0,
	FLOW_FROM_HIGH = 1 << 1,
};

// What a key is made of, as the packet has it. Addresses are images of their bytes in memory, IPv4
// in the first four, the rest 0.
struct flow_ends {
	uint64_t source[2], destination[2];
	uint16_t source_port, destination_port;
	uint8_t protocol;
	uint8_t family; // enum family
};

// Which of two ends comes first, in an order that means nothing but is always the same. Traffic
// goes both ways in no pattern: every branch here would be guessed wrong half the time.
static inline bool flow_ends_in_order(const struct flow_ends *ends)
{
	const uint64_t *a = ends->source, *b = ends->destination;
	bool ports = ends->source_port <= ends->destination_port;
	bool seconds = (a[1] < b[1]) | ((a[1] == b[1]) & ports);

	return (a[0] < b[0]) | ((a[0] == b[0]) & seconds);
}

// The key and the direction a packet between these ends has in it.
static inline enum flow_direction flow_key_make(const struct flow_ends *ends,
                                                struct flow_key *ret_key)
{
	const uint64_t *a = ends->source, *b = ends->destination;
	bool in_order = flow_ends_in_order(ends);
	uint64_t swap = (uint64_t)in_order - 1; // all ones, or none
	uint64_t first = (a[0] ^ b[0]) & swap, second = (a[1] ^ b[1]) & swap;
	uint32_t turned = (uint32_t)(ends->source_port ^ ends->destination_port) & (uint32_t)swap;
	uint32_t low_port = ends->source_port ^ turned, high_port = ends->destination_port ^ turned;

	*ret_key = (struct flow_key){{
		a[0] ^ first,
		a[1] ^ second,
		b[0] ^ first,
		b[1] ^ second,
		low_port | (uint64_t)high_port << 16 | (uint64_t)ends->protocol << 32 |
			(uint64_t)ends->family << 40,
	}};
	return (enum flow_direction)(FLOW_FROM_HIGH - in_order);
}

static inline struct flow_ends flow_ends_of_packet(const struct packet *packet)
{
	struct flow_ends ends = {
		.source_port = packet->source_port,
		.destination_port = packet->destination_port,
		.protocol = packet->protocol,
		.family = packet->payload,
	};

	memcpy(ends.source, packet->source, sizeof(ends.source));
	memcpy(ends.destination, packet->destination, sizeof(ends.destination));
	return ends;
}

static inline enum flow_direction flow_key_of_packet(const struct packet *packet,
                                                     struct flow_key *ret_key)
{
	struct flow_ends ends = flow_ends_of_packet(packet);

	return flow_key_make(&ends, ret_key);
}

static inline enum family flow_key_family(const struct flow_key *key)
{
	return (enum family)(key->words[4] >> 40 & 0xff);
}

static inline uint8_t flow_key_protocol(const struct flow_key *key)
{
	return (uint8_t)(key->words[4] >> 32);
}

// A flow has two ends, 0 the low one and 1 the high one: the one a packet comes from.
static inline uint32_t flow_end(enum flow_direction direction)
{
	return direction == FLOW_FROM_HIGH;
}

static inline uint16_t flow_key_port(const struct flow_key *key, uint32_t end)
{
	return (uint16_t)(key->words[4] >> 16 * end);
}

static inline const uint64_t *flow_key_address(const struct flow_key *key, uint32_t end)
{
	return &key->words[2 * end];
}

// The 16 bytes of the address a packet of that direction comes from.
static inline const uint8_t *flow_key_source(const struct flow_key *key,
                                             enum flow_direction direction)
{
	return (const uint8_t *)flow_key_address(key, flow_end(direction));
}

static inline bool flow_key_equal(const struct flow_key *a, const struct flow_key *b)
{
	const uint64_t *x = a->words, *y = b->words;

	return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) | (x[4] ^ y[4])) == 0;
}
