// A frame as a source hands it over, and what the parser makes of it.
// Portable: compiles natively and for BPF.
#pragma once

#include <stdint.h>

#include "proto/enums.h"

// What stands at the first byte of a frame. The kernel path and DPDK ports always say Ethernet;
// capture files know the rest.
enum link_layer {
	LINK_ETHERNET,
	LINK_LINUX_COOKED, // SLL
	LINK_LINUX_COOKED_2, // SLL2
	LINK_RAW_IP,
	LINK_LOOPBACK, // 4-byte address family, either byte order
	LINK_PPP, // with or without HDLC-like framing
	LINK_PPP_DIRECTION, // one byte of direction, then PPP
	LINK_PPPOE, // PPPoE session header first
	LINK_CISCO_HDLC,
	N_LINK_LAYERS
};

// One frame. The bytes belong to the source and stay valid until it is asked for more.
struct frame {
	const uint8_t *data;
	uint32_t captured_bytes;
	uint32_t wire_bytes; // at least captured_bytes
	uint64_t time_ns; // wall time of the packet
};

enum packet_flag {
	PACKET_FRAGMENT = 1 << 0, // innermost header is a fragment, and not an atomic one
	PACKET_DEEP = 1 << 1, // more headers than are walked; counted by what was read
};

// What one frame counts as. Families, bytes and addresses hold only when the verdict is
// FRAME_IPV4 or FRAME_IPV6. "Payload" is the innermost IP header reached, "carrier" the outermost.
struct packet {
	uint64_t carrier_bytes;
	uint64_t payload_bytes;
	uint8_t source[16]; // of the payload header; IPv4 in the first four, the rest 0
	uint8_t destination[16];
	uint16_t source_port; // 0 for fragments and protocols without ports
	uint16_t destination_port;
	uint16_t transport_offset; // of the header the ports are from; 0 where none was read
	uint16_t transport_bytes; // of the payload packet from there, 65,535 at most
	uint16_t tunnelled_offset; // of the IPv6 header that made it TRANSITION_6IN4, else 0
	uint8_t verdict; // enum frame_verdict
	uint8_t carrier; // enum family
	uint8_t payload; // enum family
	uint8_t transition; // enum transition
	uint8_t protocol; // upper-layer protocol of the payload header
	uint8_t flags; // enum packet_flag
	uint8_t n_ip_headers;
	uint8_t n_headers;
};
