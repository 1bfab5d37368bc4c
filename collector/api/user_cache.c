#include "user_cache.h"

#include "proto/base/clock.h"

static void entry_fini(struct user_cache_entry *entry)
{
	user_window_fini(&entry->window);
	for (int family = 0; family < N_FAMILIES; family++) {
		user_table_fini(&entry->tables[family]);
		entry->has_table[family] = false;
	}
}

void user_cache_fini(struct user_cache *cache)
{
	for (int i = 0; i < USER_CACHE_WINDOWS; i++)
		entry_fini(&cache->entries[i]);
	*cache = (struct user_cache){0};
}

static bool is_good(const struct user_cache_entry *entry, struct user_span span)
{
	return (!entry->is_stale && entry->window.end_ns == span.end_ns) ||
	       clock_monotonic_ns() - entry->made_ns < USER_CACHE_REST * entry->cost_ns;
}

// Spans of two kinds may begin together, but one must not be answered with the other, nor make anew
// what somebody was given for the other.
static bool is_for(const struct user_cache_entry *entry, enum user_span_kind kind,
                   struct user_span span)
{
	return entry->made_ns && entry->kind == kind && entry->window.start_ns == span.start_ns &&
	       entry->window.end_ns <= span.end_ns &&
	       span.end_ns - entry->window.end_ns <= USER_CACHE_LAG_NS;
}

// The entry for the span that ends latest, or the one used longest ago.
static struct user_cache_entry *entry_for(struct user_cache *cache, enum user_span_kind kind,
                                          struct user_span span)
{
	struct user_cache_entry *latest = NULL, *oldest = &cache->entries[0];

	for (int i = 0; i < USER_CACHE_WINDOWS; i++) {
		struct user_cache_entry *entry = &cache->entries[i];

		if (is_for(entry, kind, span) &&
		    (!latest || entry->window.end_ns > latest->window.end_ns))
			latest = entry;
		if (entry->turn < oldest->turn)
			oldest = entry;
	}
	if (latest)
		return latest;
	oldest->kind = kind;
	oldest->is_stale = true;
	oldest->cost_ns = 0;
	return oldest;
}

static int entry_make(struct user_cache_entry *entry, struct store *store, struct user_span span)
{
	uint64_t before_ns = clock_monotonic_ns();
	struct user_window window;
	int error = users_window(store, span.start_ns, span.end_ns, &window);

	if (error)
		return error;
	entry_fini(entry);
	entry->window = window;
	entry->made_ns = clock_monotonic_ns();
	entry->cost_ns = entry->made_ns - before_ns;
	entry->is_stale = false;
	return 0;
}

int user_cache_window(struct user_cache *cache, struct store *store, enum user_span_kind kind,
                      struct user_span span, const struct user_window **ret_window)
{
	struct user_cache_entry *entry = entry_for(cache, kind, span);
	int error = is_good(entry, span) ? 0 : entry_make(entry, store, span);

	if (error)
		return error;
	entry->turn = ++cache->turn;
	*ret_window = &entry->window;
	return 0;
}

static struct user_cache_entry *entry_of(struct user_cache *cache, const struct user_window *window)
{
	struct user_cache_entry *entry = cache->entries;

	while (&entry->window != window)
		entry++;
	return entry;
}

int user_cache_table(struct user_cache *cache, const struct user_window *window, enum family family,
                     uint64_t threshold, const struct user_table **ret_table)
{
	struct user_cache_entry *entry = entry_of(cache, window);
	int error = entry->has_table[family]
	                    ? 0
	                    : user_table_init(&entry->tables[family], window, family, threshold);

	if (error)
		return error;
	entry->has_table[family] = true;
	*ret_table = &entry->tables[family];
	return 0;
}

void user_cache_changed(struct user_cache *cache, uint64_t minute_ns)
{
	for (int i = 0; i < USER_CACHE_WINDOWS; i++) {
		struct user_cache_entry *entry = &cache->entries[i];

		if (minute_ns >= entry->window.start_ns && minute_ns < entry->window.end_ns)
			entry->is_stale = true;
	}
}
