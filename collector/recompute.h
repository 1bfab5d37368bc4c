// Makes dirty windows anew, one at each turn of the event loop, so that sessions and requests are
// served in between. Marks left by a crash are taken up at the start like all others.
#pragma once

#include <event2/event.h>
#include <stdbool.h>

#include "collector/store/store.h"
#include "metrics.h"

struct recompute {
	struct store *store;
	struct metrics *metrics;
	struct event *turn;
	// Called with the start of a window that has new figures.
	void (*recomputed)(void *arg, uint64_t start_ns);
	void *recomputed_arg;
};

// 0; -ENOMEM. The first turn is due at once.
int recompute_init(struct event_base *base, struct store *store, struct metrics *metrics,
                   struct recompute *ret_recompute);
void recompute_fini(struct recompute *recompute);

// Looks for marks at the next turn of the event loop.
void recompute_wake(struct recompute *recompute);
