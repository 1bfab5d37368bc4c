// The HTTP server: indicators, series, probes, live events, metrics and the page. It reads; nothing
// can be changed through it.
#pragma once

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "collector/ingest/ingest.h"
#include "collector/metrics.h"
#include "collector/settings.h"
#include "collector/store/store.h"

#include "connections.h"
#include "live.h"
#include "user_cache.h"

enum {
	API_MAX_HEADER_BYTES = 8192,
	API_MAX_BODY_BYTES = 1024, // of requests, whose bodies nobody reads
};

struct api {
	const struct settings *settings;
	struct store *store;
	struct metrics *metrics;
	const struct ingest *ingest;
	struct evhttp *http;
	struct evconnlistener *listener; // owned by http
	struct connections connections;
	struct live live;
	struct user_cache users;
};

// Serves at the address of the settings. Everything given is borrowed. 0; -errno when it cannot
// listen there.
int api_start(struct event_base *base, const struct settings *settings, struct store *store,
              struct metrics *metrics, const struct ingest *ingest, struct api *ret_api);
void api_fini(struct api *api);

// Tells live listeners that a window has new figures.
void api_window_changed(struct api *api, uint64_t start_ns);

// Handlers of paths. query has the parameters; names they do not know are errors.
typedef void api_handler(struct api *api, struct evhttp_request *request,
                         const struct evkeyvalq *query);

api_handler handle_indicators, handle_series, handle_users, handle_probes, handle_live,
	handle_healthz, handle_metrics;
