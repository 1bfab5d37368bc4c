// Wall time from the processor's tick counter: set once a window, then a multiplication per look.
// Between two settings it runs as evenly as the counter, whatever is done to the clock. Pure.
#pragma once

#include <stdint.h>

struct clock_map {
	uint64_t ticks, wall_ns; // seen together
	uint64_t ns_per_tick; // times 2^32
};

static inline void clock_map_set(struct clock_map *map, uint64_t hz, uint64_t ticks,
                                 uint64_t wall_ns)
{
	const uint64_t second_ns = 1000000000;

	map->ticks = ticks;
	map->wall_ns = wall_ns;
	map->ns_per_tick = (uint64_t)(((unsigned __int128)second_ns << 32) / hz);
}

static inline uint64_t clock_map_ns(const struct clock_map *map, uint64_t ticks)
{
	return map->wall_ns +
	       (uint64_t)(((unsigned __int128)(ticks - map->ticks) * map->ns_per_tick) >> 32);
}
