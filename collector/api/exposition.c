// GET /metrics, in the text format of Prometheus, and GET /healthz.
#include <event2/buffer.h>

#include "api.h"
#include "proto/base/clock.h"
#include "proto/names.h"
#include "reply.h"

enum {
	MAX_QUEUE_SERIES = 8192, // in one answer
};

struct counter {
	const char *name, *help;
	uint64_t value;
};

static void add_head(struct evbuffer *body, const char *name, const char *type, const char *help)
{
	evbuffer_add_printf(body,
	                    "# HELP sixgauge_collector_%s %s\n# TYPE sixgauge_collector_%s %s\n",
	                    name, help, name, type);
}

static void add_value(struct evbuffer *body, const char *name, const char *type, const char *help,
                      uint64_t value)
{
	add_head(body, name, type, help);
	evbuffer_add_printf(body, "sixgauge_collector_%s %ju\n", name, (uintmax_t)value);
}

static void add_counters(struct evbuffer *body, const struct metrics *metrics)
{
	const struct counter counters[] = {
		{"reports_stored_total", "Reports stored and acknowledged.",
	         metrics->reports_stored},
		{"window_overruns_total",
	         "Windows a probe could not end in time; their packets are in the next report.",
	         metrics->window_overruns},
		{"reports_duplicate_total", "Reports that came again and were acknowledged again.",
	         metrics->reports_duplicate},
		{"received_bytes_total", "Bytes received from probes.", metrics->received_bytes},
		{"sessions_opened_total", "Sessions accepted.", metrics->sessions_opened},
		{"sessions_refused_total", "Connections that did not become sessions.",
	         metrics->sessions_refused},
		{"commit_failures_total", "Batches the store could not commit.",
	         metrics->commit_failures},
		{"windows_recomputed_total", "Windows made from their reports.",
	         metrics->windows_recomputed},
		{"unreadable_reports_total", "Stored reports left out because they are damaged.",
	         metrics->unreadable_reports},
		{"recompute_failures_total", "Windows that could not be made and will be retried.",
	         metrics->recompute_failures},
		{"http_connections_total", "HTTP connections accepted.", metrics->http_connections},
		{"http_requests_total", "HTTP requests answered.", metrics->http_requests},
		{"http_deadlines_total", "HTTP connections closed because they took too long.",
	         metrics->http_deadlines},
		{"live_listeners_dropped_total",
	         "Live listeners dropped because they did not read.",
	         metrics->live_listeners_dropped},
	};

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		add_value(body, counters[i].name, "counter", counters[i].help, counters[i].value);
}

static void add_reasons(struct evbuffer *body, const struct metrics *metrics)
{
	add_head(body, "reports_refused_total", "counter",
	         "Reports kept apart, by reason; of \"groups\" only users.");
	for (int i = REFUSAL_NONE + 1; i < N_REFUSALS; i++)
		evbuffer_add_printf(
			body, "sixgauge_collector_reports_refused_total{reason=\"%s\"} %ju\n",
			refusal_name((enum refusal)i), (uintmax_t)metrics->reports_refused[i]);
	add_head(body, "sessions_ended_total", "counter",
	         "Sessions and greetings ended, by reason.");
	for (int i = 0; i < N_SESSION_ENDS; i++)
		evbuffer_add_printf(body,
		                    "sixgauge_collector_sessions_ended_total{reason=\"%s\"} %ju\n",
		                    session_end_name((enum session_end)i),
		                    (uintmax_t)metrics->sessions_ended[i]);
}

static void add_commits(struct evbuffer *body, const struct metrics *metrics)
{
	add_head(body, "commit_seconds", "summary", "Time the store took to commit a batch.");
	evbuffer_add_printf(body,
	                    "sixgauge_collector_commit_seconds_sum %.9f\n"
	                    "sixgauge_collector_commit_seconds_count %ju\n",
	                    (double)metrics->commit_ns / (double)NS_PER_S,
	                    (uintmax_t)metrics->commits);
}

// Names of links are printable, but quotes and backslashes have a meaning in a label.
static void add_quoted(struct evbuffer *body, const char *text)
{
	evbuffer_add(body, "\"", 1);
	for (; *text; text++)
		evbuffer_add_printf(body, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	evbuffer_add(body, "\"", 1);
}

// The labels stay open for more.
static void add_link_labels(struct evbuffer *body, const char *name, const struct link_total *total)
{
	evbuffer_add_printf(body, "sixgauge_collector_%s{probe=\"%s\",link=", name, total->probe);
	add_quoted(body, total->link);
}

static void add_link_value(struct evbuffer *body, const char *name, const struct link_total *total,
                           const char *label, const char *kind, uint64_t value)
{
	add_link_labels(body, name, total);
	evbuffer_add_printf(body, ",%s=\"%s\"} %ju\n", label, kind, (uintmax_t)value);
}

static void add_link_frames(struct evbuffer *body, const struct link_totals *totals)
{
	add_head(body, "link_frames_total", "counter", "Frames counted, by link and verdict.");
	for (size_t i = 0; i < totals->n_links; i++)
		for (int verdict = 0; verdict < N_FRAME_VERDICTS; verdict++)
			add_link_value(body, "link_frames_total", &totals->links[i], "verdict",
			               frame_verdict_name((enum frame_verdict)verdict),
			               totals->links[i].frames[verdict]);
}

static void add_link_dropped(struct evbuffer *body, const struct link_totals *totals)
{
	add_head(body, "link_dropped_frames_total", "counter",
	         "Frames the port lost, by link and reason.");
	for (size_t i = 0; i < totals->n_links; i++)
		for (int reason = 0; reason < N_DROP_REASONS; reason++)
			add_link_value(body, "link_dropped_frames_total", &totals->links[i],
			               "reason", drop_reason_name((enum drop_reason)reason),
			               totals->links[i].dropped_frames[reason]);
}

static void add_link_down(struct evbuffer *body, const struct link_totals *totals)
{
	add_head(body, "link_down_seconds_total", "counter",
	         "Observed time in which the link was down or gone.");
	for (size_t i = 0; i < totals->n_links; i++) {
		add_link_labels(body, "link_down_seconds_total", &totals->links[i]);
		evbuffer_add_printf(body, "} %.9f\n",
		                    (double)totals->links[i].down_ns / (double)NS_PER_S);
	}
}

static void add_queues(struct evbuffer *body, const struct link_total *total)
{
	for (uint64_t left = total->queues; left != 0; left &= left - 1) {
		int queue = __builtin_ctzll(left);

		add_link_labels(body, "link_queue_frames_total", total);
		evbuffer_add_printf(body, ",queue=\"%d\"} %ju\n", queue,
		                    (uintmax_t)total->queue_frames[queue]);
	}
}

// Links with many queues make many series: those of the first links are shown, up to a limit.
static void add_link_queues(struct evbuffer *body, const struct link_totals *totals)
{
	uint64_t n_shown = 0, n_left_out = 0;

	add_head(body, "link_queue_frames_total", "counter",
	         "Frames received, by link and receive queue.");
	for (size_t i = 0; i < totals->n_links; i++) {
		uint64_t n = (uint64_t)__builtin_popcountll(totals->links[i].queues);

		if (n_shown + n > MAX_QUEUE_SERIES) {
			n_left_out += n;
			continue;
		}
		n_shown += n;
		add_queues(body, &totals->links[i]);
	}
	add_value(body, "queue_series_left_out", "gauge",
	          "Queues without a series here, for there are too many.", n_left_out);
}

void handle_metrics(struct api *api, struct evhttp_request *request, const struct evkeyvalq *query)
{
	struct evbuffer *body = evbuffer_new();
	struct store_counts counts;

	if (!body || store_count(api->store, &counts) < 0) {
		reply_error(request, REPLY_INTERNAL, "the store cannot be read: %s",
		            store_error(api->store));
		if (body)
			evbuffer_free(body);
		return;
	}
	add_counters(body, api->metrics);
	add_reasons(body, api->metrics);
	add_commits(body, api->metrics);
	add_link_frames(body, &api->metrics->links);
	add_link_dropped(body, &api->metrics->links);
	add_link_down(body, &api->metrics->links);
	add_link_queues(body, &api->metrics->links);
	add_value(body, "sessions", "gauge", "Sessions and greetings open now.",
	          api->ingest->n_sessions);
	add_value(body, "dirty_windows", "gauge", "Windows waiting to be made.",
	          counts.dirty_windows);
	add_value(body, "dead_letters", "gauge", "Refused reports kept apart.",
	          counts.dead_letters);
	add_value(body, "sketches", "gauge", "Sketches of users stored.", counts.sketches);
	add_value(body, "live_listeners", "gauge", "Clients of the live stream.",
	          api->live.n_listeners);
	reply_body(request, REPLY_OK, "text/plain; version=0.0.4; charset=utf-8", body);
}

// Healthy is a collector that can read its store.
void handle_healthz(struct api *api, struct evhttp_request *request, const struct evkeyvalq *query)
{
	struct store_counts counts;

	if (store_count(api->store, &counts) < 0)
		reply_error(request, REPLY_UNAVAILABLE, "the store cannot be read: %s",
		            store_error(api->store));
	else
		reply_json(request, json_pack("{s:s}", "status", "ok"));
}
