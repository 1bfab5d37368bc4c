// IP addresses of both families, and the two ends of a conversation.
#pragma once

#include <stdint.h>

#include "proto/enums.h"

struct address {
	enum family family;
	uint8_t bytes[16]; // network order; IPv4 in the first four, the rest 0
};

// From and to of one packet, or of one direction of a flow.
struct path {
	struct address source, destination; // of the same family
	uint16_t source_port, destination_port; // 0 where the protocol has none
};

enum {
	ADDRESS_END_BYTES = 16 + 2, // address and port
};

uint32_t address_bytes(enum family family);

struct address address_ipv4(uint32_t number);

// The two halves of an IPv6 address.
struct address address_ipv6(uint64_t network, uint64_t interface);

// An end of a flow as bytes that are equal only for equal ends.
void address_put_end(const struct address *address, uint16_t port, uint8_t *ret_end);

// The same path seen from the other end.
struct path path_reversed(const struct path *path);
