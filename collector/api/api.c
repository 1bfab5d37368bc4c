#include "api.h"

#include <errno.h>
#include <string.h>

#include "collector/listen.h"

#include "file.h"
#include "query.h"
#include "reply.h"

static const struct {
	const char *path;
	api_handler *handle;
} routes[] = {
	{"/api/v1/indicators", handle_indicators},
	{"/api/v1/series", handle_series},
	{"/api/v1/users", handle_users},
	{"/api/v1/probes", handle_probes},
	{"/api/v1/live", handle_live},
	{"/healthz", handle_healthz},
	{"/metrics", handle_metrics},
};

static api_handler *find_route(const char *path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (strcmp(routes[i].path, path) == 0)
			return routes[i].handle;
	return NULL;
}

static void route(struct api *api, struct evhttp_request *request, const char *path,
                  const char *query_text)
{
	api_handler *handle = find_route(path);
	struct evkeyvalq query = {0};

	if (!handle) {
		file_reply(request, path);
		return;
	}
	if (evhttp_parse_query_str(query_text ? query_text : "", &query) < 0)
		reply_error(request, REPLY_BAD_REQUEST,
		            "the query string cannot be read, write name=value&name=value");
	else
		handle(api, request, &query);
	evhttp_clear_headers(&query);
}

static void on_request(struct evhttp_request *request, void *arg)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	enum evhttp_cmd_type method = evhttp_request_get_command(request);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	struct api *api = arg;

	api->metrics->http_requests++;
	if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD) {
		evhttp_add_header(evhttp_request_get_output_headers(request), "Allow", "GET, HEAD");
		reply_error(request, REPLY_BAD_METHOD, "nothing can be changed here, use GET");
		return;
	}
	if (!path || path[0] != '/') {
		reply_error(request, REPLY_BAD_REQUEST, "the path does not begin with \"/\"");
		return;
	}
	route(api, request, path, evhttp_uri_get_query(uri));
}

// Methods we refuse are let through to on_request(), for an answer with a reason.
static void set_limits(struct evhttp *http)
{
	evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST |
	                                         EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
	                                         EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH);
	evhttp_set_max_headers_size(http, API_MAX_HEADER_BYTES);
	evhttp_set_max_body_size(http, API_MAX_BODY_BYTES);
	evhttp_set_timeout(http, CONNECTIONS_DEADLINE_S);
}

static int api_listen(struct api *api, struct event_base *base, const struct address *address)
{
	// evhttp sets its own callback for what is accepted.
	int error = listen_on(base, address, NULL, NULL, &api->listener);

	if (error)
		return error;
	if (evhttp_bind_listener(api->http, api->listener))
		return 0;
	evconnlistener_free(api->listener);
	return -ENOMEM;
}

int api_start(struct event_base *base, const struct settings *settings, struct store *store,
              struct metrics *metrics, const struct ingest *ingest, struct api *ret_api)
{
	struct api *api = ret_api;
	int error;

	*api = (struct api){
		.settings = settings, .store = store, .metrics = metrics, .ingest = ingest};
	api->http = evhttp_new(base);
	if (!api->http)
		return -ENOMEM;
	set_limits(api->http);
	evhttp_set_gencb(api->http, on_request, api);
	error = api_listen(api, base, &settings->http_address);
	if (!error)
		error = connections_init(&api->connections, base, api->http, api->listener,
		                         metrics);
	if (!error)
		error = live_init(&api->live, base, &api->connections, store, metrics);
	if (error)
		api_fini(api);
	return error;
}

void api_fini(struct api *api)
{
	live_fini(&api->live);
	if (api->http)
		evhttp_free(api->http);
	api->http = NULL;
	connections_fini(&api->connections);
	user_cache_fini(&api->users);
}

void api_window_changed(struct api *api, uint64_t start_ns)
{
	user_cache_changed(&api->users, start_ns);
	live_window_changed(&api->live, start_ns);
}
