// How much of each window a link was down, and how much of that its port was gone. It is looked at
// now and then, so a change is known only as of the look that found it, and one that was over
// before the next look not at all. Pure.
#pragma once

#include "proto/enums.h"

#include "window.h"

struct link_loss {
	uint64_t down_ns; // down or gone
	uint64_t gone_ns; // part of it
};

struct link_clock {
	enum link_state state; // at the last look
	uint64_t told_ns; // wall time up to which the loss accounts
	struct link_loss loss; // of the open window
};

static inline bool link_is_lost(enum link_state state)
{
	return state == LINK_STATE_DOWN || state == LINK_STATE_GONE;
}

// Starts with a link that is not lost.
static inline void link_clock_start(struct link_clock *clock, uint64_t wall_ns)
{
	*clock = (struct link_clock){.told_ns = wall_ns};
}

// A look at the link inside the open window, or a little behind its end: that rest is the next
// window's. A wall clock that is set only loses or repeats what it jumps over.
static inline void link_clock_look(struct link_clock *clock, struct window window, uint64_t wall_ns,
                                   enum link_state state)
{
	uint64_t end_ns = window_end_ns(window);
	uint64_t since_ns = window_overlap_ns(window, clock->told_ns, wall_ns);

	if (link_is_lost(clock->state))
		clock->loss.down_ns += since_ns;
	if (clock->state == LINK_STATE_GONE)
		clock->loss.gone_ns += since_ns;
	clock->told_ns = wall_ns < end_ns ? wall_ns : end_ns;
	clock->state = state;
}

// Ends the window after its last look; no more than was observed of it.
static inline struct link_loss link_clock_end(struct link_clock *clock, uint64_t observed_ns)
{
	struct link_loss loss = clock->loss;

	clock->loss = (struct link_loss){0};
	if (loss.down_ns > observed_ns)
		loss.down_ns = observed_ns;
	if (loss.gone_ns > observed_ns)
		loss.gone_ns = observed_ns;
	return loss;
}
