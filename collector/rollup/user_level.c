#include "user_level.h"

#include <stdbool.h>
#include <time.h>

#define DAY_NS (24 * USER_HOUR_NS)

static const struct {
	uint32_t seconds;
	uint64_t kept_ns;
} levels[N_USER_LEVELS] = {
	[USER_LEVEL_SCOPE] = {300, 2 * DAY_NS},
	[USER_LEVEL_HOUR] = {3600, 40 * DAY_NS},
	[USER_LEVEL_DAY] = {86400, 400 * DAY_NS},
};

uint32_t user_level_seconds(enum user_level level)
{
	return levels[level].seconds;
}

uint64_t user_level_kept_ns(enum user_level level)
{
	return levels[level].kept_ns;
}

static bool same_day(uint64_t a_ns, uint64_t b_ns)
{
	time_t a_seconds = (time_t)(a_ns / USER_SECOND_NS);
	time_t b_seconds = (time_t)(b_ns / USER_SECOND_NS);
	struct tm a, b;

	localtime_r(&a_seconds, &a);
	localtime_r(&b_seconds, &b);
	return a.tm_year == b.tm_year && a.tm_yday == b.tm_yday;
}

// Walks hour by hour to both ends of the day. Asking mktime() for midnight would be shorter, but
// where clocks are changed at midnight there is none, or two.
static struct user_tile day_at(uint64_t wall_ns)
{
	uint64_t hour_ns = wall_ns - wall_ns % USER_HOUR_NS;
	struct user_tile day = {USER_LEVEL_DAY, hour_ns, hour_ns + USER_HOUR_NS};

	while (day.start_ns >= USER_HOUR_NS && same_day(day.start_ns - USER_HOUR_NS, hour_ns))
		day.start_ns -= USER_HOUR_NS;
	while (same_day(day.end_ns, hour_ns))
		day.end_ns += USER_HOUR_NS;
	return day;
}

struct user_tile user_tile_at(enum user_level level, uint64_t wall_ns)
{
	uint64_t length_ns = levels[level].seconds * USER_SECOND_NS;
	uint64_t start_ns = wall_ns - wall_ns % length_ns;

	if (level == USER_LEVEL_DAY)
		return day_at(wall_ns);
	return (struct user_tile){level, start_ns, start_ns + length_ns};
}

// The longest tile that begins here and does not pass the end.
static struct user_tile longest_tile(uint64_t start_ns, uint64_t end_ns)
{
	for (int level = N_USER_LEVELS - 1; level > USER_LEVEL_SCOPE; level--) {
		struct user_tile tile = user_tile_at((enum user_level)level, start_ns);

		if (tile.start_ns == start_ns && tile.end_ns <= end_ns)
			return tile;
	}
	return user_tile_at(USER_LEVEL_SCOPE, start_ns);
}

size_t user_tiles(uint64_t start_ns, uint64_t end_ns, struct user_tile *ret_tiles)
{
	size_t n_tiles = 0;

	if (end_ns - start_ns > USER_MAX_DAYS * DAY_NS)
		return 0;
	for (; start_ns < end_ns; start_ns = ret_tiles[n_tiles++].end_ns)
		ret_tiles[n_tiles] = longest_tile(start_ns, end_ns);
	return n_tiles;
}
