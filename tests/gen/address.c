#include "address.h"

#include <string.h>

static void put_number(uint8_t *ret_bytes, uint64_t number, int n_bytes)
{
	for (int i = n_bytes - 1; i >= 0; i--) {
		ret_bytes[i] = (uint8_t)number;
		number >>= 8;
	}
}

uint32_t address_bytes(enum family family)
{
	return family == FAMILY_IPV4 ? 4 : 16;
}

struct address address_ipv4(uint32_t number)
{
	struct address address = {.family = FAMILY_IPV4};

	put_number(address.bytes, number, 4);
	return address;
}

struct address address_ipv6(uint64_t network, uint64_t interface)
{
	struct address address = {.family = FAMILY_IPV6};

	put_number(address.bytes, network, 8);
	put_number(address.bytes + 8, interface, 8);
	return address;
}

void address_put_end(const struct address *address, uint16_t port, uint8_t *ret_end)
{
	memcpy(ret_end, address->bytes, sizeof(address->bytes));
	put_number(ret_end + sizeof(address->bytes), port, 2);
}

struct path path_reversed(const struct path *path)
{
	return (struct path){
		.source = path->destination,
		.destination = path->source,
		.source_port = path->destination_port,
		.destination_port = path->source_port,
	};
}
