// What control knows of a link beside what the workers count: its state, how long it was down, and
// what its port dropped.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "crew.h"
#include "link_clock.h"

struct link_watch {
	struct link_clock clock; // has the state at the last look
	uint64_t lost_ns; // since when it is not up
	struct dpdk_counters counters; // at the last look
	uint64_t dropped_frames[N_DROP_REASONS]; // in the open window
	enum {
		PORT_WATCHED,
		PORT_LEAVING, // the workers have been asked to leave it alone
		PORT_LEFT,
	} stage;
	uint64_t next_try_ns, pause_ns; // when to open it again, and how long it was waited before
};

// Looks at a link of the crew, inside the open window or a little behind its end. Logs when its
// state has changed, and sees to it that the workers leave a port that has gone, and get it again.
void link_watch_look(struct link_watch *watch, struct crew *crew, uint32_t link,
                     struct window window);
