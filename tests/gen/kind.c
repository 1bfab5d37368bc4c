#include "kind.h"

#include <string.h>

enum {
	ONLY_IPV4 = 1 << FAMILY_IPV4,
	ONLY_IPV6 = 1 << FAMILY_IPV6,
	BOTH = ONLY_IPV4 | ONLY_IPV6,

	ETHERNET_BYTES = 14,
	PLAIN_BYTES = ETHERNET_BYTES + 40 + 20, // IPv6 and TCP
};

static const char *const names[N_KINDS + 1] = {
	[KIND_PLAIN] = "plain",
	[KIND_VLAN] = "vlan",
	[KIND_QINQ] = "qinq",
	[KIND_MPLS] = "mpls",
	[KIND_PPPOE] = "pppoe",
	[KIND_6IN4] = "6in4",
	[KIND_6TO4] = "6to4",
	[KIND_ISATAP] = "isatap",
	[KIND_TEREDO] = "teredo",
	[KIND_4IN6] = "4in6",
	[KIND_GRE] = "gre",
	[KIND_VXLAN] = "vxlan",
	[KIND_GTPU] = "gtpu",
	[KIND_GENEVE] = "geneve",
	[KIND_SRV6] = "srv6",
	[KIND_NAT64] = "nat64",
	[KIND_FRAGMENTS] = "fragments",
	[KIND_ICMP] = "icmp",
	[KIND_OTHER] = "other",
	[KIND_MALFORMED] = "malformed",
};

// Families of the payload, and what stands between Ethernet and the innermost IP header.
static const struct kind_shape {
	uint8_t families;
	uint8_t extra_bytes;
} shapes[N_KINDS] = {
	[KIND_PLAIN] = {BOTH, 0},
	[KIND_VLAN] = {BOTH, 4},
	[KIND_QINQ] = {BOTH, 8},
	[KIND_MPLS] = {BOTH, 8},
	[KIND_PPPOE] = {BOTH, 8},
	[KIND_6IN4] = {ONLY_IPV6, 20},
	[KIND_6TO4] = {ONLY_IPV6, 20},
	[KIND_ISATAP] = {ONLY_IPV6, 20},
	[KIND_TEREDO] = {ONLY_IPV6, 20 + 8 + 8},
	[KIND_4IN6] = {ONLY_IPV4, 40},
	[KIND_GRE] = {BOTH, 40 + 8},
	[KIND_VXLAN] = {BOTH, 40 + 8 + 8 + ETHERNET_BYTES},
	[KIND_GTPU] = {BOTH, 40 + 8 + 16},
	[KIND_GENEVE] = {BOTH, 40 + 8 + 16 + ETHERNET_BYTES},
	[KIND_SRV6] = {BOTH, 40 + 40},
	[KIND_NAT64] = {ONLY_IPV6, 0},
	[KIND_FRAGMENTS] = {BOTH, 0},
	[KIND_ICMP] = {BOTH, 0},
};

const char *kind_name(enum kind kind)
{
	return names[kind];
}

const char *const *kind_names(void)
{
	return names;
}

int kind_from_name(const char *name)
{
	for (int kind = 0; kind < N_KINDS; kind++) {
		if (strcmp(names[kind], name) == 0)
			return kind;
	}
	return -1;
}

bool kind_carries(enum kind kind, enum family payload)
{
	return (shapes[kind].families & 1 << payload) != 0;
}

bool kind_travels_in(enum kind kind, enum family payload, enum family carrier)
{
	switch (kind) {
	case KIND_6IN4:
	case KIND_6TO4:
	case KIND_ISATAP:
	case KIND_TEREDO:
		return carrier == FAMILY_IPV4;
	case KIND_4IN6:
	case KIND_SRV6:
		return carrier == FAMILY_IPV6;
	case KIND_GRE:
	case KIND_VXLAN:
	case KIND_GTPU:
	case KIND_GENEVE:
		return true;
	default:
		return carrier == payload;
	}
}

uint32_t kind_max_header_bytes(enum kind kind)
{
	return PLAIN_BYTES + shapes[kind].extra_bytes;
}

enum transition kind_transition(enum kind kind, enum family payload)
{
	switch (kind) {
	case KIND_6IN4:
		return TRANSITION_6IN4;
	case KIND_6TO4:
		return TRANSITION_6TO4;
	case KIND_ISATAP:
		return TRANSITION_ISATAP;
	case KIND_TEREDO:
		return TRANSITION_TEREDO;
	case KIND_4IN6:
		return TRANSITION_4IN6;
	case KIND_NAT64:
		return TRANSITION_NAT64;
	default: // tunnels of layer 2, of one family, GRE, GTP-U and SRv6 do not set the class
		return payload == FAMILY_IPV4 ? TRANSITION_NATIVE4 : TRANSITION_NATIVE6;
	}
}
