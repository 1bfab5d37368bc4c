#include "live.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>

#include "api.h"
#include "figures.h"
#include "proto/base/clock.h"
#include "query.h"
#include "reply.h"

static void live_remove(struct live *live, size_t i)
{
	live->listeners[i] = live->listeners[--live->n_listeners];
}

static struct bufferevent *listener_stream(struct evhttp_request *request)
{
	return evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
}

// The listener's connection is going, and the request with it.
static void on_close(struct evhttp_connection *connection, void *arg)
{
	struct live *live = arg;

	for (size_t i = live->n_listeners; i-- > 0;)
		if (evhttp_request_get_connection(live->listeners[i]) == connection)
			live_remove(live, i);
}

static bool is_slow(struct evhttp_request *request)
{
	struct evbuffer *output = bufferevent_get_output(listener_stream(request));

	return evbuffer_get_length(output) > LIVE_MAX_UNREAD_BYTES;
}

// Sends a copy of the text to every listener. One that does not read is dropped: its browser will
// come back for the newest figures, the old ones are of no use to it.
static void live_send(struct live *live, const char *text, size_t n_bytes)
{
	for (size_t i = live->n_listeners; i-- > 0;) {
		struct evhttp_request *request = live->listeners[i];
		struct evbuffer *chunk;

		if (is_slow(request)) {
			live->metrics->live_listeners_dropped++;
			evhttp_connection_free(evhttp_request_get_connection(request));
			continue;
		}
		chunk = evbuffer_new();
		if (!chunk)
			continue;
		evbuffer_add(chunk, text, n_bytes);
		evhttp_send_reply_chunk(request, chunk);
		evbuffer_free(chunk);
	}
	live->n_silent_s = 0;
}

// The event with the figures of the window, to be freed; NULL when they cannot be had.
static char *live_event(struct live *live, uint64_t start_ns, size_t *ret_bytes)
{
	json_t *document;
	char *data, *text;
	int n_bytes;

	if (figures_document(live->store, start_ns, start_ns, &document) < 0)
		return NULL;
	data = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	if (!data)
		return NULL;
	n_bytes = asprintf(&text, "event: indicators\ndata: %s\n\n", data);
	free(data);
	if (n_bytes < 0)
		return NULL;
	*ret_bytes = (size_t)n_bytes;
	return text;
}

static void live_send_figures(struct live *live)
{
	size_t n_bytes;
	char *text = live_event(live, live->newest_start_ns, &n_bytes);

	if (text)
		live_send(live, text, n_bytes);
	free(text);
	live->has_changed = false;
}

static void on_tick(evutil_socket_t fd, short events, void *arg)
{
	static const char heartbeat[] = ": still here\n\n";
	struct live *live = arg;

	live->n_silent_s += LIVE_INTERVAL_S;
	if (live->n_listeners == 0)
		return;
	if (live->has_changed)
		live_send_figures(live);
	else if (live->n_silent_s >= LIVE_HEARTBEAT_S)
		live_send(live, heartbeat, sizeof(heartbeat) - 1);
}

int live_init(struct live *live, struct event_base *base, struct connections *connections,
              struct store *store, struct metrics *metrics)
{
	static const struct timeval interval = {LIVE_INTERVAL_S, 0};

	*live = (struct live){.connections = connections, .store = store, .metrics = metrics};
	live->tick = event_new(base, -1, EV_PERSIST, on_tick, live);
	if (!live->tick || event_add(live->tick, &interval) < 0)
		return -ENOMEM;
	return 0;
}

void live_fini(struct live *live)
{
	while (live->n_listeners > 0)
		evhttp_connection_free(evhttp_request_get_connection(live->listeners[0]));
	if (live->tick)
		event_free(live->tick);
	live->tick = NULL;
}

int live_add(struct live *live, struct evhttp_request *request)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);

	if (live->n_listeners == LIVE_MAX_LISTENERS)
		return -EBUSY;
	reply_add_headers(request, "text/event-stream");
	connections_release(live->connections, listener_stream(request));
	evhttp_connection_set_closecb(connection, on_close, live);
	live->listeners[live->n_listeners++] = request;
	evhttp_send_reply_start(request, REPLY_OK, "OK");
	// The newcomer is shown the newest figures with the next tick.
	live->has_changed = live->newest_start_ns > 0;
	return 0;
}

// A late report changes an old window; who looks at the newest one is not sent back to it. A window
// that lies ahead of the clock is not shown before its time.
void live_window_changed(struct live *live, uint64_t start_ns)
{
	if (start_ns > clock_wall_ns())
		return;
	if (start_ns > live->newest_start_ns)
		live->newest_start_ns = start_ns;
	live->has_changed = true;
}

void handle_live(struct api *api, struct evhttp_request *request, const struct evkeyvalq *query)
{
	static const char *const names[] = {NULL};
	char why[QUERY_WHY_BYTES];

	if (query_check_names(query, names, why) < 0)
		reply_error(request, REPLY_BAD_REQUEST, "%s", why);
	else if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD)
		reply_error(request, REPLY_BAD_METHOD, "a stream has no HEAD, use GET");
	else if (live_add(&api->live, request) < 0)
		reply_error(request, REPLY_UNAVAILABLE,
		            "%d clients are listening already, ask /api/v1/indicators instead",
		            LIVE_MAX_LISTENERS);
}
