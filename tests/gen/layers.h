// Headers around and between IP headers: link layers, labels and tunnels.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "packet_builder.h"

enum ethertype {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_PPPOE_SESSION = 0x8864,
	ETHERTYPE_PROVIDER_VLAN = 0x88a8,
	ETHERTYPE_LLDP = 0x88cc,
};

enum tunnel_port {
	PORT_GTPU = 2152,
	PORT_TEREDO = 3544,
	PORT_VXLAN = 4789,
	PORT_GENEVE = 6081,
};

// Ethertype that announces a header of the family.
uint16_t family_ethertype(enum family family);

// IP protocol number that announces an inner header of the family.
uint8_t family_protocol(enum family family);

// reverse swaps the two stations.
void packet_push_ethernet(struct packet_builder *builder, uint16_t ethertype, bool reverse);

// One tag; what follows it is of this ethertype.
void packet_push_vlan(struct packet_builder *builder, uint16_t ethertype, uint16_t vlan);

void packet_push_mpls(struct packet_builder *builder, uint32_t label, bool bottom);

// PPPoE session and PPP header in front of an IP packet of the family.
void packet_push_pppoe(struct packet_builder *builder, enum family family, uint16_t session);

// GRE in front of an IP packet of the family, with a key unless key is 0.
void packet_push_gre(struct packet_builder *builder, enum family family, uint32_t key);

// VXLAN and GENEVE in front of an Ethernet frame; GENEVE with one option unless option is 0.
void packet_push_vxlan(struct packet_builder *builder, uint32_t network);
void packet_push_geneve(struct packet_builder *builder, uint32_t network, uint32_t option);

// GTP-U in front of an IP packet; with the 5G PDU session container unless qos_flow is 0.
void packet_push_gtpu(struct packet_builder *builder, uint32_t endpoint, uint8_t qos_flow);

// Segment routing header (RFC 8754) of two segments, the last of them still to be visited.
void packet_push_segments(struct packet_builder *builder, uint8_t next,
                          const struct address *last_segment, const struct address *first_segment);

// Origin indication of a Teredo server (RFC 4380, 5.1.1) in front of an IPv6 packet.
void packet_push_teredo_origin(struct packet_builder *builder, uint16_t port, uint32_t ipv4);
