// From a frame to what it counts as. One step over one header is shared by every back end (see
// walk.h); native code calls packet_parse().
// Portable: compiles natively and for BPF.
#pragma once

#include "packet.h"
#include "walk.h"
#include "walk_ip.h"
#include "walk_link.h"
#include "walk_tunnel.h"

static inline void walk_begin(struct walk *walk, enum link_layer layer, uint32_t wire_bytes)
{
	static const uint8_t first_kind[N_LINK_LAYERS] = {
		[LINK_ETHERNET] = HEADER_ETHERNET,
		[LINK_LINUX_COOKED] = HEADER_LINUX_COOKED,
		[LINK_LINUX_COOKED_2] = HEADER_LINUX_COOKED_2,
		[LINK_RAW_IP] = HEADER_RAW_IP,
		[LINK_LOOPBACK] = HEADER_LOOPBACK,
		[LINK_PPP] = HEADER_PPP,
		[LINK_PPP_DIRECTION] = HEADER_PPP,
		[LINK_PPPOE] = HEADER_PPPOE,
		[LINK_CISCO_HDLC] = HEADER_CISCO_HDLC,
	};

	__builtin_memset(walk, 0, sizeof(*walk));
	walk->end = wire_bytes;
	walk->kind = layer < N_LINK_LAYERS ? first_kind[layer] : HEADER_NONE;
	walk->offset = layer == LINK_PPP_DIRECTION ? 1 : 0;
	walk->packet.verdict = FRAME_OTHER;
}

static inline void walk_raw_ip(const struct frame_view *view, struct walk *walk)
{
	const uint8_t *first = header_at(view, walk, walk->offset, 1);

	if (!first)
		return walk_miss_ip(walk, 1);
	if (*first >> 4 == 4)
		walk_ipv4(view, walk);
	else if (*first >> 4 == 6)
		walk_ipv6(view, walk);
	else
		walk_refuse_ip(walk);
}

// Goes inside by a protocol number that announces an IP header.
static inline void walk_to_ip(struct walk *walk, enum header_kind kind, enum ip_step step)
{
	walk->kind = (uint8_t)kind;
	walk->ip_step = (uint8_t)step;
}

// Extension headers exist in IPv6 only; the same numbers in IPv4 are upper-layer protocols, but
// for AH. The packet quoted in an ICMP error is not traffic: ICMP ends the walk like every
// protocol that is not named here.
static inline void walk_upper(const struct frame_view *view, struct walk *walk)
{
	bool ipv6 = walk->packet.payload == FAMILY_IPV6;

	switch (walk->protocol) {
	case PROTOCOL_HOP_BY_HOP:
	case PROTOCOL_ROUTING:
	case PROTOCOL_DESTINATION:
	case PROTOCOL_MOBILITY:
	case PROTOCOL_HIP:
	case PROTOCOL_SHIM6:
		return ipv6 ? walk_extension(view, walk) : walk_stop(walk);
	case PROTOCOL_FRAGMENT:
		return ipv6 ? walk_fragment(view, walk) : walk_stop(walk);
	case PROTOCOL_AH:
		return walk_authentication(view, walk);
	case PROTOCOL_TCP:
	case PROTOCOL_SCTP:
	case PROTOCOL_DCCP:
	case PROTOCOL_UDP_LITE:
		return walk_ports(view, walk);
	case PROTOCOL_UDP:
		return walk_udp(view, walk);
	case PROTOCOL_IPV4:
		return walk_to_ip(walk, HEADER_IPV4, IP_STEP_PROTOCOL_4);
	case PROTOCOL_IPV6:
		return walk_to_ip(walk, HEADER_IPV6, IP_STEP_PROTOCOL_41);
	case PROTOCOL_GRE:
		return walk_gre(view, walk);
	case PROTOCOL_ETHERIP:
		return walk_etherip(view, walk);
	case PROTOCOL_L2TP:
		return walk_l2tp_ip(view, walk);
	case PROTOCOL_ETHERNET:
		return walk_to(walk, HEADER_ETHERNET, walk->offset);
	default:
		return walk_stop(walk);
	}
}

// Reads the header the walk stands before. Called until walk->kind is HEADER_NONE, which it is
// after MAX_HEADERS + 1 calls at the latest.
static inline void walk_step(const struct frame_view *view, struct walk *walk)
{
	bool is_ip = walk->kind == HEADER_IPV4 || walk->kind == HEADER_IPV6 ||
	             walk->kind == HEADER_RAW_IP;

	if (walk->packet.n_headers == MAX_HEADERS || walk->offset > MAX_HEADER_OFFSET ||
	    (is_ip && walk->packet.n_ip_headers == MAX_IP_HEADERS)) {
		walk->packet.flags |= PACKET_DEEP;
		return walk_stop(walk);
	}
	walk->packet.n_headers++;
	switch (walk->kind) {
	case HEADER_ETHERNET:
		return walk_ethernet(view, walk);
	case HEADER_VLAN:
		return walk_vlan(view, walk);
	case HEADER_LLC:
		return walk_llc(view, walk);
	case HEADER_MPLS:
		return walk_mpls(view, walk);
	case HEADER_PPPOE:
		return walk_pppoe(view, walk);
	case HEADER_PPP:
		return walk_ppp(view, walk);
	case HEADER_RAW_IP:
		return walk_raw_ip(view, walk);
	case HEADER_LINUX_COOKED:
		return walk_linux_cooked(view, walk);
	case HEADER_LINUX_COOKED_2:
		return walk_linux_cooked_2(view, walk);
	case HEADER_CISCO_HDLC:
		return walk_cisco_hdlc(view, walk);
	case HEADER_LOOPBACK:
		return walk_loopback(view, walk);
	case HEADER_IPV4:
		return walk_ipv4(view, walk);
	case HEADER_IPV6:
		return walk_ipv6(view, walk);
	case HEADER_UPPER:
		return walk_upper(view, walk);
	case HEADER_GRE_ROUTE:
		return walk_gre_route(view, walk);
	case HEADER_ERSPAN_2:
		return walk_to(walk, HEADER_ETHERNET, walk->offset + ERSPAN_2_BYTES);
	case HEADER_ERSPAN_3:
		return walk_erspan_3(view, walk);
	case HEADER_L2TP_UDP:
		return walk_l2tp_udp(view, walk);
	case HEADER_VXLAN:
		return walk_vxlan(view, walk);
	case HEADER_GENEVE:
		return walk_geneve(view, walk);
	case HEADER_GTPU:
		return walk_gtpu(view, walk);
	case HEADER_GTPU_EXTENSION:
		return walk_gtpu_extension(view, walk);
	case HEADER_TEREDO:
		return walk_teredo(view, walk);
	default:
		return walk_stop(walk);
	}
}

// Settles what only the whole walk can tell: without a step from one family into the other the
// class is the payload header's own.
static inline void walk_finish(struct walk *walk)
{
	struct packet *packet = &walk->packet;

	if (packet->n_ip_headers > 0 && !walk->transition_decided)
		packet->transition = (uint8_t)native_transition(
			(enum family)packet->payload, packet->source, packet->destination);
}

// Parses a frame natively: a short path for plain TCP and UDP, the walk for everything else, with
// the same result.
void packet_parse(enum link_layer layer, const struct frame *frame, struct packet *ret_packet);

// Parses by the walk alone; the short path is tested against it.
void packet_parse_by_walk(enum link_layer layer, const struct frame *frame,
                          struct packet *ret_packet);
