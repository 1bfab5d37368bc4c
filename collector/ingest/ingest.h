// All sessions: the listening socket, the list, the bounds.
#pragma once

#include <event2/event.h>
#include <event2/listener.h>
#include <stdbool.h>

#include "collector/metrics.h"
#include "collector/settings.h"

#include "batch.h"
#include "session.h"

enum {
	INGEST_MAX_SESSIONS = 512,
};

struct ingest {
	struct event_base *base;
	const struct settings *settings;
	struct batch *batch;
	struct metrics *metrics;
	struct evconnlistener *listener;
	struct session *sessions;
	unsigned int n_sessions;
	bool is_stopping;
};

// Listens. Everything given is borrowed. 0; -errno when it cannot listen there.
int ingest_start(struct event_base *base, const struct settings *settings, struct batch *batch,
                 struct metrics *metrics, struct ingest *ret_ingest);

// Stops listening, commits and answers what has come, and says goodbye to every session; the last
// one to leave ends the event loop.
void ingest_stop(struct ingest *ingest);
void ingest_fini(struct ingest *ingest);

// The open session of that probe, or NULL.
const struct session *ingest_find(const struct ingest *ingest, const char *probe);

// Ends the session the probe may have: the newer one wins, for the older is often a connection
// that died without the collector's learning of it.
void ingest_replace(struct ingest *ingest, const char *probe);

// For session.c: into and out of the list.
void ingest_link(struct ingest *ingest, struct session *session);
void ingest_unlink(struct ingest *ingest, struct session *session);
