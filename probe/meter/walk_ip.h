// Steps over IP headers, extension headers and what stands on top of them.
// Portable: compiles natively and for BPF.
#pragma once

#include "proto/enums.h"

#include "walk.h"
#include "wire_headers.h"

enum ip_protocol {
	PROTOCOL_HOP_BY_HOP = 0,
	PROTOCOL_ICMP = 1,
	PROTOCOL_IPV4 = 4,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_DCCP = 33,
	PROTOCOL_IPV6 = 41,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_GRE = 47,
	PROTOCOL_ESP = 50,
	PROTOCOL_AH = 51,
	PROTOCOL_ICMPV6 = 58,
	PROTOCOL_NONE = 59,
	PROTOCOL_DESTINATION = 60,
	PROTOCOL_ETHERIP = 97,
	PROTOCOL_L2TP = 115,
	PROTOCOL_SCTP = 132,
	PROTOCOL_MOBILITY = 135,
	PROTOCOL_UDP_LITE = 136,
	PROTOCOL_HIP = 139,
	PROTOCOL_SHIM6 = 140,
	PROTOCOL_ETHERNET = 143,
};

enum {
	IPV4_MORE_FRAGMENTS = 0x2000,
	IPV4_OFFSET = 0x1fff,
	IPV6_MORE_FRAGMENTS = 0x0001,
	IPV6_OFFSET = 0xfff8,
	ROUTING_SEGMENTS = 4, // routing type of SRv6 (RFC 8754)
	OPTION_PAD1 = 0,
	OPTION_JUMBO = 0xc2,
	MAX_OPTIONS = 16, // looked at in search of the jumbo payload option
};

static inline bool address_is_6to4(const uint8_t *address)
{
	return address[0] == 0x20 && address[1] == 0x02;
}

// Interface identifier ::0:5efe:a.b.c.d or ::200:5efe:a.b.c.d (RFC 5214, 6.1).
static inline bool address_is_isatap(const uint8_t *address)
{
	return (address[8] == 0x00 || address[8] == 0x02) && address[9] == 0x00 &&
	       address[10] == 0x5e && address[11] == 0xfe;
}

// 64:ff9b::/96 (RFC 6052) or 64:ff9b:1::/48 (RFC 8215).
static inline bool address_is_nat64(const uint8_t *address)
{
	if (address[0] != 0x00 || address[1] != 0x64 || address[2] != 0xff || address[3] != 0x9b)
		return false;
	if (address[4] == 0x00 && address[5] == 0x01)
		return true;
	for (int i = 4; i < 12; i++)
		if (address[i] != 0)
			return false;
	return true;
}

// Class of a packet whose headers hold no step from one family into the other.
static inline enum transition native_transition(enum family payload, const uint8_t *source,
                                                const uint8_t *destination)
{
	if (payload == FAMILY_IPV4)
		return TRANSITION_NATIVE4;
	if (address_is_nat64(source) || address_is_nat64(destination))
		return TRANSITION_NAT64;
	return TRANSITION_NATIVE6;
}

// The outermost step from one family directly into the other decides; called with every inner
// header, before it becomes the payload header.
static inline void walk_decide_transition(struct walk *walk, enum family inner,
                                          const uint8_t *source, const uint8_t *destination)
{
	struct packet *packet = &walk->packet;

	if (walk->transition_decided || walk->ip_step == IP_STEP_OTHER || packet->payload == inner)
		return;
	if (inner == FAMILY_IPV4) {
		// IPv4 behind a segment routing header is SRv6, which only carries.
		if (walk->segment_routed)
			return;
		packet->transition = TRANSITION_4IN6;
	} else if (walk->ip_step == IP_STEP_TEREDO) {
		packet->transition = TRANSITION_TEREDO;
	} else if (address_is_6to4(source) || address_is_6to4(destination)) {
		packet->transition = TRANSITION_6TO4;
	} else if (address_is_isatap(source) || address_is_isatap(destination)) {
		packet->transition = TRANSITION_ISATAP;
	} else {
		packet->transition = TRANSITION_6IN4;
		packet->tunnelled_offset = (uint16_t)walk->offset;
	}
	walk->transition_decided = true;
}

// Notes a valid IP header as the payload header, and as the carrier if it is the first.
static inline void walk_enter_ip(struct walk *walk, enum family family, uint64_t l3_bytes)
{
	struct packet *packet = &walk->packet;

	if (packet->n_ip_headers == 0) {
		packet->carrier = (uint8_t)family;
		packet->carrier_bytes = l3_bytes;
		packet->verdict = family == FAMILY_IPV4 ? FRAME_IPV4 : FRAME_IPV6;
	}
	packet->n_ip_headers++;
	packet->payload = (uint8_t)family;
	packet->payload_bytes = l3_bytes;
	packet->source_port = 0;
	packet->destination_port = 0;
	packet->transport_offset = 0;
	packet->transport_bytes = 0;
	packet->flags &= (uint8_t)~PACKET_FRAGMENT;
	walk->ip_step = IP_STEP_OTHER;
	walk->segment_routed = false;
}

// Ends the walk at a header that was announced as IP and is none. Only the outermost one makes
// the frame malformed; inside, what was read before stands.
static inline void walk_refuse_ip(struct walk *walk)
{
	if (walk->packet.n_ip_headers == 0)
		walk->packet.verdict = FRAME_MALFORMED;
	walk_stop(walk);
}

// The same where the fixed header cannot be read: the frame's own fault, or the capture's.
static inline void walk_miss_ip(struct walk *walk, uint32_t header_bytes)
{
	if (bytes_behind(walk, walk->offset) < header_bytes)
		walk_refuse_ip(walk);
	else
		walk_stop(walk);
}

static inline void walk_ipv4(const struct frame_view *view, struct walk *walk)
{
	const struct ipv4_header *header = header_at(view, walk, walk->offset, sizeof(*header));
	struct packet *packet = &walk->packet;
	uint32_t header_bytes, total_bytes;
	uint16_t fragment;

	if (!header)
		return walk_miss_ip(walk, sizeof(*header));
	header_bytes = (header->version_words & 15u) * 4;
	total_bytes = be16_value(header->total_bytes);
	if (header->version_words >> 4 != 4 || header_bytes < sizeof(*header) ||
	    (total_bytes != 0 && total_bytes < header_bytes))
		return walk_refuse_ip(walk);
	if (total_bytes == 0) // left to segmentation offload
		total_bytes = bytes_behind(walk, walk->offset);
	walk_decide_transition(walk, FAMILY_IPV4, header->source, header->destination);
	walk_enter_ip(walk, FAMILY_IPV4, total_bytes);
	__builtin_memset(packet->source, 0, sizeof(packet->source));
	__builtin_memset(packet->destination, 0, sizeof(packet->destination));
	__builtin_memcpy(packet->source, header->source, sizeof(header->source));
	__builtin_memcpy(packet->destination, header->destination, sizeof(header->destination));
	packet->protocol = walk->protocol = header->protocol;
	fragment = be16_value(header->fragment);
	walk_limit(walk, walk->offset, total_bytes);
	walk_to(walk, HEADER_UPPER, walk->offset + header_bytes);
	if (fragment & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET))
		packet->flags |= PACKET_FRAGMENT;
	if (fragment & IPV4_OFFSET)
		walk_stop(walk);
}

// True, with its length, when the hop-by-hop header at offset holds the jumbo payload option
// (RFC 2675). The loop keeps to one branch a round: the kernel's verifier follows every
// combination.
static inline bool jumbo_payload_bytes(const struct frame_view *view, const struct walk *walk,
                                       uint32_t offset, uint32_t *ret_payload_bytes)
{
	const struct extension_header *header = header_at(view, walk, offset, sizeof(*header));
	uint32_t options_end;

	if (!header)
		return false;
	options_end = offset + (header->length + 1u) * 8;
	offset += 2;
	for (int i = 0; i < MAX_OPTIONS && offset + 2 <= options_end; i++) {
		const uint8_t *option = header_at(view, walk, offset, 2);

		if (!option)
			return false;
		if (option[0] == OPTION_JUMBO && option[1] == sizeof(be32)) {
			const be32 *value = header_at(view, walk, offset + 2, sizeof(*value));

			if (!value || offset + 6 > options_end)
				return false;
			*ret_payload_bytes = be32_value(*value);
			return true;
		}
		offset += option[0] == OPTION_PAD1 ? 1u : 2u + option[1];
	}
	return false;
}

// L3 bytes of the IPv6 packet at offset. A payload length of 0 is a jumbogram's, or segmentation
// offload's, which leaves what is on the wire; or there is no payload.
static inline uint64_t ipv6_total_bytes(const struct frame_view *view, const struct walk *walk,
                                        const struct ipv6_header *header)
{
	uint32_t payload_bytes = be16_value(header->payload_bytes);
	uint32_t payload_offset = walk->offset + (uint32_t)sizeof(*header);

	if (payload_bytes == 0 && header->next_header != PROTOCOL_NONE &&
	    !(header->next_header == PROTOCOL_HOP_BY_HOP &&
	      jumbo_payload_bytes(view, walk, payload_offset, &payload_bytes)))
		payload_bytes = bytes_behind(walk, payload_offset);
	return sizeof(*header) + (uint64_t)payload_bytes;
}

static inline void walk_ipv6(const struct frame_view *view, struct walk *walk)
{
	const struct ipv6_header *header = header_at(view, walk, walk->offset, sizeof(*header));
	struct packet *packet = &walk->packet;
	uint64_t total_bytes;

	if (!header)
		return walk_miss_ip(walk, sizeof(*header));
	if (header->version_class_label.octets[0] >> 4 != 6)
		return walk_refuse_ip(walk);
	total_bytes = ipv6_total_bytes(view, walk, header);
	walk_decide_transition(walk, FAMILY_IPV6, header->source, header->destination);
	walk_enter_ip(walk, FAMILY_IPV6, total_bytes);
	__builtin_memcpy(packet->source, header->source, sizeof(packet->source));
	__builtin_memcpy(packet->destination, header->destination, sizeof(packet->destination));
	packet->protocol = walk->protocol = header->next_header;
	if (total_bytes < UINT32_MAX)
		walk_limit(walk, walk->offset, (uint32_t)total_bytes);
	walk_to(walk, HEADER_UPPER, walk->offset + (uint32_t)sizeof(*header));
}

// Goes on behind a header of n_bytes that announced the next protocol. One that passes the end of
// its packet is believed in its protocol number only.
static inline void walk_over_extension(struct walk *walk, uint8_t next, uint32_t n_bytes)
{
	walk->packet.protocol = walk->protocol = next;
	walk->offset += n_bytes;
	if (walk->offset > walk->end)
		walk_stop(walk);
}

static inline void walk_extension(const struct frame_view *view, struct walk *walk)
{
	const struct extension_header *header = header_at(view, walk, walk->offset,
	                                                  sizeof(*header));
	uint8_t protocol = walk->protocol;

	if (!header)
		return walk_stop(walk);
	if (protocol == PROTOCOL_ROUTING && header->routing_type == ROUTING_SEGMENTS)
		walk->segment_routed = true;
	// Mobility (RFC 6275, 6.1.1) and HIP (RFC 7401, 5.1) end the chain with "no next header":
	// they are then the upper-layer protocol themselves.
	if ((protocol == PROTOCOL_MOBILITY || protocol == PROTOCOL_HIP) &&
	    header->next_header == PROTOCOL_NONE)
		return walk_stop(walk);
	walk_over_extension(walk, header->next_header, (header->length + 1u) * 8);
}

// The authentication header's length counts 4-byte units, less two (RFC 4302, 2.2).
static inline void walk_authentication(const struct frame_view *view, struct walk *walk)
{
	const struct extension_header *header = header_at(view, walk, walk->offset,
	                                                  sizeof(*header));

	if (!header)
		return walk_stop(walk);
	walk_over_extension(walk, header->next_header, (header->length + 2u) * 4);
}

// Offset 0 and no more fragments is an atomic fragment (RFC 6946): an ordinary packet.
static inline void walk_fragment(const struct frame_view *view, struct walk *walk)
{
	const struct fragment_header *header = header_at(view, walk, walk->offset, sizeof(*header));
	uint16_t offset;

	if (!header)
		return walk_stop(walk);
	offset = be16_value(header->offset);
	walk_over_extension(walk, header->next_header, sizeof(*header));
	if (offset & (IPV6_OFFSET | IPV6_MORE_FRAGMENTS))
		walk->packet.flags |= PACKET_FRAGMENT;
	if (offset & IPV6_OFFSET)
		walk_stop(walk);
}

// A fragment is keyed without ports, the first one included, so that a datagram is one flow.
static inline void walk_note_ports(struct walk *walk, const struct ports_header *ports)
{
	struct packet *packet = &walk->packet;
	uint32_t transport_bytes = bytes_behind(walk, walk->offset);

	if (packet->flags & PACKET_FRAGMENT)
		return;
	packet->source_port = be16_value(ports->source);
	packet->destination_port = be16_value(ports->destination);
	packet->transport_offset = (uint16_t)walk->offset;
	packet->transport_bytes = (uint16_t)(transport_bytes < UINT16_MAX ? transport_bytes
	                                                                  : UINT16_MAX);
}

static inline void walk_ports(const struct frame_view *view, struct walk *walk)
{
	const struct ports_header *ports = header_at(view, walk, walk->offset, sizeof(*ports));

	if (ports)
		walk_note_ports(walk, ports);
	walk_stop(walk);
}
