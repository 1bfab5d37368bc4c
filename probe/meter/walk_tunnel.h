// Steps over what carries packets or frames inside a packet: GRE and its kin, and tunnels known by
// their UDP port.
// Portable: compiles natively and for BPF.
#pragma once

#include "walk.h"
#include "walk_ip.h"
#include "walk_link.h"
#include "wire_headers.h"

enum udp_port {
	PORT_L2TP = 1701,
	PORT_GTPU = 2152,
	PORT_TEREDO = 3544,
	PORT_VXLAN = 4789,
	PORT_GENEVE = 6081,
	PORT_VXLAN_LINUX = 8472,
};

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACKNOWLEDGE = 0x0080, // version 1 only
	GRE_VERSION = 0x0007,
	GRE_OPTION_BYTES = 4, // of each of the optional fields
	VXLAN_HAS_NETWORK = 0x08,
	GTPU_VERSION_TYPE = 0x30, // version 1, protocol type GTP
	GTPU_VERSION_TYPE_MASK = 0xf0,
	GTPU_EXTENSION = 0x04,
	GTPU_OPTIONAL = 0x07, // any of extension, sequence, N-PDU
	GTPU_PACKET = 0xff,
	L2TP_CONTROL = 0x8000,
	L2TP_LENGTH = 0x4000,
	L2TP_SEQUENCE = 0x0800,
	L2TP_OFFSET = 0x0200,
	L2TP_VERSION = 0x000f,
	ETHERIP_VERSION = 3,
	TEREDO_ORIGIN = 0x0000,
	TEREDO_AUTHENTICATION = 0x0001,
	TEREDO_ORIGIN_BYTES = 8,
	TEREDO_NONCE_BYTES = 9, // nonce and confirmation behind the variable part
	ERSPAN_2_BYTES = 8,
	ERSPAN_3_BYTES = 12,
	ERSPAN_3_SUBHEADER_BYTES = 8,
};

static inline enum header_kind gre_payload_kind(uint16_t flags, uint16_t type)
{
	// Type I has no header of its own and no sequence number in GRE; type II has both.
	if (type == ETHERTYPE_ERSPAN)
		return flags & GRE_SEQUENCE ? HEADER_ERSPAN_2 : HEADER_ETHERNET;
	if (type == ETHERTYPE_ERSPAN_3)
		return HEADER_ERSPAN_3;
	return ethertype_kind(type);
}

// GRE version 0 (RFC 2784, 2890, 1701) and version 1 (PPTP, RFC 2637).
static inline void walk_gre(const struct frame_view *view, struct walk *walk)
{
	const struct gre_header *header = header_at(view, walk, walk->offset, sizeof(*header));
	uint32_t offset = walk->offset + (uint32_t)sizeof(*header);
	uint16_t flags, version;

	if (!header)
		return walk_stop(walk);
	flags = be16_value(header->flags);
	version = flags & GRE_VERSION;
	if (version > 1)
		return walk_stop(walk);
	if (flags & (GRE_CHECKSUM | GRE_ROUTING))
		offset += GRE_OPTION_BYTES;
	if (flags & GRE_KEY)
		offset += GRE_OPTION_BYTES;
	if (flags & GRE_SEQUENCE)
		offset += GRE_OPTION_BYTES;
	if (version == 1 && flags & GRE_ACKNOWLEDGE)
		offset += GRE_OPTION_BYTES;
	walk_to(walk, gre_payload_kind(flags, be16_value(header->type)), offset);
	if (version == 0 && flags & GRE_ROUTING) {
		walk->routed_kind = walk->kind;
		walk->kind = HEADER_GRE_ROUTE;
	}
}

// Source route entries (RFC 1701) name their own length; a null entry is the last.
static inline void walk_gre_route(const struct frame_view *view, struct walk *walk)
{
	const struct gre_route *route = header_at(view, walk, walk->offset, sizeof(*route));

	if (!route)
		return walk_stop(walk);
	walk->offset += (uint32_t)sizeof(*route) + route->route_bytes;
	if (be16_value(route->family) == 0 && route->route_bytes == 0)
		walk->kind = walk->routed_kind;
}

static inline void walk_erspan_3(const struct frame_view *view, struct walk *walk)
{
	const uint8_t *header = header_at(view, walk, walk->offset, ERSPAN_3_BYTES);
	uint32_t n_bytes = ERSPAN_3_BYTES;

	if (!header)
		return walk_stop(walk);
	if (header[ERSPAN_3_BYTES - 1] & 1)
		n_bytes += ERSPAN_3_SUBHEADER_BYTES;
	walk_to(walk, HEADER_ETHERNET, walk->offset + n_bytes);
}

static inline void walk_etherip(const struct frame_view *view, struct walk *walk)
{
	const be16 *header = header_at(view, walk, walk->offset, sizeof(*header));

	if (!header || be16_value(*header) >> 12 != ETHERIP_VERSION)
		return walk_stop(walk);
	walk_to(walk, HEADER_ETHERNET, walk->offset + (uint32_t)sizeof(*header));
}

// Behind an L2TPv3 session number stand a cookie of 0, 4 or 8 bytes and perhaps a sublayer of 4,
// as the ends agreed when they set the session up (RFC 3931, 4.1): the frame is where one that
// holds IP can be read.
static inline void walk_l2tp_3_payload(const struct frame_view *view, struct walk *walk)
{
	uint32_t offset = walk->offset;

	walk_stop(walk);
	for (int words = 0; words <= 3; words++) {
		const be16 *framing = header_at(view, walk, offset, sizeof(*framing));

		if (ethernet_holds_ip(view, walk, offset))
			return walk_to(walk, HEADER_ETHERNET, offset);
		if (framing && be16_value(*framing) == 0xff03)
			return walk_to(walk, HEADER_PPP, offset);
		offset += 4;
	}
}

static inline void walk_l2tp_ip(const struct frame_view *view, struct walk *walk)
{
	const be32 *session = header_at(view, walk, walk->offset, sizeof(*session));

	if (!session || be32_value(*session) == 0) // 0: a control message
		return walk_stop(walk);
	walk->offset += sizeof(*session);
	walk_l2tp_3_payload(view, walk);
}

// L2TPv2 (RFC 2661) with its optional fields, or L2TPv3 over UDP.
static inline void walk_l2tp_udp(const struct frame_view *view, struct walk *walk)
{
	const be16 *field = header_at(view, walk, walk->offset, sizeof(*field));
	uint32_t offset = walk->offset + 2;
	uint16_t flags;

	if (!field)
		return walk_stop(walk);
	flags = be16_value(*field);
	if (flags & L2TP_CONTROL)
		return walk_stop(walk);
	if ((flags & L2TP_VERSION) == 3) {
		walk->offset += 8;
		return walk_l2tp_3_payload(view, walk);
	}
	if ((flags & L2TP_VERSION) != 2)
		return walk_stop(walk);
	offset += flags & L2TP_LENGTH ? 2 + 4 : 4; // length; tunnel and session
	if (flags & L2TP_SEQUENCE)
		offset += 4;
	if (flags & L2TP_OFFSET) {
		const be16 *padding = header_at(view, walk, offset, sizeof(*padding));

		if (!padding)
			return walk_stop(walk);
		offset += 2u + be16_value(*padding);
	}
	walk_to(walk, HEADER_PPP, offset);
}

static inline void walk_vxlan(const struct frame_view *view, struct walk *walk)
{
	const struct vxlan_header *header = header_at(view, walk, walk->offset, sizeof(*header));

	if (!header || !(header->flags & VXLAN_HAS_NETWORK))
		return walk_stop(walk);
	walk_to(walk, HEADER_ETHERNET, walk->offset + (uint32_t)sizeof(*header));
}

static inline void walk_geneve(const struct frame_view *view, struct walk *walk)
{
	const struct geneve_header *header = header_at(view, walk, walk->offset, sizeof(*header));

	if (!header || header->version_words >> 6 != 0)
		return walk_stop(walk);
	walk_to(walk, ethertype_kind(be16_value(header->type)),
	        walk->offset + (uint32_t)sizeof(*header) + (header->version_words & 0x3fu) * 4);
}

static inline void walk_gtpu(const struct frame_view *view, struct walk *walk)
{
	const struct gtpu_header *header = header_at(view, walk, walk->offset, sizeof(*header));
	const struct gtpu_optional_header *optional;

	if (!header || (header->flags & GTPU_VERSION_TYPE_MASK) != GTPU_VERSION_TYPE ||
	    header->type != GTPU_PACKET)
		return walk_stop(walk);
	walk_to(walk, HEADER_RAW_IP, walk->offset + (uint32_t)sizeof(*header));
	if (!(header->flags & GTPU_OPTIONAL))
		return;
	optional = header_at(view, walk, walk->offset, sizeof(*optional));
	if (!optional)
		return walk_stop(walk);
	walk->offset += sizeof(*optional);
	walk->next_extension = header->flags & GTPU_EXTENSION ? optional->next_extension : 0;
	if (walk->next_extension != 0)
		walk->kind = HEADER_GTPU_EXTENSION;
}

// Length first, in 4-byte units; the type of the next extension last (TS 29.281, 5.2.1).
static inline void walk_gtpu_extension(const struct frame_view *view, struct walk *walk)
{
	const uint8_t *words = header_at(view, walk, walk->offset, 1);
	const uint8_t *next;

	if (!words || *words == 0)
		return walk_stop(walk);
	walk->offset += *words * 4u;
	next = header_at(view, walk, walk->offset - 1, 1);
	if (!next)
		return walk_stop(walk);
	walk->next_extension = *next;
	if (walk->next_extension == 0)
		walk->kind = HEADER_RAW_IP;
}

// Teredo (RFC 4380, 5.1.1): authentication and origin indications may stand before the packet. A
// UDP port proves little, so the IPv6 header must fit its datagram, of which a first fragment or a
// packet that broke off holds only a part.
static inline void walk_teredo(const struct frame_view *view, struct walk *walk)
{
	const be16 *field = header_at(view, walk, walk->offset, sizeof(*field));
	const struct teredo_authentication *authentication;
	const struct ipv6_header *ipv6;
	uint16_t indicator;

	if (!field)
		return walk_stop(walk);
	indicator = be16_value(*field);
	if (indicator == TEREDO_ORIGIN)
		return walk_to(walk, HEADER_TEREDO, walk->offset + TEREDO_ORIGIN_BYTES);
	if (indicator == TEREDO_AUTHENTICATION) {
		authentication = header_at(view, walk, walk->offset, sizeof(*authentication));
		if (!authentication)
			return walk_stop(walk);
		walk->offset += (uint32_t)sizeof(*authentication) +
		                authentication->client_id_bytes + authentication->value_bytes +
		                TEREDO_NONCE_BYTES;
		return;
	}
	ipv6 = header_at(view, walk, walk->offset, sizeof(*ipv6));
	if (!ipv6 || indicator >> 12 != 6 ||
	    walk->offset + sizeof(*ipv6) + be16_value(ipv6->payload_bytes) > walk->datagram_end)
		return walk_stop(walk);
	walk->ip_step = IP_STEP_TEREDO;
	walk->kind = HEADER_IPV6;
}

// The tunnel a pair of UDP ports stands for. VXLAN senders choose any source port (RFC 7348, 5);
// the others use theirs on either side.
static inline enum header_kind udp_payload_kind(uint16_t source, uint16_t destination)
{
	if (source == PORT_GTPU || destination == PORT_GTPU)
		return HEADER_GTPU;
	if (destination == PORT_VXLAN || destination == PORT_VXLAN_LINUX)
		return HEADER_VXLAN;
	if (source == PORT_TEREDO || destination == PORT_TEREDO)
		return HEADER_TEREDO;
	if (source == PORT_GENEVE || destination == PORT_GENEVE)
		return HEADER_GENEVE;
	if (source == PORT_L2TP || destination == PORT_L2TP)
		return HEADER_L2TP_UDP;
	return HEADER_NONE;
}

static inline void walk_udp(const struct frame_view *view, struct walk *walk)
{
	const struct ports_header *ports = header_at(view, walk, walk->offset, sizeof(*ports));
	const struct udp_header *header = header_at(view, walk, walk->offset, sizeof(*header));
	uint16_t total_bytes;

	if (!ports)
		return walk_stop(walk);
	walk_note_ports(walk, ports);
	if (!header)
		return walk_stop(walk);
	total_bytes = be16_value(header->total_bytes);
	walk->datagram_end = walk->end;
	if (total_bytes >= sizeof(*header)) { // 0 is left to segmentation offload
		walk->datagram_end = walk->offset + total_bytes;
		walk_limit(walk, walk->offset, total_bytes);
	}
	walk_to(walk, udp_payload_kind(be16_value(ports->source), be16_value(ports->destination)),
	        walk->offset + (uint32_t)sizeof(*header));
}
