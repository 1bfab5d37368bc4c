#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_port(const char *text, in_port_t *ret_port)
{
	unsigned long port;
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	port = strtoul(text, &end, 10);
	if (*end || port > 65535)
		return -EINVAL;
	*ret_port = htons((uint16_t)port);
	return 0;
}

static int set_ipv4(const char *host, in_port_t port, struct address *ret_address)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)&ret_address->storage;

	ipv4->sin_family = AF_INET;
	ipv4->sin_port = port;
	ret_address->n_bytes = sizeof(*ipv4);
	return inet_pton(AF_INET, host, &ipv4->sin_addr) == 1 ? 0 : -EINVAL;
}

static int set_ipv6(const char *host, in_port_t port, struct address *ret_address)
{
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&ret_address->storage;

	ipv6->sin6_family = AF_INET6;
	ipv6->sin6_port = port;
	ret_address->n_bytes = sizeof(*ipv6);
	return inet_pton(AF_INET6, host, &ipv6->sin6_addr) == 1 ? 0 : -EINVAL;
}

int address_parse(const char *text, struct address *ret_address)
{
	const char *colon = strrchr(text, ':');
	struct address address = {0};
	char host[ADDRESS_TEXT_BYTES];
	size_t n_bytes = colon ? (size_t)(colon - text) : 0;
	in_port_t port;
	int error;

	if (n_bytes < 2 || n_bytes >= sizeof(host) || parse_port(colon + 1, &port) < 0)
		return -EINVAL;
	memcpy(host, text, n_bytes);
	host[n_bytes] = '\0';
	if (host[0] == '[' && host[n_bytes - 1] == ']') {
		host[n_bytes - 1] = '\0';
		error = set_ipv6(host + 1, port, &address);
	} else {
		error = set_ipv4(host, port, &address);
	}
	if (!error)
		*ret_address = address;
	return error;
}

const char *address_fault(const char *text)
{
	struct address address;

	return address_parse(text, &address) < 0
	               ? "not a numeric address with a port, write 127.0.0.1:8661 or [::1]:8661"
	               : NULL;
}

bool address_is_loopback(const struct address *address)
{
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)&address->storage;
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&address->storage;

	if (address->storage.ss_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&ipv6->sin6_addr);
	return ntohl(ipv4->sin_addr.s_addr) >> 24 == 127;
}

void address_format(const struct sockaddr *address, char *ret_text)
{
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)address;
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)address;
	char host[INET6_ADDRSTRLEN];

	if (address->sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof(host));
		snprintf(ret_text, ADDRESS_TEXT_BYTES, "[%s]:%u", host, ntohs(ipv6->sin6_port));
	} else {
		inet_ntop(AF_INET, &ipv4->sin_addr, host, sizeof(host));
		snprintf(ret_text, ADDRESS_TEXT_BYTES, "%s:%u", host, ntohs(ipv4->sin_port));
	}
}
