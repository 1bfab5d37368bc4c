// The lengths of time sketches of users are kept for: 5 minutes, hours and days. Days are those of
// the process's time zone (TZ), so that one may have 23 or 25 hours; hours and 5 minutes are UTC's.
// The zone must be a whole number of hours from UTC, so that each hour lies in one day.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum user_level {
	USER_LEVEL_SCOPE,
	USER_LEVEL_HOUR,
	USER_LEVEL_DAY,
	N_USER_LEVELS
};

enum {
	USER_MAX_DAYS = 400, // of a window
	// Days of a window, and hours and 5 minutes at both of its ends.
	USER_MAX_TILES = USER_MAX_DAYS + 1 + 2 * (24 + 11),
};

#define USER_SECOND_NS UINT64_C(1000000000)
#define USER_SCOPE_NS  (UINT64_C(300) * USER_SECOND_NS)
#define USER_HOUR_NS   (UINT64_C(3600) * USER_SECOND_NS)

struct user_tile {
	enum user_level level;
	uint64_t start_ns, end_ns;
};

// 300, 3600 or 86400: the level's name, whatever the length of one of its days.
uint32_t user_level_seconds(enum user_level level);

// How long after its start a tile of the level is kept.
uint64_t user_level_kept_ns(enum user_level level);

// The tile of the level that holds this time.
struct user_tile user_tile_at(enum user_level level, uint64_t wall_ns);

// Cuts a window that begins and ends on 5 minutes into the fewest tiles, in order: whole days, then
// whole hours, then 5 minutes. Fills at most USER_MAX_TILES; returns how many, or 0 when the window
// has more than USER_MAX_DAYS.
size_t user_tiles(uint64_t start_ns, uint64_t end_ns, struct user_tile *ret_tiles);
