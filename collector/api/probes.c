// GET /api/v1/probes: who reports, and from which links.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "figures.h"
#include "proto/names.h"
#include "query.h"
#include "reply.h"

struct listing {
	const struct ingest *ingest;
	json_t *probes; // the answer's list
	json_t *by_name; // the same, to find them
};

static json_t *hex_text(const uint8_t bytes[16])
{
	char text[2 * 16 + 1];

	for (int i = 0; i < 16; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return json_string(text);
}

// Null for a probe without a plan.
static json_t *plan_text(const struct plan_id *plan)
{
	static const struct plan_id none;

	return memcmp(plan, &none, sizeof(none)) == 0 ? json_null() : hex_text(plan->bytes);
}

// The older key first.
static json_t *key_texts(const struct store_probe *probe)
{
	json_t *keys = json_array();

	for (uint32_t i = 0; i < probe->n_keys; i++)
		json_array_append_new(keys, json_sprintf("%016" PRIx64, probe->keys[i]));
	return keys;
}

_Static_assert(SPOOL_ID_BYTES == 16 && PLAN_ID_BYTES == 16, "hex_text() takes both");

static int add_probe(void *arg, const struct store_probe *probe)
{
	struct listing *listing = arg;
	const struct session *session = ingest_find(listing->ingest, probe->name);
	json_t *row = json_pack("{s:s, s:o, s:I, s:o, s:b, s:o, s:o, s:[]}", "probe", probe->name,
	                        "spool", hex_text(probe->spool.bytes), "last_sequence",
	                        (json_int_t)probe->last_sequence, "last_report",
	                        figures_time(probe->last_seen_ns), "connected", session != NULL,
	                        "plan", plan_text(&probe->plan), "keys", key_texts(probe), "links");

	if (session)
		json_object_set_new(row, "clock_ahead_seconds",
		                    json_real((double)session->clock_ahead_ns / 1e9));
	json_object_set(listing->by_name, probe->name, row);
	return json_array_append_new(listing->probes, row);
}

static int add_link(void *arg, const struct store_link *link)
{
	struct listing *listing = arg;
	json_t *probe = json_object_get(listing->by_name, link->probe);

	json_array_append_new(json_object_get(probe, "links"),
	                      json_pack("{s:s, s:s, s:s, s:I, s:o, s:o}", "name", link->name,
	                                "surface", surface_name(link->surface), "state",
	                                link_state_name(link->state), "capacity_bps",
	                                (json_int_t)link->capacity_bps, "first_report",
	                                figures_time(link->first_seen_ns), "last_report",
	                                figures_time(link->last_seen_ns)));
	return 0;
}

void handle_probes(struct api *api, struct evhttp_request *request, const struct evkeyvalq *query)
{
	static const char *const names[] = {NULL};
	struct listing listing = {api->ingest, json_array(), json_object()};
	char why[QUERY_WHY_BYTES];

	if (query_check_names(query, names, why) < 0)
		reply_error(request, REPLY_BAD_REQUEST, "%s", why);
	else if (store_visit_probes(api->store, add_probe, &listing) != 0 ||
	         store_visit_links(api->store, add_link, &listing) != 0)
		reply_error(request, REPLY_INTERNAL, "the store cannot be read: %s",
		            store_error(api->store));
	else
		reply_json(request, json_pack("{s:O}", "probes", listing.probes));
	json_decref(listing.probes);
	json_decref(listing.by_name);
}
