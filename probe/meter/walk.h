// The walk over one frame's headers: its state, and the only way its steps touch packet bytes.
//
// A frame is parsed one header a step. A step reads the header at `offset`, notes what it says and
// sets `kind` and `offset` to the next one. The steps are shared by every back end; the loop around
// them is not: natively it is a plain loop with a short path before it (parse.c), in the kernel
// bpf_loop(), whose verifier then checks one step and not thirty-two in a row.
//
// Two ends bound every read. `end` is where the packet ends on the wire by what the enclosing
// headers say; it only shrinks. The view's data_end is where the capture ends. A header that
// passes the first contradicts its carrier; one that passes only the second was cut off.
// Portable: compiles natively and for BPF.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"

#include "packet.h"

enum {
	MAX_HEADERS = 32, // walked in one frame
	MAX_IP_HEADERS = 8, // of these, IP headers
	MAX_HEADER_OFFSET = 32767, // no header is looked for further in; the verifier wants a bound
};

enum header_kind {
	HEADER_NONE, // the walk is over
	HEADER_ETHERNET,
	HEADER_VLAN,
	HEADER_LLC,
	HEADER_MPLS,
	HEADER_PPPOE,
	HEADER_PPP,
	HEADER_RAW_IP, // IPv4 or IPv6, as its first nibble says
	HEADER_LINUX_COOKED,
	HEADER_LINUX_COOKED_2,
	HEADER_CISCO_HDLC,
	HEADER_LOOPBACK,
	HEADER_IPV4,
	HEADER_IPV6,
	HEADER_UPPER, // what the IP protocol number in `type` says, extension headers included
	HEADER_GRE_ROUTE, // one entry of a source route
	HEADER_ERSPAN_2,
	HEADER_ERSPAN_3,
	HEADER_L2TP_UDP,
	HEADER_VXLAN,
	HEADER_GENEVE,
	HEADER_GTPU,
	HEADER_GTPU_EXTENSION,
	HEADER_TEREDO,
};

// How the IP header read next is carried by the one before it.
enum ip_step {
	IP_STEP_OTHER, // first header, or through a layer-2 tunnel, GRE, UDP ...
	IP_STEP_PROTOCOL_4,
	IP_STEP_PROTOCOL_41,
	IP_STEP_TEREDO,
};

struct frame_view {
	const uint8_t *data;
	const uint8_t *data_end;
};

struct walk {
	uint32_t offset; // of the header read next
	uint32_t end; // of the packet on the wire
	uint32_t datagram_end; // of a HEADER_TEREDO, as UDP claims it; may lie behind `end`
	uint8_t kind; // enum header_kind
	uint8_t protocol; // that announced a HEADER_UPPER
	uint8_t next_extension; // of a HEADER_GTPU_EXTENSION
	uint8_t routed_kind; // enum header_kind behind the last HEADER_GRE_ROUTE
	uint8_t ip_step; // enum ip_step
	bool segment_routed; // the IPv6 header read last has a segment routing header
	bool transition_decided;
	struct packet packet;
};

// n_bytes at offset, or NULL where the packet or the capture ends before them.
static inline const void *header_at(const struct frame_view *view, const struct walk *walk,
                                    uint32_t offset, uint32_t n_bytes)
{
	uint64_t start = offset;
	const uint8_t *header;

	// Keeps the compiler from comparing one copy of the offset and adding another, which the
	// kernel's verifier cannot follow. No instruction.
	__asm__("" : "+r"(start));
	if (start > MAX_HEADER_OFFSET || start + n_bytes > walk->end)
		return NULL;
	header = view->data + start;
	if (header + n_bytes > view->data_end)
		return NULL;
	return header;
}

// Bytes of the packet from offset to its end on the wire.
static inline uint32_t bytes_behind(const struct walk *walk, uint32_t offset)
{
	return offset < walk->end ? walk->end - offset : 0;
}

// Lets the packet end n_bytes behind offset, if it does not end before.
static inline void walk_limit(struct walk *walk, uint32_t offset, uint32_t n_bytes)
{
	if (bytes_behind(walk, offset) > n_bytes)
		walk->end = offset + n_bytes;
}

static inline void walk_to(struct walk *walk, enum header_kind kind, uint32_t offset)
{
	walk->kind = (uint8_t)kind;
	walk->offset = offset;
}

static inline void walk_stop(struct walk *walk)
{
	walk->kind = HEADER_NONE;
}

enum ethertype {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_QINQ = 0x88a8,
	ETHERTYPE_QINQ_OLD_1 = 0x9100,
	ETHERTYPE_QINQ_OLD_2 = 0x9200,
	ETHERTYPE_QINQ_OLD_3 = 0x9300,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_MPLS_MULTICAST = 0x8848,
	ETHERTYPE_PPPOE = 0x8864,
	ETHERTYPE_PPP = 0x880b,
	ETHERTYPE_BRIDGED = 0x6558, // transparent Ethernet bridging, inside GRE and GENEVE
	ETHERTYPE_ERSPAN = 0x88be,
	ETHERTYPE_ERSPAN_3 = 0x22eb,
	ETHERTYPE_ARP = 0x0806,
	MAX_ETHERNET_LENGTH = 1500, // up to here the field is a length
};

// The header an EtherType announces.
static inline enum header_kind ethertype_kind(uint16_t type)
{
	switch (type) {
	case ETHERTYPE_IPV4:
		return HEADER_IPV4;
	case ETHERTYPE_IPV6:
		return HEADER_IPV6;
	case ETHERTYPE_VLAN:
	case ETHERTYPE_QINQ:
	case ETHERTYPE_QINQ_OLD_1:
	case ETHERTYPE_QINQ_OLD_2:
	case ETHERTYPE_QINQ_OLD_3:
		return HEADER_VLAN;
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_MULTICAST:
		return HEADER_MPLS;
	case ETHERTYPE_PPPOE:
		return HEADER_PPPOE;
	case ETHERTYPE_PPP:
		return HEADER_PPP;
	case ETHERTYPE_BRIDGED:
		return HEADER_ETHERNET;
	default:
		return HEADER_NONE;
	}
}
