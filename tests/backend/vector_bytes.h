// Headers as macros that expand to their bytes, and what a row expects of them. Where a header
// carries a length, the row gives it, so that wrong ones can be written too.
#pragma once

#include "proto/enums.h"

#include "vectors.h"

#define HI(word) (uint8_t)((word) >> 8 & 0xff)
#define LO(word) (uint8_t)((word)&0xff)

#define ETHERNET(type)    2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, HI(type), LO(type)
#define VLAN(type)        0, 7, HI(type), LO(type)
#define LLC_SNAP(type)    0xaa, 0xaa, 3, 0, 0, 0, HI(type), LO(type)
#define MPLS(bottom)      0, 1, bottom, 64
#define MPLS_LABEL(label) 0, (label) >> 4, ((label)&15) << 4 | 1, 64 // the bottom one
#define PPPOE(bytes)      0x11, 0, 0, 1, HI(bytes), LO(bytes)

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
#define ROUTE4              8, 0, 0, 4, SOURCE4 // source route entry of GRE
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
