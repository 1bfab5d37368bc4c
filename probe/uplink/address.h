// Addresses of collectors as people write them: HOST:PORT, [IPv6]:PORT.
#pragma once

#include <stdbool.h>

enum {
	ADDRESS_HOST_BYTES = 256,
	ADDRESS_PORT_BYTES = 6,
};

struct address {
	char host[ADDRESS_HOST_BYTES];
	char port[ADDRESS_PORT_BYTES]; // digits, 1 to 65535
};

// NULL, or what is wrong with the text and the mend.
const char *address_parse(const char *text, struct address *ret_address);

// True when the address can only be this machine: traffic to it is seen by nobody else.
bool address_is_loopback(const struct address *address);
