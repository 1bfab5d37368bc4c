// Listening sockets.
#pragma once

#include <event2/event.h>
#include <event2/listener.h>

#include "address.h"

// Listens at the address and calls accepted for each connection. 0; -errno.
int listen_on(struct event_base *base, const struct address *address, evconnlistener_cb accepted,
              void *arg, struct evconnlistener **ret_listener);

// The address it really listens at, with the port the kernel chose. Writes ADDRESS_TEXT_BYTES.
void listen_format(struct evconnlistener *listener, char *ret_text);
