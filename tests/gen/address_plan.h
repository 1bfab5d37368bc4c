// Whose addresses are whose: private, benchmarking and documentation ranges only (RFC 1918, 2544,
// 3849, 9637), apart from the prefixes that a mechanism prescribes.
#pragma once

#include <stdint.h>

#define CLIENTS_IPV4    UINT32_C(0x0a000000) // 10.0.0.0/8
#define CLIENTS_IN_IPV4 (UINT32_C(1) << 24)
#define SERVERS_IPV4    UINT32_C(0xc6120100) // of 198.18.0.0/15
#define GATEWAYS_IPV4   UINT32_C(0xac100001) // of 172.16.0.0/12
#define CLIENTS_IPV6    UINT64_C(0x20010db800000000) // 2001:db8::/32, a /64 each
#define CLIENTS_IN_IPV6 (UINT64_C(1) << 32)
#define SERVERS_IPV6    UINT64_C(0x3fff000000000000) // 3fff::/20, eight to a /64
#define GATEWAYS_IPV6   UINT64_C(0x3fff0fff00000000)
#define TEREDO_IPV6     UINT64_C(0x20010000c6120001) // 2001::/32 and the Teredo server's address
#define NAT64_IPV6      UINT64_C(0x0064ff9b00000000) // 64:ff9b::/96

enum {
	SERVERS_PER_NETWORK = 8,
	FIRST_SERVER_INTERFACE = 0x443,
	FIRST_EPHEMERAL_PORT = 32768, // above every port of a tunnel
};

static inline uint64_t server_network(uint32_t server)
{
	return SERVERS_IPV6 + ((uint64_t)(server / SERVERS_PER_NETWORK) << 16);
}

static inline uint64_t server_interface(uint32_t server)
{
	return FIRST_SERVER_INTERFACE + server % SERVERS_PER_NETWORK;
}
