// Listen addresses of the configuration: 127.0.0.1:8661, [::1]:8661. Numbers only: a name could
// resolve to more than one address, and to another one tomorrow.
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

enum {
	ADDRESS_TEXT_BYTES = 64,
};

struct address {
	struct sockaddr_storage storage;
	socklen_t n_bytes;
};

// 0; -EINVAL.
int address_parse(const char *text, struct address *ret_address);

// For struct config_field: NULL when the text is an address, else what is wrong and the mend.
const char *address_fault(const char *text);

bool address_is_loopback(const struct address *address);

// As address_parse() reads it. Writes ADDRESS_TEXT_BYTES.
void address_format(const struct sockaddr *address, char *ret_text);
