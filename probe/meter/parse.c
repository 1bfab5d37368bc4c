#include "parse.h"

void packet_parse_by_walk(enum link_layer layer, const struct frame *frame,
                          struct packet *ret_packet)
{
	const struct frame_view view = {frame->data, frame->data + frame->captured_bytes};
	struct walk walk;

	walk_begin(&walk, layer, frame->wire_bytes);
	while (walk.kind != HEADER_NONE)
		walk_step(&view, &walk);
	walk_finish(&walk);
	*ret_packet = walk.packet;
}

// Notes the ports at offset of a plain TCP or UDP packet. False when the bytes are not all there,
// or the ports may stand for a tunnel.
static bool parse_plain_ports(const struct frame *frame, uint32_t offset, uint32_t end,
                              struct packet *ret_packet)
{
	const struct ports_header *ports = (const void *)(frame->data + offset);

	if (offset + sizeof(struct udp_header) > end ||
	    offset + sizeof(struct udp_header) > frame->captured_bytes)
		return false;
	ret_packet->source_port = be16_value(ports->source);
	ret_packet->destination_port = be16_value(ports->destination);
	return ret_packet->protocol == PROTOCOL_TCP ||
	       udp_payload_kind(ret_packet->source_port, ret_packet->destination_port) ==
	               HEADER_NONE;
}

static bool parse_plain_ipv4(const struct frame *frame, uint32_t offset, struct packet *ret_packet)
{
	const struct ipv4_header *header = (const void *)(frame->data + offset);
	uint32_t total_bytes;

	if (offset + sizeof(*header) > frame->captured_bytes || header->version_words != 0x45)
		return false;
	total_bytes = be16_value(header->total_bytes);
	if ((header->protocol != PROTOCOL_TCP && header->protocol != PROTOCOL_UDP) ||
	    be16_value(header->fragment) & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET) ||
	    offset + total_bytes > frame->wire_bytes)
		return false;
	ret_packet->protocol = header->protocol;
	if (!parse_plain_ports(frame, offset + (uint32_t)sizeof(*header), offset + total_bytes,
	                       ret_packet))
		return false;
	__builtin_memcpy(ret_packet->source, header->source, sizeof(header->source));
	__builtin_memcpy(ret_packet->destination, header->destination, sizeof(header->destination));
	ret_packet->verdict = FRAME_IPV4;
	ret_packet->carrier = ret_packet->payload = FAMILY_IPV4;
	ret_packet->carrier_bytes = ret_packet->payload_bytes = total_bytes;
	ret_packet->transition = TRANSITION_NATIVE4;
	return true;
}

static bool parse_plain_ipv6(const struct frame *frame, uint32_t offset, struct packet *ret_packet)
{
	const struct ipv6_header *header = (const void *)(frame->data + offset);
	uint32_t payload_bytes, payload_offset = offset + (uint32_t)sizeof(*header);

	if (payload_offset > frame->captured_bytes ||
	    header->version_class_label.octets[0] >> 4 != 6)
		return false;
	payload_bytes = be16_value(header->payload_bytes);
	if ((header->next_header != PROTOCOL_TCP && header->next_header != PROTOCOL_UDP) ||
	    payload_bytes == 0 || payload_offset + payload_bytes > frame->wire_bytes)
		return false;
	ret_packet->protocol = header->next_header;
	if (!parse_plain_ports(frame, payload_offset, payload_offset + payload_bytes, ret_packet))
		return false;
	__builtin_memcpy(ret_packet->source, header->source, sizeof(header->source));
	__builtin_memcpy(ret_packet->destination, header->destination, sizeof(header->destination));
	ret_packet->verdict = FRAME_IPV6;
	ret_packet->carrier = ret_packet->payload = FAMILY_IPV6;
	ret_packet->carrier_bytes = ret_packet->payload_bytes = sizeof(*header) + payload_bytes;
	ret_packet->transition = (uint8_t)native_transition(FAMILY_IPV6, header->source,
	                                                    header->destination);
	return true;
}

// The common case: Ethernet, at most one tag, an IP header without options or extensions, TCP or
// UDP that is no tunnel, everything where its lengths say. False, with ret_packet in any state,
// when the frame is anything else.
static bool parse_plain(const struct frame *frame, struct packet *ret_packet)
{
	const struct ethernet_header *ethernet = (const void *)frame->data;
	const struct vlan_header *vlan = (const void *)(frame->data + sizeof(*ethernet));
	uint32_t offset = sizeof(*ethernet);
	uint16_t type;

	if (frame->captured_bytes < sizeof(*ethernet) + sizeof(*vlan))
		return false;
	*ret_packet = (struct packet){.n_headers = 3, .n_ip_headers = 1};
	type = be16_value(ethernet->type);
	if (type == ETHERTYPE_VLAN) {
		type = be16_value(vlan->type);
		offset += sizeof(*vlan);
		ret_packet->n_headers++;
	}
	if (type == ETHERTYPE_IPV4)
		return parse_plain_ipv4(frame, offset, ret_packet);
	return type == ETHERTYPE_IPV6 && parse_plain_ipv6(frame, offset, ret_packet);
}

void packet_parse(enum link_layer layer, const struct frame *frame, struct packet *ret_packet)
{
	if (layer != LINK_ETHERNET || !parse_plain(frame, ret_packet))
		packet_parse_by_walk(layer, frame, ret_packet);
}
