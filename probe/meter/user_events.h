// The ends of flows that a burst found something to note of: looked up in the plan, hashed and
// added together, when the burst's flows have been counted.
//
// A burst's packets change the states of their flows one by one, in order; only what they made of
// an end waits. A flow that has left its slot meanwhile loses nothing: an event has all it needs.
#pragma once

#include <stdint.h>

#include "flow_table.h"
#include "prefix_table.h"
#include "segment.h"
#include "user_state.h"
#include "user_tally.h"

struct user_event {
	struct flow *flow; // where the end belonged to
	uint64_t address[2];
	uint64_t tail; // of the flow's key
	uint8_t end;
	uint8_t grades; // bit set of enum grade
	bool first; // the end's first packet in its flow
};

// Each packet makes one at most.
struct user_events {
	struct user_tally *users;
	uint32_t n;
	struct user_event at[PASSAGES_MAX];
	struct prefix_search searches[PASSAGES_MAX];
};

static inline void user_events_begin(struct user_events *events, struct user_tally *users)
{
	events->users = users;
	events->n = 0;
}

// Notes what the packet of a passage makes of its flow, whose ends are not both done.
void user_events_note(struct user_events *events, struct flow *flow, const struct frame *frame,
                      const struct passage *passage, uint32_t link);

// Adds what was noted to the users.
void user_events_apply(struct user_events *events);

// A flow that was last seen in an epoch before the scope has its ends noted anew.
static inline void user_events_meet_scope(const struct user_events *events, struct flow *flow)
{
	if ((int32_t)(flow->epoch - events->users->scope_epoch) < 0)
		user_state_begin_scope(flow);
}
