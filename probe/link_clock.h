// How much of each window a link was down. It is looked at now and then, so a change is known only
// as of the look that found it, and one that was over before the next look not at all. Pure.
#pragma once

#include "window.h"

struct link_clock {
	bool down; // at the last look
	uint64_t told_ns; // wall time up to which down_ns accounts
	uint64_t down_ns; // of the open window
};

// Starts with a link that is up.
static inline void link_clock_start(struct link_clock *clock, uint64_t wall_ns)
{
	*clock = (struct link_clock){.told_ns = wall_ns};
}

// A look at the link inside the open window, or a little behind its end: that rest is the next
// window's. A wall clock that is set only loses or repeats what it jumps over.
static inline void link_clock_look(struct link_clock *clock, struct window window, uint64_t wall_ns,
                                   bool down)
{
	uint64_t end_ns = window_end_ns(window);

	if (clock->down)
		clock->down_ns += window_overlap_ns(window, clock->told_ns, wall_ns);
	clock->told_ns = wall_ns < end_ns ? wall_ns : end_ns;
	clock->down = down;
}

// Ends the window after its last look; no more than was observed of it.
static inline uint64_t link_clock_end(struct link_clock *clock, uint64_t observed_ns)
{
	uint64_t down_ns = clock->down_ns < observed_ns ? clock->down_ns : observed_ns;

	clock->down_ns = 0;
	return down_ns;
}
