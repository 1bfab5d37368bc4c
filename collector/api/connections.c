#include "connections.h"

#include <errno.h>
#include <sys/socket.h>

#include "proto/base/clock.h"

// evhttp clears the callbacks when it lets go of a connection, and only then.
static bool connection_is_over(const struct connection *connection)
{
	bufferevent_event_cb on_event;

	bufferevent_getcb(connection->stream, NULL, NULL, &on_event, NULL);
	return on_event == NULL;
}

static void connections_remove(struct connections *connections, size_t i)
{
	bufferevent_decref(connections->items[i].stream);
	connections->items[i] = connections->items[--connections->n];
}

// Past its deadline a connection is shut down, not freed: evhttp sees its end and frees it, as
// when the client had closed it.
static void connections_sweep(struct connections *connections)
{
	uint64_t now_ns = clock_monotonic_ns();

	for (size_t i = connections->n; i-- > 0;) {
		struct connection *connection = &connections->items[i];

		if (connection_is_over(connection)) {
			connections_remove(connections, i);
		} else if (connection->deadline_ns > 0 && connection->deadline_ns <= now_ns) {
			connections->metrics->http_deadlines++;
			shutdown(bufferevent_getfd(connection->stream), SHUT_RDWR);
			connection->deadline_ns = 0;
		}
	}
	if (connections->n < CONNECTIONS_MAX)
		evconnlistener_enable(connections->listener);
}

static void on_sweep(evutil_socket_t fd, short events, void *arg)
{
	connections_sweep(arg);
}

// evhttp asks for the stream of a connection it has just accepted. Closing the socket is the
// stream's own part, at its last reference: evhttp would close it earlier, and until the sweep the
// stream would read whatever connection is given the same number next.
static struct bufferevent *on_accept(struct event_base *base, void *arg)
{
	struct connections *connections = arg;
	struct bufferevent *stream = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);

	if (!stream)
		return NULL;
	connections->metrics->http_connections++;
	bufferevent_incref(stream);
	connections->items[connections->n++] = (struct connection){
		.stream = stream,
		.deadline_ns = clock_monotonic_ns() + CONNECTIONS_DEADLINE_S * NS_PER_S,
	};
	if (connections->n == CONNECTIONS_MAX)
		evconnlistener_disable(connections->listener);
	return stream;
}

int connections_init(struct connections *connections, struct event_base *base, struct evhttp *http,
                     struct evconnlistener *listener, struct metrics *metrics)
{
	static const struct timeval interval = {0, 250000};

	*connections = (struct connections){
		.metrics = metrics,
		.listener = listener,
		.sweep = event_new(base, -1, EV_PERSIST, on_sweep, connections),
	};
	if (!connections->sweep || event_add(connections->sweep, &interval) < 0)
		return -ENOMEM;
	evhttp_set_bevcb(http, on_accept, connections);
	return 0;
}

void connections_fini(struct connections *connections)
{
	if (connections->sweep)
		event_free(connections->sweep);
	while (connections->n > 0)
		connections_remove(connections, connections->n - 1);
}

void connections_release(struct connections *connections, const struct bufferevent *stream)
{
	for (size_t i = 0; i < connections->n; i++)
		if (connections->items[i].stream == stream)
			connections->items[i].deadline_ns = 0;
}
