// Group commit: reports of all sessions that arrive within a few milliseconds become one
// transaction, and are acknowledged only when the store says that it is safe.
#pragma once

#include <event2/event.h>
#include <stddef.h>

#include "collector/metrics.h"
#include "collector/store/store.h"

#include "session.h"

enum {
	BATCH_MAX_ENTRIES = ANSWER_MAX_ENTRIES,
	BATCH_MAX_BYTES = 8 << 20, // of payloads
	BATCH_WAIT_US = 5000,
};

struct batch {
	struct store *store;
	struct metrics *metrics;
	struct event *timer;
	size_t n_entries, n_bytes;
	struct store_entry entries[BATCH_MAX_ENTRIES];
	// Called after each commit, when there may be windows to make anew.
	void (*committed)(void *arg);
	void *committed_arg;
};

// NULL when out of memory.
struct batch *batch_new(struct event_base *base, struct store *store, struct metrics *metrics);
void batch_free(struct batch *batch);

// Takes the entry with its payload and report, whose owner is a session; commits at once when that
// fills the batch.
void batch_take(struct batch *batch, const struct store_entry *entry);

// Commits what there is and answers its sessions. When the store fails, nothing is acknowledged
// and the sessions end: their probes will send the reports again.
void batch_commit(struct batch *batch);

// The session is going: its reports are still committed, but nobody is answered.
void batch_disown(struct batch *batch, const struct session *session);
