#include "dial.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/base/clock.h"

enum {
	// Unacknowledged segments older than this end the connection: a peer that vanished.
	SILENCE_MS = 60 * 1000,
	POLL_MS = 200,
};

static int await_connection(int fd, uint64_t patience_ns, const _Atomic bool *stop)
{
	uint64_t deadline_ns = clock_monotonic_ns() + patience_ns;
	struct pollfd polled = {.fd = fd, .events = POLLOUT};
	socklen_t n_bytes = sizeof(int);
	int error = 0;

	while (poll(&polled, 1, POLL_MS) <= 0) {
		if (atomic_load(stop))
			return -ECANCELED;
		if (clock_monotonic_ns() > deadline_ns)
			return -ETIMEDOUT;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n_bytes) != 0)
		return -errno;
	return -error;
}

static int dial_one(const struct addrinfo *place, uint64_t patience_ns, const _Atomic bool *stop)
{
	int fd = socket(place->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	unsigned int silence_ms = SILENCE_MS;
	int on = 1;
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, place->ai_addr, place->ai_addrlen) != 0)
		rc = errno == EINPROGRESS ? await_connection(fd, patience_ns, stop) : -errno;
	if (rc == 0 && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		rc = -errno;
	if (rc == 0 &&
	    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence_ms, sizeof(silence_ms)) != 0)
		rc = -errno;
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

int dial(const struct address *address, uint64_t patience_ns, const _Atomic bool *stop, char *why,
         size_t why_bytes)
{
	const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *places;
	int rc = getaddrinfo(address->host, address->port, &wanted, &places);
	int fd = -EHOSTUNREACH;

	if (rc != 0) {
		snprintf(why, why_bytes, "%s", gai_strerror(rc));
		return -EHOSTUNREACH;
	}
	for (const struct addrinfo *place = places; place != NULL && fd < 0; place = place->ai_next)
		fd = dial_one(place, patience_ns, stop);
	freeaddrinfo(places);
	if (fd < 0) {
		snprintf(why, why_bytes, "%s", strerror(-fd));
		why[0] = (char)tolower((unsigned char)why[0]);
	}
	return fd;
}
