// One connection of a probe: who it is, what it sends, how it ends. A session is freed only from
// the event loop, never inside a function that was called with it.
#pragma once

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/address.h"
#include "collector/metrics.h"
#include "proto/message.h"
#include "proto/wire.h"

#include "answer.h"

struct ingest;

enum {
	// What a probe may have sent and not been answered for. A batch is committed long before.
	SESSION_CREDIT_BYTES = 4 << 20,
	// Answers a probe leaves unread before it is held to be stuck.
	SESSION_MAX_UNREAD_BYTES = 1 << 20,
	SESSION_IDLE_S = 90,
	SESSION_LINGER_S = 2, // for the last words to be read
};

enum session_state {
	SESSION_GREETING, // no Hello yet
	SESSION_OPEN,
	SESSION_CLOSING, // last words are on their way; what still comes is thrown away
};

struct session {
	struct ingest *ingest;
	struct session *next, *previous;
	struct bufferevent *stream;
	struct event *deadline;
	enum session_state state;
	bool peer_closed; // its side of the connection
	struct wire_decoder decoder;
	struct hello hello;
	int64_t clock_ahead_ns; // of the probe's clock, when it said Hello
	char peer[ADDRESS_TEXT_BYTES];
};

// Takes the connected socket; NULL when out of memory (the socket is then closed).
struct session *session_new(struct ingest *ingest, evutil_socket_t fd, const struct sockaddr *peer);
void session_free(struct session *session);

// Puts off the deadline: a complete frame has come.
void session_heard(struct session *session);

// Sends and frees a frame, unless the session is closing.
void session_send(struct session *session, uint8_t *frame, size_t n_bytes);

// Sends what became of its reports; ends the session if one of them cannot be named to the probe.
void session_answer(struct session *session, struct answer *answer);

// Says goodbye with the reason, counts and logs it, and lets the session close.
__attribute__((format(printf, 3, 4))) void
session_end(struct session *session, enum session_end end, const char *format, ...);
