// GET /api/v1/users?at=TIME&family=ipv6
#include "users.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/names.h"

#include "query.h"
#include "reply.h"

// The window and the table of one span, unless it is empty.
static int read_span(struct api *api, struct user_figures *figures, enum user_span_kind kind)
{
	struct user_span *span = &figures->spans[kind];
	int error;

	if (user_span_is_empty(*span))
		return 0;
	error = user_cache_window(&api->users, api->store, kind, *span, &figures->windows[kind]);
	if (error)
		return error;
	span->end_ns = figures->windows[kind]->end_ns;
	return user_cache_table(&api->users, figures->windows[kind], figures->family,
	                        api->settings->privacy_threshold, &figures->tables[kind]);
}

int users_figures(struct api *api, enum family family, uint64_t at_ns,
                  struct user_figures *ret_figures)
{
	uint64_t now_ns = clock_wall_ns();
	int error = 0;

	*ret_figures = (struct user_figures){.family = family, .settings = api->settings};
	for (int i = 0; i < N_USER_SPANS && !error; i++) {
		enum user_span_kind kind = (enum user_span_kind)i;

		ret_figures->spans[kind] = user_span_at(kind, at_ns, now_ns);
		error = read_span(api, ret_figures, kind);
	}
	return error;
}

static int parse_family(const struct evkeyvalq *query, enum family *ret_family, char *why)
{
	const char *value = evhttp_find_header(query, "family");

	*ret_family = FAMILY_IPV6;
	if (!value)
		return 0;
	for (int i = 0; i < N_FAMILIES; i++) {
		*ret_family = (enum family)i;
		if (strcmp(family_name(*ret_family), value) == 0)
			return 0;
	}
	snprintf(why, QUERY_WHY_BYTES, "family: no family \"%.40s\", write ipv4 or ipv6", value);
	return -EINVAL;
}

void handle_users(struct api *api, struct evhttp_request *request, const struct evkeyvalq *query)
{
	static const char *const names[] = {"at", "family", NULL};
	uint64_t now_ns = clock_wall_ns();
	struct user_figures figures;
	enum family family;
	char why[QUERY_WHY_BYTES];
	uint64_t at_ns;
	int error;

	if (query_check_names(query, names, why) < 0 ||
	    query_time(query, "at", now_ns, &at_ns, why) < 0 ||
	    parse_family(query, &family, why) < 0) {
		reply_error(request, REPLY_BAD_REQUEST, "%s", why);
		return;
	}
	error = users_figures(api, family, at_ns, &figures);
	if (error == -ENOMEM)
		reply_error(request, REPLY_INTERNAL, "out of memory");
	else if (error)
		reply_error(request, REPLY_INTERNAL, "the store cannot be read: %s",
		            store_error(api->store));
	else
		reply_json(request, user_figures_document(&figures, at_ns));
}
