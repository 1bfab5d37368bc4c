#include "session.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"

#include "ingest.h"
#include "receive.h"

enum {
	CHUNK_BYTES = 4096,
	MAX_BUFFERED_BYTES = 64 << 10,
};

static void session_set_deadline(struct session *session, uint64_t wait_ns)
{
	struct timeval wait = {
		.tv_sec = (time_t)(wait_ns / NS_PER_S),
		.tv_usec = (suseconds_t)(wait_ns % NS_PER_S / 1000),
	};

	evtimer_add(session->deadline, &wait);
}

void session_heard(struct session *session)
{
	session_set_deadline(session, SESSION_IDLE_S * NS_PER_S);
}

void session_send(struct session *session, uint8_t *frame, size_t n_bytes)
{
	struct evbuffer *output = bufferevent_get_output(session->stream);

	if (session->state != SESSION_CLOSING) {
		bufferevent_write(session->stream, frame, n_bytes);
		if (evbuffer_get_length(output) > SESSION_MAX_UNREAD_BYTES)
			session_end(session, SESSION_END_SLOW,
			            "the probe does not read its answers");
	}
	free(frame);
}

static void session_close(struct session *session, enum session_end end)
{
	session->state = SESSION_CLOSING;
	session->ingest->metrics->sessions_ended[end]++;
	session_set_deadline(session, SESSION_LINGER_S * NS_PER_S);
	// Runs the write callback even when there is nothing left to write.
	bufferevent_trigger(session->stream, EV_WRITE, BEV_TRIG_DEFER_CALLBACKS);
}

static const char *session_name(const struct session *session)
{
	return session->hello.probe[0] ? session->hello.probe : session->peer;
}

void session_end(struct session *session, enum session_end end, const char *format, ...)
{
	struct goodbye goodbye = {.retry_after_ns = 4 * NS_PER_S};
	va_list arguments;
	uint8_t *frame;
	size_t n_bytes;

	if (session->state == SESSION_CLOSING)
		return;
	va_start(arguments, format);
	vsnprintf(goodbye.reason, sizeof(goodbye.reason), format, arguments);
	va_end(arguments);
	log_warning("ingest: %s: session ended: %s", session_name(session), goodbye.reason);
	if (end != SESSION_END_SLOW && goodbye_encode(&goodbye, &frame, &n_bytes) == 0) {
		bufferevent_write(session->stream, frame, n_bytes);
		free(frame);
	}
	session_close(session, end);
}

void session_answer(struct session *session, struct answer *answer)
{
	uint8_t *frame;
	size_t n_bytes;

	if (answer->n_ranges || answer->n_rejections) {
		if (answer_encode(answer, &session->hello.spool, &frame, &n_bytes) < 0) {
			session_end(session, SESSION_END_MEMORY, "the collector is out of memory");
			return;
		}
		session_send(session, frame, n_bytes);
	}
	if (answer->unnumbered[0])
		session_end(session, SESSION_END_PROTOCOL, "%s", answer->unnumbered);
}

// Last words are out: what the probe still sends is read and thrown away until it closes too, for
// a socket closed with unread input would be reset, and the last words with it.
static void on_written(struct bufferevent *stream, void *arg)
{
	struct session *session = arg;

	if (session->state != SESSION_CLOSING ||
	    evbuffer_get_length(bufferevent_get_output(stream)) > 0)
		return;
	if (session->peer_closed)
		session_free(session);
	else
		shutdown(bufferevent_getfd(stream), SHUT_WR);
}

static void on_read(struct bufferevent *stream, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(stream);
	struct session *session = arg;
	uint8_t chunk[CHUNK_BYTES];
	int n_bytes;

	while (session->state != SESSION_CLOSING &&
	       (n_bytes = evbuffer_remove(input, chunk, sizeof(chunk))) > 0) {
		session->ingest->metrics->received_bytes += (uint64_t)n_bytes;
		receive_bytes(session, chunk, (size_t)n_bytes);
	}
	if (session->state == SESSION_CLOSING)
		evbuffer_drain(input, evbuffer_get_length(input));
}

// The probe has closed its side: it still gets the answers to what it sent.
static void session_peer_closed(struct session *session)
{
	session->peer_closed = true;
	batch_commit(session->ingest->batch);
	if (session->state == SESSION_CLOSING)
		return;
	log_info("ingest: %s: closed its session", session_name(session));
	session_close(session, SESSION_END_PEER);
}

static void on_event(struct bufferevent *stream, short what, void *arg)
{
	struct session *session = arg;

	if (what & BEV_EVENT_EOF && session->state != SESSION_CLOSING) {
		session_peer_closed(session);
		return;
	}
	if (session->state != SESSION_CLOSING) {
		log_info("ingest: %s: connection lost: %s", session_name(session),
		         evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
		session->ingest->metrics->sessions_ended[SESSION_END_NETWORK]++;
	}
	session_free(session);
}

static void on_deadline(evutil_socket_t fd, short events, void *arg)
{
	struct session *session = arg;

	if (session->state == SESSION_CLOSING)
		session_free(session);
	else if (session->state == SESSION_GREETING)
		session_end(session, SESSION_END_DEADLINE, "no complete Hello within %.9g s",
		            (double)session->ingest->settings->greeting_deadline_ns /
		                    (double)NS_PER_S);
	else
		session_end(session, SESSION_END_DEADLINE,
		            "no complete frame within %d s: send heartbeats", SESSION_IDLE_S);
}

static bool session_connect(struct session *session, evutil_socket_t fd)
{
	struct event_base *base = session->ingest->base;

	session->stream = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!session->stream) {
		evutil_closesocket(fd);
		return false;
	}
	session->deadline = evtimer_new(base, on_deadline, session);
	if (!session->deadline)
		return false;
	bufferevent_setwatermark(session->stream, EV_READ, 0, MAX_BUFFERED_BYTES);
	bufferevent_setcb(session->stream, on_read, on_written, on_event, session);
	session_set_deadline(session, session->ingest->settings->greeting_deadline_ns);
	return bufferevent_enable(session->stream, EV_READ | EV_WRITE) == 0;
}

struct session *session_new(struct ingest *ingest, evutil_socket_t fd, const struct sockaddr *peer)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session) {
		evutil_closesocket(fd);
		return NULL;
	}
	session->ingest = ingest;
	address_format(peer, session->peer);
	wire_decoder_init(&session->decoder, WIRE_MAX_GREETING_BYTES);
	ingest_link(ingest, session);
	if (session_connect(session, fd))
		return session;
	session_free(session);
	return NULL;
}

void session_free(struct session *session)
{
	if (!session)
		return;
	batch_disown(session->ingest->batch, session);
	ingest_unlink(session->ingest, session);
	wire_decoder_fini(&session->decoder);
	if (session->deadline)
		event_free(session->deadline);
	if (session->stream)
		bufferevent_free(session->stream);
	free(session);
}
