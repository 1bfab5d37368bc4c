// Windows of users, kept for a while: to unite the sketches of a month takes long, and pages ask
// again and again.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "collector/rollup/user_spans.h"
#include "collector/rollup/user_table.h"
#include "collector/users.h"

enum {
	USER_CACHE_WINDOWS = 16, // more than one answer shows
	// A window that took long to make is shown for so many times as long, although something
	// has changed in it or it should end later: pages take at most so small a part of the
	// collector's time.
	USER_CACHE_REST = 200,
};

// By how much at most the window shown may end before the one asked for.
#define USER_CACHE_LAG_NS (UINT64_C(3600) * UINT64_C(1000000000))

struct user_cache_entry {
	enum user_span_kind kind; // what it was made for
	struct user_window window;
	uint64_t made_ns, cost_ns; // monotonic; 0: unused
	uint64_t turn; // of its last use
	bool is_stale;
	bool has_table[N_FAMILIES]; // made already
	struct user_table tables[N_FAMILIES];
};

struct user_cache {
	struct user_cache_entry entries[USER_CACHE_WINDOWS];
	uint64_t turn;
};

void user_cache_fini(struct user_cache *cache);

// The users of a span that is not empty, of a kind, or of an earlier one of the kind that begins
// with it and ended a little earlier (its window says so) while that one rests. Borrowed: valid
// until the same kind is asked for again, or USER_CACHE_WINDOWS other spans have been. 0, or what
// users_window() returned.
int user_cache_window(struct user_cache *cache, struct store *store, enum user_span_kind kind,
                      struct user_span span, const struct user_window **ret_window);

// The table of a family of a window that user_cache_window() returned, borrowed for as long as
// that. To protect it takes long too, so it is kept with its window; the threshold must always be
// the same. 0; -ENOMEM.
int user_cache_table(struct user_cache *cache, const struct user_window *window, enum family family,
                     uint64_t threshold, const struct user_table **ret_table);

// Reports of that minute have come: windows that hold it will be made anew.
void user_cache_changed(struct user_cache *cache, uint64_t minute_ns);
