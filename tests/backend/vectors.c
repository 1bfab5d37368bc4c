// Every rule of what is counted, a row each. Headers are macros that expand to their bytes; where
// a header carries a length, the row gives it, so that wrong ones can be written too.
#include "vectors.h"

#include "proto/enums.h"

#define HI(word) (uint8_t)((word) >> 8 & 0xff)
#define LO(word) (uint8_t)((word)&0xff)

#define ETHERNET(type) 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, HI(type), LO(type)
#define VLAN(type)     0, 7, HI(type), LO(type)
#define LLC_SNAP(type) 0xaa, 0xaa, 3, 0, 0, 0, HI(type), LO(type)
#define MPLS(bottom)   0, 1, bottom, 64
#define PPPOE(bytes)   0x11, 0, 0, 1, HI(bytes), LO(bytes)

#define SOURCE4      192, 0, 2, 1
#define DESTINATION4 198, 51, 100, 2
#define IPV4_WITH(version_words, bytes, fragment, protocol)                                        \
	version_words, 0, HI(bytes), LO(bytes), 0, 9, HI(fragment), LO(fragment), 64, protocol, 0, \
		0, SOURCE4, DESTINATION4
#define IPV4(bytes, protocol) IPV4_WITH(0x45, bytes, 0x4000, protocol)

#define SOURCE6      0x20, 1, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define DESTINATION6 0x20, 1, 0x0d, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2
#define IPV6_TO(payload_bytes, next, source, destination)                                          \
	0x60, 0, 0, 0, HI(payload_bytes), LO(payload_bytes), next, 64, source, destination
#define IPV6(payload_bytes, next) IPV6_TO(payload_bytes, next, SOURCE6, DESTINATION6)
#define ADDRESS_6TO4              0x20, 2, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define ADDRESS_ISATAP            0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x5e, 0xfe, 192, 0, 2, 1
#define ADDRESS_ISATAP_GLOBAL     0x20, 1, 0x0d, 0xb8, 0, 1, 0, 0, 2, 0, 0x5e, 0xfe, 192, 0, 2, 1
#define ADDRESS_NAT64             0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1
#define ADDRESS_NAT64_LOCAL       0, 0x64, 0xff, 0x9b, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9
#define ADDRESS_NOT_NAT64         0, 0x64, 0xff, 0x9b, 0, 2, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1

#define TCP(source, destination)                                                                   \
	HI(source), LO(source), HI(destination), LO(destination), 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, \
		0xff, 0xff, 0, 0, 0, 0
#define UDP(source, destination, bytes)                                                            \
	HI(source), LO(source), HI(destination), LO(destination), HI(bytes), LO(bytes), 0, 0
#define EXTENSION(next)       next, 0, 1, 4, 0, 0, 0, 0 // 8 bytes, one padding option
#define ROUTING(next, type)   next, 2, type, 0, 0, 0, 0, 0, DESTINATION6
#define FRAGMENT(next, field) next, 0, HI(field), LO(field), 0, 0, 0, 9
#define AUTHENTICATION(next)                                                                       \
	next, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
#define ICMP(type, code)    type, code, 0, 0, 0, 0, 0, 0
#define GRE(flags, type)    HI(flags), LO(flags), HI(type), LO(type)
#define VXLAN               8, 0, 0, 0, 0, 0, 42, 0
#define GENEVE(words, type) words, 0, HI(type), LO(type), 0, 0, 42, 0
#define GTPU(flags, type)   flags, type, 0, 0, 0, 0, 0, 42

#define BYTES(...)                                                                                 \
	.bytes = (const uint8_t[]){__VA_ARGS__}, .n_bytes = sizeof((const uint8_t[]){__VA_ARGS__})
#define OTHER     .expected = {.verdict = FRAME_OTHER}
#define MALFORMED .expected = {.verdict = FRAME_MALFORMED}

// One IP header of l3_bytes, nothing inside it.
#define PLAIN4(l3_bytes, number, source, destination)                                              \
	.expected = {.verdict = FRAME_IPV4,                                                        \
	             .carrier = FAMILY_IPV4,                                                       \
	             .payload = FAMILY_IPV4,                                                       \
	             .transition = TRANSITION_NATIVE4,                                             \
	             .carrier_bytes = l3_bytes,                                                    \
	             .payload_bytes = l3_bytes,                                                    \
	             .protocol = number,                                                           \
	             .source_port = source,                                                        \
	             .destination_port = destination,                                              \
	             .n_ip_headers = 1}
#define PLAIN6(l3_bytes, number, source, destination)                                              \
	.expected = {.verdict = FRAME_IPV6,                                                        \
	             .carrier = FAMILY_IPV6,                                                       \
	             .payload = FAMILY_IPV6,                                                       \
	             .transition = TRANSITION_NATIVE6,                                             \
	             .carrier_bytes = l3_bytes,                                                    \
	             .payload_bytes = l3_bytes,                                                    \
	             .protocol = number,                                                           \
	             .source_port = source,                                                        \
	             .destination_port = destination,                                              \
	             .n_ip_headers = 1}
// An outer header of one family and an inner one of another or the same, TCP 1000 to 443 inside.
#define INSIDE(outer, outer_bytes, inner, inner_bytes, class)                                      \
	.expected = {.verdict = (outer) == FAMILY_IPV4 ? FRAME_IPV4 : FRAME_IPV6,                  \
	             .carrier = outer,                                                             \
	             .payload = inner,                                                             \
	             .transition = class,                                                          \
	             .carrier_bytes = outer_bytes,                                                 \
	             .payload_bytes = inner_bytes,                                                 \
	             .protocol = 6,                                                                \
	             .source_port = 1000,                                                          \
	             .destination_port = 443,                                                      \
	             .n_ip_headers = 2}

#define TCP4 IPV4(40, 6), TCP(1000, 443) // 40 bytes
#define TCP6 IPV6(20, 6), TCP(1000, 443) // 60 bytes

const struct vector vectors[] = {
	// Plain packets and what stands before them.
	{"TCP over IPv4", BYTES(ETHERNET(0x0800), TCP4), PLAIN4(40, 6, 1000, 443)},
	{"TCP over IPv6", BYTES(ETHERNET(0x86dd), TCP6), PLAIN6(60, 6, 1000, 443)},
	{"UDP over IPv4", BYTES(ETHERNET(0x0800), IPV4(28, 17), UDP(5000, 53, 8)),
         PLAIN4(28, 17, 5000, 53)},
	{"UDP over IPv6", BYTES(ETHERNET(0x86dd), IPV6(8, 17), UDP(5000, 53, 8)),
         PLAIN6(48, 17, 5000, 53)},
	{"SCTP has ports",
         BYTES(ETHERNET(0x0800), IPV4(32, 132), 0, 7, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0),
         PLAIN4(32, 132, 7, 9)},
	{"DCCP has ports",
         BYTES(ETHERNET(0x86dd), IPV6(12, 33), 0, 7, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0),
         PLAIN6(52, 33, 7, 9)},
	{"UDP-Lite has ports", BYTES(ETHERNET(0x86dd), IPV6(8, 136), UDP(7, 9, 8)),
         PLAIN6(48, 136, 7, 9)},
	{"ICMP has no ports", BYTES(ETHERNET(0x0800), IPV4(28, 1), ICMP(8, 0)),
         PLAIN4(28, 1, 0, 0)},
	{"a protocol nobody knows is counted", BYTES(ETHERNET(0x0800), IPV4(24, 200), 1, 2, 3, 4),
         PLAIN4(24, 200, 0, 0)},
	{"IPv4 options are stepped over",
         BYTES(ETHERNET(0x0800), IPV4_WITH(0x46, 44, 0, 6), 1, 1, 1, 1, TCP(1000, 443)),
         PLAIN4(44, 6, 1000, 443)},
	{"Ethernet padding is not counted",
         BYTES(ETHERNET(0x0800), IPV4(28, 17), UDP(1, 2, 8), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
         PLAIN4(28, 17, 1, 2)},
	{"one VLAN tag", BYTES(ETHERNET(0x8100), VLAN(0x86dd), TCP6), PLAIN6(60, 6, 1000, 443)},
	{"two tags of 802.1ad", BYTES(ETHERNET(0x88a8), VLAN(0x8100), VLAN(0x0800), TCP4),
         PLAIN4(40, 6, 1000, 443)},
	{"three tags of the old QinQ types",
         BYTES(ETHERNET(0x9100), VLAN(0x9200), VLAN(0x9300), VLAN(0x86dd), TCP6),
         PLAIN6(60, 6, 1000, 443)},
	{"802.3 with LLC and SNAP", BYTES(ETHERNET(48), LLC_SNAP(0x0800), TCP4),
         PLAIN4(40, 6, 1000, 443)},
	{"802.3 with LLC for IP", BYTES(ETHERNET(43), 6, 6, 3, TCP4), PLAIN4(40, 6, 1000, 443)},
	{"LLC of spanning tree is no IP", BYTES(ETHERNET(38), 0x42, 0x42, 3, 0, 0, 0, 0), OTHER},
	{"SNAP of a vendor is no IP", BYTES(ETHERNET(48), 0xaa, 0xaa, 3, 0, 0, 0x0c, 8, 0, TCP4),
         OTHER},
	{"ARP is other", BYTES(ETHERNET(0x0806), 0, 1, 8, 0, 6, 4, 0, 1), OTHER},
	{"an Ethernet header cut short is other", BYTES(2, 0, 0, 0, 0, 2, 2, 0, 0, 0), OTHER},
	{"an empty frame is other", .bytes = (const uint8_t[]){0}, .n_bytes = 0, OTHER},
	{"PPPoE session with IPv6", BYTES(ETHERNET(0x8864), PPPOE(62), 0, 0x57, TCP6),
         PLAIN6(60, 6, 1000, 443)},
	{"PPPoE bounds what it carries",
         BYTES(ETHERNET(0x8864), PPPOE(22), 0, 0x21, IPV4(0, 17), UDP(1, 2, 8)),
         PLAIN4(20, 17, 0, 0)},
	{"PPPoE discovery is other", BYTES(ETHERNET(0x8863), 0x11, 9, 0, 0, 0, 0), OTHER},
	{"PPP control inside PPPoE is other",
         BYTES(ETHERNET(0x8864), PPPOE(6), 0xc0, 0x21, 1, 1, 0, 4), OTHER},

	// Other first headers, as capture files have them.
	{"Linux cooked", LINK_LINUX_COOKED,
         BYTES(0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0x86, 0xdd, TCP6),
         PLAIN6(60, 6, 1000, 443)},
	{"Linux cooked, version 2", LINK_LINUX_COOKED_2,
         BYTES(8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, TCP4),
         PLAIN4(40, 6, 1000, 443)},
	{"raw IPv4", LINK_RAW_IP, BYTES(TCP4), PLAIN4(40, 6, 1000, 443)},
	{"raw IPv6", LINK_RAW_IP, BYTES(TCP6), PLAIN6(60, 6, 1000, 443)},
	{"raw IP of neither version is malformed", LINK_RAW_IP, BYTES(0x55, 0, 0, 20), MALFORMED},
	{"loopback of a little-endian machine", LINK_LOOPBACK, BYTES(30, 0, 0, 0, TCP6),
         PLAIN6(60, 6, 1000, 443)},
	{"loopback of a big-endian machine", LINK_LOOPBACK, BYTES(0, 0, 0, 2, TCP4),
         PLAIN4(40, 6, 1000, 443)},
	{"loopback of a family that is not IP", LINK_LOOPBACK, BYTES(0, 0, 0, 7, TCP4), OTHER},
	{"PPP in HDLC-like framing", LINK_PPP, BYTES(0xff, 3, 0, 0x57, TCP6),
         PLAIN6(60, 6, 1000, 443)},
	{"PPP with its protocol in one byte", LINK_PPP, BYTES(0x21, TCP4),
         PLAIN4(40, 6, 1000, 443)},
	{"PPP with MPLS", LINK_PPP, BYTES(0x02, 0x81, MPLS(1), TCP4), PLAIN4(40, 6, 1000, 443)},
	{"PPP with a byte of direction", LINK_PPP_DIRECTION, BYTES(1, 0xff, 3, 0, 0x21, TCP4),
         PLAIN4(40, 6, 1000, 443)},
	{"PPPoE as the first header", LINK_PPPOE, BYTES(PPPOE(42), 0, 0x21, TCP4),
         PLAIN4(40, 6, 1000, 443)},
	{"Cisco HDLC", LINK_CISCO_HDLC, BYTES(0x0f, 0, 0x86, 0xdd, TCP6), PLAIN6(60, 6, 1000, 443)},
	{"Cisco keepalive is other", LINK_CISCO_HDLC, BYTES(0x8f, 0, 0x80, 0x35, 0, 0, 0, 2),
         OTHER},

	// Headers that contradict themselves.
	{"IPv4 that says version 5", BYTES(ETHERNET(0x0800), IPV4_WITH(0x55, 40, 0, 6), TCP(1, 2)),
         MALFORMED},
	{"IPv4 header of 16 bytes", BYTES(ETHERNET(0x0800), IPV4_WITH(0x44, 40, 0, 6), TCP(1, 2)),
         MALFORMED},
	{"IPv4 total length below its header",
         BYTES(ETHERNET(0x0800), IPV4_WITH(0x46, 23, 0, 6), 0, 0, 0, 0), MALFORMED},
	{"IPv4 header that the frame ends inside", BYTES(ETHERNET(0x0800), 0x45, 0, 0, 40, 0, 0),
         MALFORMED},
	{"IPv6 header that the frame ends inside",
         BYTES(ETHERNET(0x86dd), 0x60, 0, 0, 0, 0, 20, 6, 64, SOURCE6), MALFORMED},
	{"IPv6 that says version 4",
         BYTES(ETHERNET(0x86dd), 0x40, 0, 0, 0, 0, 20, 6, 64, SOURCE6, DESTINATION6, TCP(1, 2)),
         MALFORMED},
	{"IPv4 longer than the wire counts as it claims",
         BYTES(ETHERNET(0x0800), IPV4(1500, 6), TCP(1000, 443)), PLAIN4(1500, 6, 1000, 443)},
	{"IPv6 longer than the wire counts as it claims",
         BYTES(ETHERNET(0x86dd), IPV6(1460, 6), TCP(1000, 443)), PLAIN6(1500, 6, 1000, 443)},

	// Captures that cut frames.
	{"a cut frame counts by what its header says", .wire_bytes = 14 + 1500,
         BYTES(ETHERNET(0x0800), IPV4(1500, 6), TCP(1000, 443)), PLAIN4(1500, 6, 1000, 443)},
	{"a frame cut before its ports has none", .wire_bytes = 14 + 1500,
         BYTES(ETHERNET(0x0800), IPV4(1500, 6), 3, 232), PLAIN4(1500, 6, 0, 0)},
	{"a frame cut inside its IP header is other, not malformed", .wire_bytes = 14 + 1500,
         BYTES(ETHERNET(0x86dd), 0x60, 0, 0, 0, 5, 180, 6, 64, SOURCE6), OTHER},

	// Lengths left to segmentation offload, and jumbograms.
	{"IPv4 total length 0 is what is on the wire", .wire_bytes = 14 + 70000,
         BYTES(ETHERNET(0x0800), IPV4(0, 6), TCP(1000, 443)), PLAIN4(70000, 6, 1000, 443)},
	{"IPv6 payload length 0 is what is on the wire", .wire_bytes = 14 + 70000,
         BYTES(ETHERNET(0x86dd), IPV6(0, 6), TCP(1000, 443)), PLAIN6(70000, 6, 1000, 443)},
	{"IPv6 without payload has none", BYTES(ETHERNET(0x86dd), IPV6(0, 59), 0, 0, 0, 0, 0, 0),
         PLAIN6(40, 59, 0, 0)},
	{"a jumbogram has its option's length", .wire_bytes = 14 + 40 + 100000,
         BYTES(ETHERNET(0x86dd), IPV6(0, 0), 6, 0, 0xc2, 4, 0, 1, 0x86, 0xa0, TCP(1000, 443)),
         PLAIN6(100040, 6, 1000, 443)},
	{"a jumbo option behind padding is found", .wire_bytes = 14 + 40 + 100000,
         BYTES(ETHERNET(0x86dd), IPV6(0, 0), 6, 1, 0, 1, 1, 0, 0xc2, 4, 0, 1, 0x86, 0xa0, 1, 2, 0,
               0, TCP(1000, 443)),
         PLAIN6(100040, 6, 1000, 443)},
	{"the longest jumbogram does not overflow", .wire_bytes = 200,
         BYTES(ETHERNET(0x86dd), IPV6(0, 0), 6, 0, 0xc2, 4, 0xff, 0xff, 0xff, 0xff, TCP(1000, 443)),
         PLAIN6(4294967335, 6, 1000, 443)},

	// IPv6 extension headers, each by its own length.
	{"hop-by-hop, destination and routing headers",
         BYTES(ETHERNET(0x86dd), IPV6(60, 0), EXTENSION(60), EXTENSION(43), ROUTING(6, 0),
               TCP(1000, 443)),
         PLAIN6(100, 6, 1000, 443)},
	{"AH counts units of four bytes",
         BYTES(ETHERNET(0x86dd), IPV6(44, 51), AUTHENTICATION(6), TCP(1000, 443)),
         PLAIN6(84, 6, 1000, 443)},
	{"AH over IPv4", BYTES(ETHERNET(0x0800), IPV4(64, 51), AUTHENTICATION(6), TCP(1000, 443)),
         PLAIN4(64, 6, 1000, 443)},
	{"nothing is read behind ESP",
         BYTES(ETHERNET(0x86dd), IPV6(60, 50), 0, 0, 0, 1, 0, 0, 0, 1, TCP(1, 2)),
         PLAIN6(100, 50, 0, 0)},
	{"mobility without a next header is the protocol",
         BYTES(ETHERNET(0x86dd), IPV6(8, 135), 59, 0, 5, 0, 0, 0, 0, 0), PLAIN6(48, 135, 0, 0)},
	{"HIP without a next header is the protocol",
         BYTES(ETHERNET(0x86dd), IPV6(8, 139), 59, 0, 1, 0x11, 0, 0, 0, 0), PLAIN6(48, 139, 0, 0)},
	{"Shim6 is stepped over",
         BYTES(ETHERNET(0x86dd), IPV6(28, 140), EXTENSION(6), TCP(1000, 443)),
         PLAIN6(68, 6, 1000, 443)},
	{"an extension header that passes the packet ends the chain",
         BYTES(ETHERNET(0x86dd), IPV6(8, 60), 6, 30, 1, 4, 0, 0, 0, 0), PLAIN6(48, 6, 0, 0)},
	{"an extension header the frame ends inside", BYTES(ETHERNET(0x86dd), IPV6(8, 60), 6, 0, 1),
         PLAIN6(48, 60, 0, 0)},
	{"extension numbers are protocols in IPv4",
         BYTES(ETHERNET(0x0800), IPV4(28, 60), 6, 0, 1, 4, 0, 0, 0, 0), PLAIN4(28, 60, 0, 0)},

	// Fragments.
	{"the first fragment has ports 0",
         BYTES(ETHERNET(0x0800), IPV4_WITH(0x45, 28, 0x2000, 17), UDP(1000, 53, 1480)),
         .expected = {.verdict = FRAME_IPV4,
                      .transition = TRANSITION_NATIVE4,
                      .carrier_bytes = 28,
                      .payload_bytes = 28,
                      .protocol = 17,
                      .n_ip_headers = 1,
                      .flags = PACKET_FRAGMENT}},
	{"a later fragment has ports 0",
         BYTES(ETHERNET(0x0800), IPV4_WITH(0x45, 28, 185, 17), 1, 2, 3, 4, 5, 6, 7, 8),
         .expected = {.verdict = FRAME_IPV4,
                      .transition = TRANSITION_NATIVE4,
                      .carrier_bytes = 28,
                      .payload_bytes = 28,
                      .protocol = 17,
                      .n_ip_headers = 1,
                      .flags = PACKET_FRAGMENT}},
	{"don't fragment is no fragment",
         BYTES(ETHERNET(0x0800), IPV4_WITH(0x45, 28, 0x4000, 17), UDP(1000, 53, 8)),
         PLAIN4(28, 17, 1000, 53)},
	{"the first fragment of IPv6 has ports 0",
         BYTES(ETHERNET(0x86dd), IPV6(16, 44), FRAGMENT(17, 1), UDP(1000, 53, 1480)),
         .expected = {.verdict = FRAME_IPV6,
                      .carrier = FAMILY_IPV6,
                      .payload = FAMILY_IPV6,
                      .transition = TRANSITION_NATIVE6,
                      .carrier_bytes = 56,
                      .payload_bytes = 56,
                      .protocol = 17,
                      .n_ip_headers = 1,
                      .flags = PACKET_FRAGMENT}},
	{"a later fragment of IPv6 keeps its protocol",
         BYTES(ETHERNET(0x86dd), IPV6(16, 44), FRAGMENT(6, 1448), 1, 2, 3, 4, 5, 6, 7, 8),
         .expected = {.verdict = FRAME_IPV6,
                      .carrier = FAMILY_IPV6,
                      .payload = FAMILY_IPV6,
                      .transition = TRANSITION_NATIVE6,
                      .carrier_bytes = 56,
                      .payload_bytes = 56,
                      .protocol = 6,
                      .n_ip_headers = 1,
                      .flags = PACKET_FRAGMENT}},
	{"an atomic fragment is an ordinary packet",
         BYTES(ETHERNET(0x86dd), IPV6(28, 44), FRAGMENT(6, 0), TCP(1000, 443)),
         PLAIN6(68, 6, 1000, 443)},
	{"a tunnel's first fragment shows what is inside",
         BYTES(ETHERNET(0x0800), IPV4_WITH(0x45, 1500, 0x2000, 41), IPV6(1600, 6), TCP(1000, 443)),
         INSIDE(FAMILY_IPV4, 1500, FAMILY_IPV6, 1640, TRANSITION_6IN4)},
	{"a tunnel's later fragment stops at its header",
         BYTES(ETHERNET(0x0800), IPV4_WITH(0x45, 80, 185, 41), TCP6),
         .expected = {.verdict = FRAME_IPV4,
                      .transition = TRANSITION_NATIVE4,
                      .carrier_bytes = 80,
                      .payload_bytes = 80,
                      .protocol = 41,
                      .n_ip_headers = 1,
                      .flags = PACKET_FRAGMENT}},

	// ICMP errors quote packets that are not there.
	{"the packet quoted in an ICMP error is not counted",
         BYTES(ETHERNET(0x0800), IPV4(68, 1), ICMP(3, 4), TCP4), PLAIN4(68, 1, 0, 0)},
	{"the packet quoted in an ICMPv6 error is not counted",
         BYTES(ETHERNET(0x86dd), IPV6(68, 58), ICMP(2, 0), TCP6), PLAIN6(108, 58, 0, 0)},

	// Steps from one family into the other.
	{"6in4", BYTES(ETHERNET(0x0800), IPV4(80, 41), TCP6),
         INSIDE(FAMILY_IPV4, 80, FAMILY_IPV6, 60, TRANSITION_6IN4)},
	{"6to4",
         BYTES(ETHERNET(0x0800), IPV4(80, 41), IPV6_TO(20, 6, ADDRESS_6TO4, DESTINATION6),
               TCP(1000, 443)),
         INSIDE(FAMILY_IPV4, 80, FAMILY_IPV6, 60, TRANSITION_6TO4)},
	{"6to4 by its destination",
         BYTES(ETHERNET(0x0800), IPV4(80, 41), IPV6_TO(20, 6, SOURCE6, ADDRESS_6TO4),
               TCP(1000, 443)),
         INSIDE(FAMILY_IPV4, 80, FAMILY_IPV6, 60, TRANSITION_6TO4)},
	{"ISATAP, private",
         BYTES(ETHERNET(0x0800), IPV4(80, 41), IPV6_TO(20, 6, ADDRESS_ISATAP, DESTINATION6),
               TCP(1000, 443)),
         INSIDE(FAMILY_IPV4, 80, FAMILY_IPV6, 60, TRANSITION_ISATAP)},
	{"ISATAP, global",
         BYTES(ETHERNET(0x0800), IPV4(80, 41), IPV6_TO(20, 6, SOURCE6, ADDRESS_ISATAP_GLOBAL),
               TCP(1000, 443)),
         INSIDE(FAMILY_IPV4, 80, FAMILY_IPV6, 60, TRANSITION_ISATAP)},
	{"6to4 goes before ISATAP",
         BYTES(ETHERNET(0x0800), IPV4(80, 41), IPV6_TO(20, 6, ADDRESS_ISATAP, ADDRESS_6TO4),
               TCP(1000, 443)),
         INSIDE(FAMILY_IPV4, 80, FAMILY_IPV6, 60, TRANSITION_6TO4)},
	{"a 6to4 address without the tunnel is native",
         BYTES(ETHERNET(0x86dd), IPV6_TO(20, 6, ADDRESS_6TO4, DESTINATION6), TCP(1000, 443)),
         PLAIN6(60, 6, 1000, 443)},
	{"4in6", BYTES(ETHERNET(0x86dd), IPV6(40, 4), TCP4),
         INSIDE(FAMILY_IPV6, 80, FAMILY_IPV4, 40, TRANSITION_4IN6)},
	{"4in6 behind a destination header",
         BYTES(ETHERNET(0x86dd), IPV6(48, 60), EXTENSION(4), TCP4),
         INSIDE(FAMILY_IPV6, 88, FAMILY_IPV4, 40, TRANSITION_4IN6)},
	{"IPv4 behind a segment routing header is native",
         BYTES(ETHERNET(0x86dd), IPV6(64, 43), ROUTING(4, 4), TCP4),
         INSIDE(FAMILY_IPV6, 104, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"IPv6 behind a segment routing header is native",
         BYTES(ETHERNET(0x86dd), IPV6(84, 43), ROUTING(41, 4), TCP6),
         INSIDE(FAMILY_IPV6, 124, FAMILY_IPV6, 60, TRANSITION_NATIVE6)},
	{"Ethernet behind a segment routing header",
         BYTES(ETHERNET(0x86dd), IPV6(78, 43), ROUTING(143, 4), ETHERNET(0x0800), TCP4),
         INSIDE(FAMILY_IPV6, 118, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"Teredo", BYTES(ETHERNET(0x0800), IPV4(88, 17), UDP(4000, 3544, 68), TCP6),
         INSIDE(FAMILY_IPV4, 88, FAMILY_IPV6, 60, TRANSITION_TEREDO)},
	{"Teredo goes before 6to4",
         BYTES(ETHERNET(0x0800), IPV4(88, 17), UDP(3544, 4000, 68),
               IPV6_TO(20, 6, ADDRESS_6TO4, DESTINATION6), TCP(1000, 443)),
         INSIDE(FAMILY_IPV4, 88, FAMILY_IPV6, 60, TRANSITION_TEREDO)},
	{"Teredo behind authentication and origin",
         BYTES(ETHERNET(0x0800), IPV4(111, 17), UDP(3544, 4000, 91), 0, 1, 1, 1, 9, 9, 1, 2, 3, 4,
               5, 6, 7, 8, 0, 0, 0, 1, 2, 3, 4, 5, 6, TCP6),
         INSIDE(FAMILY_IPV4, 111, FAMILY_IPV6, 60, TRANSITION_TEREDO)},
	{"a DNS-like payload on the Teredo port is no tunnel",
         BYTES(ETHERNET(0x0800), IPV4(36, 17), UDP(3544, 53, 16), 0x60, 0, 0, 0, 0x10, 0, 6, 0),
         PLAIN4(36, 17, 3544, 53)},
	{"the outermost step decides: 6in4 with 4in6 inside",
         BYTES(ETHERNET(0x0800), IPV4(100, 41), IPV6(40, 4), TCP4),
         .expected = {.verdict = FRAME_IPV4,
                      .carrier = FAMILY_IPV4,
                      .payload = FAMILY_IPV4,
                      .transition = TRANSITION_6IN4,
                      .carrier_bytes = 100,
                      .payload_bytes = 40,
                      .protocol = 6,
                      .source_port = 1000,
                      .destination_port = 443,
                      .n_ip_headers = 3}},
	{"NAT64 by the well-known prefix",
         BYTES(ETHERNET(0x86dd), IPV6_TO(20, 6, SOURCE6, ADDRESS_NAT64), TCP(1000, 443)),
         .expected = {.verdict = FRAME_IPV6,
                      .carrier = FAMILY_IPV6,
                      .payload = FAMILY_IPV6,
                      .transition = TRANSITION_NAT64,
                      .carrier_bytes = 60,
                      .payload_bytes = 60,
                      .protocol = 6,
                      .source_port = 1000,
                      .destination_port = 443,
                      .n_ip_headers = 1}},
	{"NAT64 by the local-use prefix, with UDP",
         BYTES(ETHERNET(0x86dd), IPV6_TO(8, 17, ADDRESS_NAT64_LOCAL, DESTINATION6),
               UDP(1000, 443, 8)),
         .expected = {.verdict = FRAME_IPV6,
                      .carrier = FAMILY_IPV6,
                      .payload = FAMILY_IPV6,
                      .transition = TRANSITION_NAT64,
                      .carrier_bytes = 48,
                      .payload_bytes = 48,
                      .protocol = 17,
                      .source_port = 1000,
                      .destination_port = 443,
                      .n_ip_headers = 1}},
	{"a neighbour of the NAT64 prefixes is native",
         BYTES(ETHERNET(0x86dd), IPV6_TO(20, 6, SOURCE6, ADDRESS_NOT_NAT64), TCP(1000, 443)),
         PLAIN6(60, 6, 1000, 443)},
	{"6in4 with a wrong version inside stays IPv4", BYTES(ETHERNET(0x0800), IPV4(60, 41), TCP4),
         PLAIN4(60, 41, 0, 0)},

	// Tunnels that only carry.
	{"4in4", BYTES(ETHERNET(0x0800), IPV4(60, 4), TCP4),
         INSIDE(FAMILY_IPV4, 60, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"6in6", BYTES(ETHERNET(0x86dd), IPV6(60, 41), TCP6),
         INSIDE(FAMILY_IPV6, 100, FAMILY_IPV6, 60, TRANSITION_NATIVE6)},
	{"GRE with IPv6 is not transition",
         BYTES(ETHERNET(0x0800), IPV4(84, 47), GRE(0, 0x86dd), TCP6),
         INSIDE(FAMILY_IPV4, 84, FAMILY_IPV6, 60, TRANSITION_NATIVE6)},
	{"GRE with checksum, key and sequence",
         BYTES(ETHERNET(0x0800), IPV4(76, 47), GRE(0xb000, 0x0800), 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
               2, TCP4),
         INSIDE(FAMILY_IPV4, 76, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"GRE with source routes",
         BYTES(ETHERNET(0x0800), IPV4(80, 47), GRE(0x4000, 0x0800), 0, 0, 0, 0, 8, 0, 0, 4, 1, 2, 3,
               4, 0, 0, 0, 0, TCP4),
         INSIDE(FAMILY_IPV4, 80, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"GRE with Ethernet",
         BYTES(ETHERNET(0x0800), IPV4(98, 47), GRE(0, 0x6558), ETHERNET(0x86dd), TCP6),
         INSIDE(FAMILY_IPV4, 98, FAMILY_IPV6, 60, TRANSITION_NATIVE6)},
	{"PPTP: GRE version 1 with acknowledgement and PPP",
         BYTES(ETHERNET(0x0800), IPV4(76, 47), GRE(0x3081, 0x880b), 0, 44, 0, 1, 0, 0, 0, 1, 0, 0,
               0, 1, 0xff, 3, 0, 0x21, TCP4),
         INSIDE(FAMILY_IPV4, 76, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"ERSPAN type I",
         BYTES(ETHERNET(0x0800), IPV4(78, 47), GRE(0, 0x88be), ETHERNET(0x0800), TCP4),
         INSIDE(FAMILY_IPV4, 78, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"ERSPAN type II",
         BYTES(ETHERNET(0x0800), IPV4(90, 47), GRE(0x1000, 0x88be), 0, 0, 0, 1, 0x10, 0, 0, 1, 0, 0,
               0, 0, ETHERNET(0x0800), TCP4),
         INSIDE(FAMILY_IPV4, 90, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"ERSPAN type III with its subheader",
         BYTES(ETHERNET(0x0800), IPV4(102, 47), GRE(0x1000, 0x22eb), 0, 0, 0, 1, 0x20, 0, 0, 1, 0,
               0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, ETHERNET(0x0800), TCP4),
         INSIDE(FAMILY_IPV4, 102, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"EtherIP", BYTES(ETHERNET(0x0800), IPV4(76, 97), 0x30, 0, ETHERNET(0x0800), TCP4),
         INSIDE(FAMILY_IPV4, 76, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"L2TPv2 with length, sequence and offset",
         BYTES(ETHERNET(0x0800), IPV4(90, 17), UDP(1701, 1701, 70), 0x4a, 2, 0, 62, 0, 1, 0, 1, 0,
               0, 0, 1, 0, 2, 0, 0, 0xff, 3, 0, 0x21, IPV4(40, 6), TCP(1000, 443), 0, 0),
         INSIDE(FAMILY_IPV4, 90, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"L2TPv2 control has nothing inside",
         BYTES(ETHERNET(0x0800), IPV4(40, 17), UDP(1701, 1701, 20), 0xc8, 2, 0, 12, 0, 1, 0, 0, 0,
               0, 0, 1),
         PLAIN4(40, 17, 1701, 1701)},
	{"L2TPv3 over IP with a cookie of four bytes",
         BYTES(ETHERNET(0x0800), IPV4(82, 115), 0, 0, 0, 9, 1, 2, 3, 4, ETHERNET(0x0800), TCP4),
         INSIDE(FAMILY_IPV4, 82, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"L2TPv3 over UDP",
         BYTES(ETHERNET(0x0800), IPV4(110, 17), UDP(1701, 1701, 90), 0, 3, 0, 0, 0, 0, 0, 9,
               ETHERNET(0x86dd), TCP6),
         INSIDE(FAMILY_IPV4, 110, FAMILY_IPV6, 60, TRANSITION_NATIVE6)},
	{"VXLAN",
         BYTES(ETHERNET(0x0800), IPV4(110, 17), UDP(55555, 4789, 90), VXLAN, ETHERNET(0x86dd),
               TCP6),
         INSIDE(FAMILY_IPV4, 110, FAMILY_IPV6, 60, TRANSITION_NATIVE6)},
	{"VXLAN on the old Linux port over IPv6",
         BYTES(ETHERNET(0x86dd), IPV6(70, 17), UDP(55555, 8472, 70), VXLAN, ETHERNET(0x0800), TCP4),
         INSIDE(FAMILY_IPV6, 110, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"VXLAN without its flag is UDP",
         BYTES(ETHERNET(0x0800), IPV4(90, 17), UDP(55555, 4789, 70), 0, 0, 0, 0, 0, 0, 42, 0,
               ETHERNET(0x0800), TCP4),
         PLAIN4(90, 17, 55555, 4789)},
	{"ARP inside VXLAN leaves the outer header",
         BYTES(ETHERNET(0x0800), IPV4(58, 17), UDP(55555, 4789, 38), VXLAN, ETHERNET(0x0806), 0, 1,
               8, 0, 6, 4, 0, 1),
         PLAIN4(58, 17, 55555, 4789)},
	{"GENEVE with options",
         BYTES(ETHERNET(0x0800), IPV4(98, 17), UDP(55555, 6081, 78), GENEVE(2, 0x6558), 1, 2, 3, 1,
               5, 6, 7, 8, ETHERNET(0x0800), TCP4),
         INSIDE(FAMILY_IPV4, 98, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"GTP-U",
         BYTES(ETHERNET(0x0800), IPV4(96, 17), UDP(2152, 2152, 76), GTPU(0x30, 0xff), TCP6),
         INSIDE(FAMILY_IPV4, 96, FAMILY_IPV6, 60, TRANSITION_NATIVE6)},
	{"GTP-U with a PDU session container",
         BYTES(ETHERNET(0x0800), IPV4(84, 17), UDP(2152, 2152, 64), GTPU(0x34, 0xff), 0, 0, 0, 0x85,
               1, 0x10, 9, 0, TCP4),
         INSIDE(FAMILY_IPV4, 84, FAMILY_IPV4, 40, TRANSITION_NATIVE4)},
	{"a GTP-U echo has nothing inside",
         BYTES(ETHERNET(0x0800), IPV4(76, 17), UDP(2152, 2152, 56), GTPU(0x30, 1), TCP4),
         PLAIN4(76, 17, 2152, 2152)},
	{"GTP-U with an extension of length 0 is not followed for ever",
         BYTES(ETHERNET(0x0800), IPV4(84, 17), UDP(2152, 2152, 64), GTPU(0x34, 0xff), 0, 0, 0, 0x85,
               0, 0, 0, 0, TCP4),
         PLAIN4(84, 17, 2152, 2152)},
	{"a datagram ends where UDP says",
         BYTES(ETHERNET(0x0800), IPV4(96, 17), UDP(2152, 2152, 17), GTPU(0x30, 0xff), TCP6),
         PLAIN4(96, 17, 2152, 2152)},

	// Below MPLS labels nothing is said, and the first nibble alone is not believed.
	{"two labels and IPv6", BYTES(ETHERNET(0x8847), MPLS(0), MPLS(1), TCP6),
         PLAIN6(60, 6, 1000, 443)},
	{"a label and IPv4 with padding", BYTES(ETHERNET(0x8848), MPLS(1), TCP4, 0, 0, 0, 0),
         PLAIN4(40, 6, 1000, 443)},
	{"a pseudowire with control word",
         BYTES(ETHERNET(0x8847), MPLS(1), 0, 0, 0, 1, ETHERNET(0x86dd), TCP6),
         PLAIN6(60, 6, 1000, 443)},
	{"a pseudowire without control word",
         BYTES(ETHERNET(0x8847), MPLS(1), ETHERNET(0x0800), TCP4), PLAIN4(40, 6, 1000, 443)},
	{"a pseudowire whose MAC address begins like IPv4",
         BYTES(ETHERNET(0x8847), MPLS(1), 0x45, 0, 0, 40, 0, 2, 2, 0, 0, 0, 0, 1, 0x86, 0xdd, TCP6),
         PLAIN6(60, 6, 1000, 443)},
	{"a pseudowire whose MAC address begins like IPv6",
         BYTES(ETHERNET(0x8847), MPLS(1), 0x60, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0, TCP4),
         PLAIN4(40, 6, 1000, 443)},
	{"a nibble of 4 without a header that agrees is other",
         BYTES(ETHERNET(0x8847), MPLS(1), 0x45, 0, 0xff, 0xff, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
               9, 9, 9, 9),
         OTHER},
	{"an associated channel is other", BYTES(ETHERNET(0x8847), MPLS(1), 0x10, 0, 0, 0x21, TCP4),
         OTHER},
	{"labels without a bottom are other", BYTES(ETHERNET(0x8847), MPLS(0), MPLS(0)), OTHER},

	// Depth is bounded.
	{"the ninth IP header is too deep",
         BYTES(ETHERNET(0x0800), IPV4(200, 4), IPV4(180, 4), IPV4(160, 4), IPV4(140, 4),
               IPV4(120, 4), IPV4(100, 4), IPV4(80, 4), IPV4(60, 4), TCP4),
         .expected = {.verdict = FRAME_IPV4,
                      .transition = TRANSITION_NATIVE4,
                      .carrier_bytes = 200,
                      .payload_bytes = 60,
                      .protocol = 4,
                      .n_ip_headers = 8,
                      .flags = PACKET_DEEP}},
	{"eight IP headers are not",
         BYTES(ETHERNET(0x0800), IPV4(180, 4), IPV4(160, 4), IPV4(140, 4), IPV4(120, 4),
               IPV4(100, 4), IPV4(80, 4), IPV4(60, 4), TCP4),
         .expected = {.verdict = FRAME_IPV4,
                      .transition = TRANSITION_NATIVE4,
                      .carrier_bytes = 180,
                      .payload_bytes = 40,
                      .protocol = 6,
                      .source_port = 1000,
                      .destination_port = 443,
                      .n_ip_headers = 8}},
	{"more than 32 headers are too deep",
         BYTES(ETHERNET(0x86dd), IPV6(268, 60), EXTENSION(60), EXTENSION(60), EXTENSION(60),
               EXTENSION(60), EXTENSION(60), EXTENSION(60), EXTENSION(60), EXTENSION(60),
               EXTENSION(60), EXTENSION(60), EXTENSION(60), EXTENSION(60), EXTENSION(60),
               EXTENSION(60), EXTENSION(60), EXTENSION(60), EXTENSION(60), EXTENSION(60),
               EXTENSION(60), EXTENSION(60), EXTENSION(60), EXTENSION(60), EXTENSION(60),
               EXTENSION(60), EXTENSION(60), EXTENSION(60), EXTENSION(60), EXTENSION(60),
               EXTENSION(60), EXTENSION(60), EXTENSION(6), TCP(1, 2)),
         .expected = {.verdict = FRAME_IPV6,
                      .carrier = FAMILY_IPV6,
                      .payload = FAMILY_IPV6,
                      .transition = TRANSITION_NATIVE6,
                      .carrier_bytes = 308,
                      .payload_bytes = 308,
                      .protocol = 60,
                      .n_ip_headers = 1,
                      .flags = PACKET_DEEP}},
};

const size_t n_vectors = sizeof(vectors) / sizeof(vectors[0]);

uint32_t vector_wire_bytes(const struct vector *vector)
{
	return vector->wire_bytes != 0 ? vector->wire_bytes : vector->n_bytes;
}

const char *vector_difference(const struct vector *vector, const struct packet *packet)
{
	const struct packet *expected = &vector->expected;

	if (packet->verdict != expected->verdict)
		return "verdict";
	if (packet->flags != expected->flags)
		return "flags";
	if (packet->n_ip_headers != expected->n_ip_headers)
		return "n_ip_headers";
	if (packet->n_ip_headers == 0)
		return NULL;
	if (packet->carrier != expected->carrier)
		return "carrier";
	if (packet->payload != expected->payload)
		return "payload";
	if (packet->transition != expected->transition)
		return "transition";
	if (packet->carrier_bytes != expected->carrier_bytes)
		return "carrier_bytes";
	if (packet->payload_bytes != expected->payload_bytes)
		return "payload_bytes";
	if (packet->protocol != expected->protocol)
		return "protocol";
	if (packet->source_port != expected->source_port)
		return "source_port";
	return packet->destination_port != expected->destination_port ? "destination_port" : NULL;
}
