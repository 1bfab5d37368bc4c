// A frame made once with the packet builder, whose copies differ only in the two ends of the
// innermost flow: addresses, ports and the checksums over them. Copying and patching it costs a
// fraction of building it.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "proto/bytes.h"

#include "kind.h"
#include "packet_builder.h"
#include "truth.h"

// What a packet is within its flow.
enum segment {
	SEGMENT_FORWARD, // from client to server
	SEGMENT_REVERSE,
	SEGMENT_OPENING, // the first one of the client
	SEGMENT_PROBE, // one the server opens with: of a scan among clients
	SEGMENT_ACCEPTANCE, // what the server answers an opening with
	SEGMENT_PROBE_ACCEPTANCE, // what the client answers a probe with
	SEGMENT_RESET, // the client's refusal of either
	SEGMENT_GUESS, // of a client that acknowledges what it has not seen
	N_SEGMENTS
};

static inline bool segment_is_reverse(enum segment segment)
{
	return segment == SEGMENT_REVERSE || segment == SEGMENT_PROBE ||
	       segment == SEGMENT_ACCEPTANCE;
}

// What a template is made from.
struct template_plan {
	enum kind kind;
	enum family payload, carrier;
	bool udp; // or TCP
	enum segment segment;
	uint32_t n_bytes; // of the frame, unless its headers need more
};

enum {
	TEMPLATE_MIN_BYTES = 64, // that copying relies on
	TEMPLATE_MAX_BYTES = 1518,
};

struct template
{
	uint8_t *bytes; // addresses and ports are 0
	uint16_t n_bytes;
	uint8_t segment;
	// Where things are in the frame. Headers end long before 256.
	uint8_t client_at, server_at, client_port_at, server_port_at, checksum_at, ipv4_checksum_at;
	// Sums of 16-bit words of what all copies have in common.
	uint16_t sum, ipv4_sum;
	struct expectation expected; // of every copy, but for the path
};

// The ends of a flow, as numbers. IPv4 addresses stand in the low half of their interface. Networks
// are below 2^62 and interfaces below 2^60, so that adding all of them up does not overflow: true
// of the address plan.
struct template_ends {
	uint64_t client_network, client_interface, server_network, server_interface;
	uint16_t client_port, server_port;
};

// 0 or -ENOMEM. Frames are longer than planned where their headers are.
int template_init(struct template *template, const struct template_plan *plan);
void template_fini(struct template *template);

static inline void template_put16(uint8_t *place, uint16_t value)
{
	be16 field = be16_from(value);

	memcpy(place, &field, sizeof(field));
}

static inline void template_put32(uint8_t *place, uint32_t value)
{
	be32 field = be32_from(value);

	memcpy(place, &field, sizeof(field));
}

static inline void template_put64(uint8_t *place, uint64_t value)
{
	value = __builtin_bswap64(value);
	memcpy(place, &value, sizeof(value));
}

// The one's complement of a sum of 16-bit words, as a checksum field wants it. A number is, modulo
// 2^16 - 1, the sum of its words, so no carry need ever be folded; and the remainder is never
// 2^16 - 1, so the checksum is never 0, which to UDP would mean that there is none. Other protocols
// take both zeros for the same.
static inline uint16_t template_checksum(uint64_t sum)
{
	return (uint16_t)(UINT16_MAX - sum % UINT16_MAX);
}

// Copies exactly n_bytes: nothing behind the place is touched. Most frames end within 80 bytes and
// take the same few instructions.
static inline void template_copy(const struct template *template, uint8_t *place)
{
	memcpy(place, template->bytes, TEMPLATE_MIN_BYTES);
	if (template->n_bytes > TEMPLATE_MIN_BYTES + 16)
		memcpy(place + TEMPLATE_MIN_BYTES, template->bytes + TEMPLATE_MIN_BYTES,
		       template->n_bytes - TEMPLATE_MIN_BYTES);
	else
		memcpy(place + template->n_bytes - 16, template->bytes + template->n_bytes - 16,
		       16);
}

static inline void template_fill_ports(const struct template *template,
                                       const struct template_ends *ends, uint64_t sum,
                                       uint8_t *place)
{
	template_put16(place + template->client_port_at, ends->client_port);
	template_put16(place + template->server_port_at, ends->server_port);
	template_put16(
		place + template->checksum_at,
		template_checksum(sum + template->sum + ends->client_port + ends->server_port));
}

// Makes the place a frame between these ends; it has room for the template's n_bytes.
static inline void template_fill_ipv4(const struct template *template,
                                      const struct template_ends *ends, uint8_t *place)
{
	uint64_t sum = ends->client_interface + ends->server_interface;

	template_copy(template, place);
	template_put32(place + template->client_at, (uint32_t)ends->client_interface);
	template_put32(place + template->server_at, (uint32_t)ends->server_interface);
	template_put16(place + template->ipv4_checksum_at,
	               template_checksum(sum + template->ipv4_sum));
	template_fill_ports(template, ends, sum, place);
}

static inline void template_fill_ipv6(const struct template *template,
                                      const struct template_ends *ends, uint8_t *place)
{
	uint64_t sum = ends->client_network + ends->client_interface + ends->server_network +
	               ends->server_interface;

	template_copy(template, place);
	template_put64(place + template->client_at, ends->client_network);
	template_put64(place + template->client_at + 8, ends->client_interface);
	template_put64(place + template->server_at, ends->server_network);
	template_put64(place + template->server_at + 8, ends->server_interface);
	template_fill_ports(template, ends, sum, place);
}
