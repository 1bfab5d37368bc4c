#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
	batch_commit(arg);
}

struct batch *batch_new(struct event_base *base, struct store *store, struct metrics *metrics)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (!batch)
		return NULL;
	batch->store = store;
	batch->metrics = metrics;
	batch->timer = evtimer_new(base, on_timer, batch);
	if (batch->timer)
		return batch;
	free(batch);
	return NULL;
}

static void batch_clear(struct batch *batch)
{
	for (size_t i = 0; i < batch->n_entries; i++) {
		free(batch->entries[i].payload);
		report_free(batch->entries[i].report);
	}
	batch->n_entries = 0;
	batch->n_bytes = 0;
}

void batch_free(struct batch *batch)
{
	if (!batch)
		return;
	batch_clear(batch);
	event_free(batch->timer);
	free(batch);
}

void batch_take(struct batch *batch, const struct store_entry *entry)
{
	static const struct timeval wait = {0, BATCH_WAIT_US};

	if (batch->n_entries == 0)
		evtimer_add(batch->timer, &wait);
	batch->entries[batch->n_entries++] = *entry;
	batch->n_bytes += entry->payload_bytes;
	if (batch->n_entries == BATCH_MAX_ENTRIES || batch->n_bytes >= BATCH_MAX_BYTES)
		batch_commit(batch);
}

void batch_disown(struct batch *batch, const struct session *session)
{
	for (size_t i = 0; i < batch->n_entries; i++)
		if (batch->entries[i].owner == session)
			batch->entries[i].owner = NULL;
}

static void log_refusal(const struct store_entry *entry)
{
	if (entry->refusal == REFUSAL_CONFLICT)
		log_error("ingest: %s: report %ju: %s", entry->probe, (uintmax_t)entry->sequence,
		          entry->reason);
	else
		log_warning("ingest: %s: report refused and kept apart: %s", entry->probe,
		            entry->reason);
}

static void count_left_out(struct metrics *metrics, const struct store_entry *entry)
{
	metrics->reports_refused[REFUSAL_GROUPS]++;
	log_warning("ingest: %s: report stored, but %u of its groups of users, or its plan, left "
	            "out: %s",
	            entry->probe, entry->n_left_out, entry->reason);
}

static void count_stored(struct metrics *metrics, const struct store_entry *entry)
{
	if (entry->n_left_out > 0)
		count_left_out(metrics, entry);
	metrics->reports_stored++;
	metrics->window_overruns += entry->report->window_overruns;
	if (link_totals_add(&metrics->links, entry->report) < 0)
		log_warning("ingest: %s: out of memory, new links are missing from /metrics",
		            entry->probe);
}

static void count_outcome(struct metrics *metrics, const struct store_entry *entry)
{
	switch (entry->outcome) {
	case STORE_STORED:
		count_stored(metrics, entry);
		break;
	case STORE_DUPLICATE:
		metrics->reports_duplicate++;
		break;
	case STORE_REFUSED:
		metrics->reports_refused[entry->refusal]++;
		log_refusal(entry);
		break;
	}
}

// Gathers what became of one session's entries, the first of which is known, into one answer.
static void answer_session(struct batch *batch, size_t first)
{
	struct session *session = batch->entries[first].owner;
	struct answer answer;

	answer_init(&answer);
	for (size_t i = first; i < batch->n_entries; i++) {
		if (batch->entries[i].owner != session)
			continue;
		batch->entries[i].owner = NULL;
		answer_add(&answer, &batch->entries[i]);
	}
	session_answer(session, &answer);
}

static void batch_answer(struct batch *batch)
{
	for (size_t i = 0; i < batch->n_entries; i++) {
		count_outcome(batch->metrics, &batch->entries[i]);
		if (batch->entries[i].owner)
			answer_session(batch, i);
	}
}

static void batch_fail(struct batch *batch)
{
	batch->metrics->commit_failures++;
	log_error("store: %s; %zu reports were not acknowledged, their probes will send them again",
	          store_error(batch->store), batch->n_entries);
	for (size_t i = 0; i < batch->n_entries; i++) {
		struct session *session = batch->entries[i].owner;

		if (!session)
			continue;
		batch_disown(batch, session);
		session_end(session, SESSION_END_STORE,
		            "the collector could not store the report; send it again later");
	}
}

void batch_commit(struct batch *batch)
{
	uint64_t began_ns = clock_monotonic_ns();
	int error;

	evtimer_del(batch->timer);
	if (batch->n_entries == 0)
		return;
	error = store_write(batch->store, batch->entries, batch->n_entries);
	batch->metrics->commits++;
	batch->metrics->commit_ns += clock_monotonic_ns() - began_ns;
	if (error)
		batch_fail(batch);
	else
		batch_answer(batch);
	batch_clear(batch);
	if (!error && batch->committed)
		batch->committed(batch->committed_arg);
}
