#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static bool port_is_valid(const char *port)
{
	size_t n_bytes = strlen(port);
	int number = atoi(port);

	return n_bytes > 0 && n_bytes < ADDRESS_PORT_BYTES &&
	       strspn(port, "0123456789") == n_bytes && number >= 1 && number <= 65535;
}

// Where host and port part: the colon behind "]", or the only one.
static const char *find_colon(const char *text)
{
	const char *colon = strrchr(text, ':');

	if (colon == NULL)
		return NULL;
	if (text[0] == '[')
		return colon > text + 2 && colon[-1] == ']' ? colon : NULL;
	return colon > text && strchr(text, ':') == colon ? colon : NULL;
}

const char *address_parse(const char *text, struct address *ret_address)
{
	const char *colon = find_colon(text);
	bool bracketed = text[0] == '[';
	size_t host_bytes;

	if (colon == NULL)
		return "not an address: write HOST:PORT or [IPv6]:PORT, such as 127.0.0.1:8661";
	host_bytes = (size_t)(colon - text) - (bracketed ? 2 : 0);
	if (host_bytes >= ADDRESS_HOST_BYTES)
		return "host name too long: at most 255 characters";
	if (!port_is_valid(colon + 1))
		return "port must be a number from 1 to 65535, such as 127.0.0.1:8661";
	memcpy(ret_address->host, text + (bracketed ? 1 : 0), host_bytes);
	ret_address->host[host_bytes] = '\0';
	strcpy(ret_address->port, colon + 1);
	return NULL;
}

bool address_is_loopback(const struct address *address)
{
	struct in_addr ipv4;
	struct in6_addr ipv6;

	if (inet_pton(AF_INET, address->host, &ipv4) == 1)
		return ntohl(ipv4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, address->host, &ipv6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&ipv6);
	return strcmp(address->host, "localhost") == 0;
}
