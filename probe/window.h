// Windows: aligned intervals [start, start + length) of wall time since 1970.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct window {
	uint64_t start_ns, length_ns;
};

// The window that holds the time.
static inline struct window window_at(uint64_t wall_ns, uint64_t length_ns)
{
	return (struct window){wall_ns - wall_ns % length_ns, length_ns};
}

static inline uint64_t window_end_ns(struct window window)
{
	return window.start_ns + window.length_ns;
}

static inline bool window_holds(struct window window, uint64_t wall_ns)
{
	return wall_ns >= window.start_ns && wall_ns < window_end_ns(window);
}

// How much of the window lies in [from, to).
static inline uint64_t window_overlap_ns(struct window window, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t first_ns = from_ns > window.start_ns ? from_ns : window.start_ns;
	uint64_t last_ns = to_ns < window_end_ns(window) ? to_ns : window_end_ns(window);

	return last_ns > first_ns ? last_ns - first_ns : 0;
}
