#include "parse.h"

#include "plain.h"

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

static void fill_plain(uint32_t offset, enum family family, const struct plain *plain,
                       struct packet *ret_packet)
{
	const struct flow_ends *ends = &plain->ends;

	// All of it, what stands behind the last field too: packets are compared as bytes.
	memset(ret_packet, 0, sizeof(*ret_packet));
	ret_packet->carrier_bytes = ret_packet->payload_bytes = plain->bytes;
	ret_packet->source_port = ends->source_port;
	ret_packet->destination_port = ends->destination_port;
	ret_packet->transport_offset = plain->transport_offset;
	ret_packet->transport_bytes = plain->transport_bytes;
	ret_packet->verdict = family == FAMILY_IPV4 ? FRAME_IPV4 : FRAME_IPV6;
	ret_packet->carrier = ret_packet->payload = (uint8_t)family;
	ret_packet->transition = TRANSITION_NATIVE4;
	if (family == FAMILY_IPV6)
		ret_packet->transition = plain_is_nat64(plain) ? TRANSITION_NAT64
		                                               : TRANSITION_NATIVE6;
	ret_packet->protocol = ends->protocol;
	ret_packet->n_ip_headers = 1;
	ret_packet->n_headers = offset > sizeof(struct ethernet_header) ? 4 : 3;
	memcpy(ret_packet->source, ends->source, sizeof(ret_packet->source));
	memcpy(ret_packet->destination, ends->destination, sizeof(ret_packet->destination));
}

static bool parse_plain(const struct frame *frame, struct packet *ret_packet)
{
	struct plain plain;
	uint32_t offset;
	uint32_t family = plain_family(frame, &offset);

	if (family == N_FAMILIES || !(family == FAMILY_IPV4 ? plain_ipv4(frame, offset, &plain)
	                                                    : plain_ipv6(frame, offset, &plain)))
		return false;
	fill_plain(offset, (enum family)family, &plain, ret_packet);
	return true;
}

void packet_parse(enum link_layer layer, const struct frame *frame, struct packet *ret_packet)
{
	if (layer != LINK_ETHERNET || !parse_plain(frame, ret_packet))
		packet_parse_by_walk(layer, frame, ret_packet);
}
