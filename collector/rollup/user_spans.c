#include "user_spans.h"

#include "user_level.h"

enum {
	DAYS = 30,
};

#define GRACE_NS (30 * USER_SECOND_NS)

static const char *const names[N_USER_SPANS] = {
	[USER_SPAN_5MIN] = "5min", [USER_SPAN_1H] = "1h",   [USER_SPAN_TODAY] = "today",
	[USER_SPAN_30D] = "30d",   [USER_SPAN_DAY] = "day",
};

const char *user_span_name(enum user_span_kind kind)
{
	return names[kind];
}

static struct user_tile day_at(uint64_t wall_ns)
{
	return user_tile_at(USER_LEVEL_DAY, wall_ns);
}

// Whether pieces of that length are still kept of what began then.
static bool is_kept(enum user_level level, uint64_t start_ns, uint64_t now_ns)
{
	return now_ns < start_ns + user_level_kept_ns(level);
}

static uint64_t last_scope_end(uint64_t at_ns, uint64_t now_ns)
{
	uint64_t end_ns = user_tile_at(USER_LEVEL_SCOPE, at_ns).start_ns;

	if (end_ns >= USER_SCOPE_NS && now_ns - end_ns < GRACE_NS)
		end_ns -= USER_SCOPE_NS;
	return end_ns;
}

// The latest end no later than this of which everything since midnight is kept.
static uint64_t kept_end(uint64_t end_ns, uint64_t now_ns)
{
	uint64_t hour_ns = user_tile_at(USER_LEVEL_HOUR, end_ns).start_ns;
	uint64_t day_ns = day_at(end_ns).start_ns;

	if (!is_kept(USER_LEVEL_SCOPE, hour_ns, now_ns))
		end_ns = hour_ns;
	return end_ns == day_ns || is_kept(USER_LEVEL_HOUR, day_ns, now_ns) ? end_ns : day_ns;
}

static struct user_span hour_span(uint64_t end_ns, uint64_t now_ns)
{
	uint64_t start_ns = end_ns - USER_HOUR_NS;

	if (end_ns < USER_HOUR_NS)
		return (struct user_span){0};
	if (is_kept(USER_LEVEL_SCOPE, start_ns, now_ns))
		return (struct user_span){start_ns, end_ns};
	end_ns = user_tile_at(USER_LEVEL_HOUR, end_ns).start_ns;
	start_ns = end_ns - USER_HOUR_NS;
	return is_kept(USER_LEVEL_HOUR, start_ns, now_ns) ? (struct user_span){start_ns, end_ns}
	                                                  : (struct user_span){0};
}

// Midnight that many days before this one.
static uint64_t days_before(uint64_t midnight_ns, int n_days)
{
	for (int i = 0; i < n_days && midnight_ns > 0; i++)
		midnight_ns = day_at(midnight_ns - 1).start_ns;
	return midnight_ns;
}

struct user_span user_span_at(enum user_span_kind kind, uint64_t at_ns, uint64_t now_ns)
{
	uint64_t until_ns = at_ns < now_ns ? at_ns : now_ns;
	uint64_t end_ns = last_scope_end(until_ns, now_ns);
	uint64_t midnight_ns = day_at(until_ns).start_ns;
	uint64_t start_ns;

	switch (kind) {
	case USER_SPAN_5MIN:
		start_ns = end_ns < USER_SCOPE_NS ? end_ns : end_ns - USER_SCOPE_NS;
		return is_kept(USER_LEVEL_SCOPE, start_ns, now_ns)
		               ? (struct user_span){start_ns, end_ns}
		               : (struct user_span){0};
	case USER_SPAN_1H:
		return hour_span(end_ns, now_ns);
	case USER_SPAN_TODAY:
		return (struct user_span){midnight_ns, kept_end(end_ns, now_ns)};
	case USER_SPAN_30D:
		return (struct user_span){days_before(midnight_ns, DAYS - 1),
		                          kept_end(end_ns, now_ns)};
	default:
		return (struct user_span){days_before(midnight_ns, 1), midnight_ns};
	}
}
