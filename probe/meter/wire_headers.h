// Fixed parts of the headers the parser reads, byte for byte as on the wire: every field is an
// octet array, so a header may stand at any address.
// Portable: compiles natively and for BPF.
#pragma once

#include <stdint.h>

#include "proto/bytes.h"

struct ethernet_header {
	uint8_t destination[6];
	uint8_t source[6];
	be16 type; // EtherType, or a length up to 1500
};

// 802.1Q and 802.1ad tag, behind the EtherType that announced it.
struct vlan_header {
	be16 control;
	be16 type;
};

struct llc_header {
	uint8_t dsap, ssap, control;
};

struct snap_header {
	struct llc_header llc;
	uint8_t oui[3];
	be16 type;
};

struct linux_cooked_header {
	be16 packet_type, arphrd, address_bytes;
	uint8_t address[8];
	be16 type;
};

struct linux_cooked_2_header {
	be16 type, reserved;
	be32 interface;
	be16 arphrd;
	uint8_t packet_type, address_bytes;
	uint8_t address[8];
};

struct cisco_hdlc_header {
	uint8_t address, control;
	be16 type;
};

struct pppoe_header {
	uint8_t version_type, code;
	be16 session;
	be16 payload_bytes;
};

struct ipv4_header {
	uint8_t version_words; // version, header length in 4-byte words
	uint8_t traffic_class;
	be16 total_bytes;
	be16 id;
	be16 fragment; // reserved, don't fragment, more fragments, offset in 8-byte units
	uint8_t ttl, protocol;
	be16 checksum;
	uint8_t source[4], destination[4];
};

struct ipv6_header {
	be32 version_class_label;
	be16 payload_bytes;
	uint8_t next_header, hop_limit;
	uint8_t source[16], destination[16];
};

// First bytes of every IPv6 extension header but the fragment header's own layout.
struct extension_header {
	uint8_t next_header;
	uint8_t length; // unit and bias depend on the header
	uint8_t routing_type;
	uint8_t rest[5];
};

struct fragment_header {
	uint8_t next_header, reserved;
	be16 offset; // in bytes, the low three bits being flags
	be32 id;
};

struct ports_header {
	be16 source, destination;
};

// As much of a TCP header as is read.
struct tcp_header {
	struct ports_header ports;
	be32 sequence, acknowledgement;
	uint8_t data_words; // the high half: header length in 4-byte words
	uint8_t flags;
};

struct udp_header {
	struct ports_header ports;
	be16 total_bytes;
	be16 checksum;
};

struct gre_header {
	be16 flags;
	be16 type;
};

struct gre_route {
	be16 family;
	uint8_t current, route_bytes; // bytes of routing information behind this
};

struct vxlan_header {
	uint8_t flags, reserved[3];
	uint8_t network[3], reserved_2;
};

struct geneve_header {
	uint8_t version_words; // version, option length in 4-byte words
	uint8_t flags;
	be16 type;
	uint8_t network[3], reserved;
};

struct gtpu_header {
	uint8_t flags, type;
	be16 payload_bytes;
	be32 tunnel;
};

// Behind it when any of the sequence, N-PDU and extension flags is set.
struct gtpu_optional_header {
	be16 sequence;
	uint8_t npdu, next_extension;
};

// Teredo authentication (RFC 4380, 5.1.1) up to the variable part.
struct teredo_authentication {
	be16 indicator;
	uint8_t client_id_bytes, value_bytes;
};

_Static_assert(sizeof(struct ethernet_header) == 14, "as on the wire");
_Static_assert(sizeof(struct linux_cooked_header) == 16, "as on the wire");
_Static_assert(sizeof(struct linux_cooked_2_header) == 20, "as on the wire");
_Static_assert(sizeof(struct ipv4_header) == 20, "as on the wire");
_Static_assert(sizeof(struct ipv6_header) == 40, "as on the wire");
_Static_assert(sizeof(struct tcp_header) == 14, "as on the wire");
