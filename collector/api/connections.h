// Bounds of the HTTP server that evhttp does not have: how many connections there are, and how
// long one may take as a whole. evhttp's own timeout starts again with every byte, so a client
// that sends one now and then would stay for ever.
#pragma once

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/metrics.h"

enum {
	CONNECTIONS_MAX = 256,
	CONNECTIONS_DEADLINE_S = 30,
};

struct connection {
	struct bufferevent *stream; // one reference is ours, so that the pointer stays good
	uint64_t deadline_ns; // monotonic; 0 for a live stream
};

struct connections {
	struct metrics *metrics;
	struct event *sweep;
	struct evconnlistener *listener; // borrowed; stops listening while the house is full
	size_t n;
	struct connection items[CONNECTIONS_MAX];
};

// Watches over the connections http will accept from the listener. 0; -ENOMEM.
int connections_init(struct connections *connections, struct event_base *base, struct evhttp *http,
                     struct evconnlistener *listener, struct metrics *metrics);

// To be called when the evhttp is gone.
void connections_fini(struct connections *connections);

// Takes the deadline off a connection that streams for as long as its client listens.
void connections_release(struct connections *connections, const struct bufferevent *stream);
