// The short path of the parser: Ethernet, at most one tag, an IP header without options or
// extensions, TCP or UDP that is no tunnel, everything where its lengths say. What is plain counts
// as the walk would count it; whatever is not is left to the walk. Nearly all traffic is plain.
//
// All checks of a packet are summed up in one branch: alone each is cheap, and a mixture of
// traffic makes each go both ways.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "flow_key.h"
#include "packet.h"
#include "walk_ip.h"
#include "walk_tunnel.h"

struct plain {
	struct flow_ends ends;
	uint32_t bytes; // of the IP packet
	uint16_t transport_offset, transport_bytes; // as those of a packet
};

enum {
	PLAIN_TAG_BYTES = sizeof(struct vlan_header),
	// Both ports lie in the first eight bytes of TCP and UDP.
	PLAIN_TRANSPORT_BYTES = sizeof(struct udp_header),
	// Every port a tunnel is known by is among these.
	PLAIN_FIRST_TUNNEL_PORT = PORT_L2TP,
	PLAIN_LAST_TUNNEL_PORT = PORT_VXLAN_LINUX,
};

// Of an IPv6 packet.
static inline bool plain_is_nat64(const struct plain *plain)
{
	return address_is_nat64((const uint8_t *)plain->ends.source) ||
	       address_is_nat64((const uint8_t *)plain->ends.destination);
}

// Where the IP header of an Ethernet frame stands if the frame is plain, and which it must be;
// N_FAMILIES when the frame cannot be plain.
static inline uint32_t plain_family(const struct frame *frame, uint32_t *ret_offset)
{
	const struct ethernet_header *ethernet = (const void *)frame->data;
	const struct vlan_header *vlan = (const void *)(frame->data + sizeof(*ethernet));
	uint16_t type;

	*ret_offset = sizeof(*ethernet);
	if (frame->captured_bytes < sizeof(*ethernet) + sizeof(*vlan))
		return N_FAMILIES;
	type = be16_value(ethernet->type);
	if (type == ETHERTYPE_VLAN) {
		type = be16_value(vlan->type);
		*ret_offset += PLAIN_TAG_BYTES;
	}
	return N_FAMILIES - 2 * (type == ETHERTYPE_IPV4) - (type == ETHERTYPE_IPV6);
}
_Static_assert(FAMILY_IPV4 == 0 && FAMILY_IPV6 == 1 && N_FAMILIES == 2, "told without a branch");

// False tells that no tunnel is known by either port; true leaves it open.
static inline bool plain_may_be_tunnel(uint16_t source, uint16_t destination)
{
	const uint16_t first = PLAIN_FIRST_TUNNEL_PORT, last = PLAIN_LAST_TUNNEL_PORT;

	return ((uint16_t)(source - first) <= last - first) |
	       ((uint16_t)(destination - first) <= last - first);
}

// Notes the ports at transport; false when neither TCP nor plain UDP.
static inline bool plain_ports(const uint8_t *transport, uint8_t protocol, struct flow_ends *ends)
{
	const struct ports_header *ports = (const void *)transport;
	uint16_t source = be16_value(ports->source), destination = be16_value(ports->destination);

	ends->source_port = source;
	ends->destination_port = destination;
	ends->protocol = protocol;
	if (protocol == PROTOCOL_TCP)
		return true;
	if (protocol != PROTOCOL_UDP)
		return false;
	return !plain_may_be_tunnel(source, destination) ||
	       udp_payload_kind(source, destination) == HEADER_NONE;
}

// Reads the IPv4 header at offset; false, with ret_plain in any state, when it is not plain.
static inline bool plain_ipv4(const struct frame *frame, uint32_t offset, struct plain *ret_plain)
{
	const struct ipv4_header *header = (const void *)(frame->data + offset);
	uint64_t source = 0, destination = 0; // from memory to registers, see flow_key.h
	uint32_t total_bytes;

	if (offset + sizeof(*header) + PLAIN_TRANSPORT_BYTES > frame->captured_bytes)
		return false;
	total_bytes = be16_value(header->total_bytes);
	if ((header->version_words != 0x45) |
	    ((be16_value(header->fragment) & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET)) != 0) |
	    (total_bytes < sizeof(*header) + PLAIN_TRANSPORT_BYTES) |
	    (offset + total_bytes > frame->wire_bytes))
		return false;
	memcpy(&source, header->source, sizeof(header->source));
	memcpy(&destination, header->destination, sizeof(header->destination));
	ret_plain->ends.source[0] = source;
	ret_plain->ends.destination[0] = destination;
	ret_plain->ends.source[1] = ret_plain->ends.destination[1] = 0;
	ret_plain->ends.family = FAMILY_IPV4;
	ret_plain->bytes = total_bytes;
	ret_plain->transport_offset = (uint16_t)(offset + sizeof(*header));
	ret_plain->transport_bytes = (uint16_t)(total_bytes - sizeof(*header));
	return plain_ports((const uint8_t *)(header + 1), header->protocol, &ret_plain->ends);
}

// The same for IPv6.
static inline bool plain_ipv6(const struct frame *frame, uint32_t offset, struct plain *ret_plain)
{
	const struct ipv6_header *header = (const void *)(frame->data + offset);
	uint32_t total_bytes;

	if (offset + sizeof(*header) + PLAIN_TRANSPORT_BYTES > frame->captured_bytes)
		return false;
	total_bytes = (uint32_t)sizeof(*header) + be16_value(header->payload_bytes);
	if ((header->version_class_label.octets[0] >> 4 != 6) |
	    (total_bytes < sizeof(*header) + PLAIN_TRANSPORT_BYTES) |
	    (offset + total_bytes > frame->wire_bytes))
		return false;
	memcpy(ret_plain->ends.source, header->source, sizeof(header->source));
	memcpy(ret_plain->ends.destination, header->destination, sizeof(header->destination));
	ret_plain->ends.family = FAMILY_IPV6;
	ret_plain->bytes = total_bytes;
	ret_plain->transport_offset = (uint16_t)(offset + sizeof(*header));
	ret_plain->transport_bytes = (uint16_t)(total_bytes - sizeof(*header));
	return plain_ports((const uint8_t *)(header + 1), header->next_header, &ret_plain->ends);
}
