#include "wrap.h"

#include "layers.h"

enum {
	MIN_FRAME_BYTES = 60, // without checksum
	PROVIDER_VLAN = 100,
	TRANSPORT_LABEL = 16000,
	FIRST_LABEL = 24000,
};

// Puts the outer UDP header in front. The source port spreads flows over paths (RFC 7348).
static void push_tunnel_udp(struct packet_builder *builder, const struct flow *flow,
                            struct path *outer, uint16_t port)
{
	outer->source_port = (uint16_t)(49152 + flow->tag);
	outer->destination_port = port;
	packet_push_udp(builder, outer);
	packet_push_ip(builder, outer, PROTOCOL_UDP);
}

static void wrap_gre(struct packet_builder *builder, const struct flow *flow,
                     const struct path *outer)
{
	packet_push_gre(builder, flow->path.source.family, flow->tag % 2 == 0 ? flow->tag : 0);
	packet_push_ip(builder, outer, PROTOCOL_GRE);
}

static void wrap_ethernet_tunnel(struct packet_builder *builder, const struct flow *flow,
                                 struct path *outer, bool reverse)
{
	packet_push_ethernet(builder, family_ethertype(flow->path.source.family), reverse);
	if (flow->kind == KIND_VXLAN) {
		packet_push_vxlan(builder, flow->tag);
		push_tunnel_udp(builder, flow, outer, PORT_VXLAN);
		return;
	}
	packet_push_geneve(builder, flow->tag, flow->tag % 2 == 0 ? flow->tag : 0);
	push_tunnel_udp(builder, flow, outer, PORT_GENEVE);
}

static void wrap_gtpu(struct packet_builder *builder, const struct flow *flow, struct path *outer)
{
	packet_push_gtpu(builder, flow->tag, flow->tag % 2 == 0 ? 9 : 0);
	outer->source_port = PORT_GTPU;
	outer->destination_port = PORT_GTPU;
	packet_push_udp(builder, outer);
	packet_push_ip(builder, outer, PROTOCOL_UDP);
}

// A server tells the client where it seems to come from.
static void wrap_teredo(struct packet_builder *builder, const struct path *outer, bool reverse)
{
	if (reverse)
		packet_push_teredo_origin(builder, outer->destination_port,
		                          (uint32_t)outer->destination.bytes[0] << 24 |
		                                  (uint32_t)outer->destination.bytes[1] << 16 |
		                                  (uint32_t)outer->destination.bytes[2] << 8 |
		                                  outer->destination.bytes[3]);
	packet_push_udp(builder, outer);
	packet_push_ip(builder, outer, PROTOCOL_UDP);
}

// The packet is on its way to the first of two segments; the tunnel's end is the second.
static void wrap_srv6(struct packet_builder *builder, const struct flow *flow,
                      const struct path *outer)
{
	struct path hop = *outer;

	hop.destination.bytes[6] = 1;
	packet_push_segments(builder, family_protocol(flow->path.source.family),
	                     &outer->destination, &hop.destination);
	packet_push_ip(builder, &hop, PROTOCOL_ROUTING);
}

// Tunnels: everything up to and with the outermost IP header.
static void wrap_ip(struct packet_builder *builder, const struct flow *flow, bool reverse)
{
	struct path outer = reverse ? path_reversed(&flow->tunnel) : flow->tunnel;

	switch (flow->kind) {
	case KIND_6IN4:
	case KIND_6TO4:
	case KIND_ISATAP:
	case KIND_4IN6:
		packet_push_ip(builder, &outer, family_protocol(flow->path.source.family));
		return;
	case KIND_GRE:
		wrap_gre(builder, flow, &outer);
		return;
	case KIND_VXLAN:
	case KIND_GENEVE:
		wrap_ethernet_tunnel(builder, flow, &outer, reverse);
		return;
	case KIND_GTPU:
		wrap_gtpu(builder, flow, &outer);
		return;
	case KIND_TEREDO:
		wrap_teredo(builder, &outer, reverse);
		return;
	case KIND_SRV6:
		wrap_srv6(builder, flow, &outer);
		return;
	default:
		return;
	}
}

// Labels and tags; returns the ethertype of what is in front now.
static uint16_t wrap_link(struct packet_builder *builder, const struct flow *flow,
                          enum family carrier)
{
	uint16_t ethertype = family_ethertype(carrier);

	switch (flow->kind) {
	case KIND_VLAN:
		packet_push_vlan(builder, ethertype, (uint16_t)flow->tag);
		return ETHERTYPE_VLAN;
	case KIND_QINQ:
		packet_push_vlan(builder, ethertype, (uint16_t)flow->tag);
		packet_push_vlan(builder, ETHERTYPE_VLAN, PROVIDER_VLAN);
		return ETHERTYPE_PROVIDER_VLAN;
	case KIND_MPLS:
		packet_push_mpls(builder, FIRST_LABEL + flow->tag, true);
		if (flow->tag % 2 == 0)
			packet_push_mpls(builder, TRANSPORT_LABEL, false);
		return ETHERTYPE_MPLS;
	case KIND_PPPOE:
		packet_push_pppoe(builder, carrier, (uint16_t)flow->tag);
		return ETHERTYPE_PPPOE_SESSION;
	default:
		return ethertype;
	}
}

void flow_wrap(const struct flow *flow, bool reverse, struct packet_builder *builder,
               struct expectation *expected)
{
	enum family carrier = flow->tunnel.source.family;

	wrap_ip(builder, flow, reverse);
	expected->verdict = carrier == FAMILY_IPV4 ? FRAME_IPV4 : FRAME_IPV6;
	expected->transition = kind_transition(flow->kind, flow->path.source.family);
	expected->carrier_bytes = packet_bytes(builder);
	packet_push_ethernet(builder, wrap_link(builder, flow, carrier), reverse);
	packet_pad(builder, MIN_FRAME_BYTES);
}
