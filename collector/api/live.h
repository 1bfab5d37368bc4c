// Server-sent events: the indicators of the newest window, whenever one has new figures.
#pragma once

#include <event2/event.h>
#include <event2/http.h>
#include <stdint.h>

#include "collector/metrics.h"
#include "collector/store/store.h"

#include "connections.h"

enum {
	LIVE_MAX_LISTENERS = 64,
	LIVE_MAX_UNREAD_BYTES = 1 << 20, // of one listener, before it is dropped
	LIVE_INTERVAL_S = 1, // between two events, at least
	LIVE_HEARTBEAT_S = 15,
};

struct live {
	struct connections *connections;
	struct store *store;
	struct metrics *metrics;
	struct event *tick;
	uint64_t newest_start_ns; // of the windows that have changed; 0 before the first
	bool has_changed; // since the last event
	unsigned int n_silent_s; // since something was sent
	size_t n_listeners;
	struct evhttp_request *listeners[LIVE_MAX_LISTENERS];
};

// 0; -ENOMEM.
int live_init(struct live *live, struct event_base *base, struct connections *connections,
              struct store *store, struct metrics *metrics);

// Ends all streams. To be called before the evhttp goes.
void live_fini(struct live *live);

// Answers the request with a stream; -EBUSY when there are too many listeners (it is then still to
// be answered).
int live_add(struct live *live, struct evhttp_request *request);

void live_window_changed(struct live *live, uint64_t start_ns);
