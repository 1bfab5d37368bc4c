// GET /api/v1/indicators?at=TIME
#include <errno.h>

#include "api.h"
#include "figures.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "query.h"
#include "reply.h"
#include "users.h"

// Appends what is known of IPv6 users to the indicators of a document. 0; -errno.
static int add_users(struct api *api, uint64_t at_ns, json_t *document)
{
	struct user_figures figures;
	int error = users_figures(api, FAMILY_IPV6, at_ns, &figures);

	if (!error)
		error = user_figures_indicators(&figures, json_object_get(document, "indicators"));
	return error;
}

// What is wrong with users is no reason to keep the traffic back.
static int make_document(struct api *api, uint64_t at_ns, uint64_t start_ns, json_t **ret_document)
{
	json_t *document;
	int error = figures_document(api->store, at_ns, start_ns, &document);

	if (error)
		return error;
	error = add_users(api, at_ns, document);
	if (error)
		log_error("store: users are left out of /api/v1/indicators: %s",
		          error == -ENOMEM ? "out of memory" : store_error(api->store));
	*ret_document = document;
	return 0;
}

static int window_at(struct api *api, const struct evkeyvalq *query, uint64_t *ret_at_ns,
                     uint64_t *ret_start_ns)
{
	if (evhttp_find_header(query, "at")) {
		*ret_start_ns = cell_window_start(*ret_at_ns);
		return 0;
	}
	return figures_last_window(api->store, *ret_at_ns, ret_start_ns);
}

void handle_indicators(struct api *api, struct evhttp_request *request,
                       const struct evkeyvalq *query)
{
	static const char *const names[] = {"at", NULL};
	uint64_t at_ns, start_ns;
	char why[QUERY_WHY_BYTES];
	json_t *document = NULL;

	if (query_check_names(query, names, why) < 0 ||
	    query_time(query, "at", clock_wall_ns(), &at_ns, why) < 0) {
		reply_error(request, REPLY_BAD_REQUEST, "%s", why);
		return;
	}
	if (window_at(api, query, &at_ns, &start_ns) < 0 ||
	    make_document(api, at_ns, start_ns, &document) < 0)
		reply_error(request, REPLY_INTERNAL, "the store cannot be read: %s",
		            store_error(api->store));
	else
		reply_json(request, document);
}
