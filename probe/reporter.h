// Turns what was counted in a window into a numbered report and sees it to a collector.
#pragma once

#include <stdint.h>

#include "probe/meter/tally.h"
#include "probe/source/cores.h"
#include "probe/uplink/report_build.h"

#include "config.h"
#include "link_clock.h"
#include "window.h"

struct reporter;

// Starts the uplink; the config is borrowed. 0, or -errno with one line in why (CONFIG_WHY_BYTES).
int reporter_new(const struct probe_config *config, struct reporter **ret_reporter, char *why);
void reporter_free(struct reporter *reporter);

// What a window's report says beside the tally.
struct reporter_window {
	struct window window;
	uint64_t observed_ns;
	uint32_t n_overruns;
	uint64_t dropped_frames[MAX_LINKS][N_DROP_REASONS];
	struct link_loss loss[MAX_LINKS];
	enum link_state state[MAX_LINKS];
	uint32_t n_queues[MAX_LINKS];
	uint64_t queue_frames[MAX_LINKS][MAX_QUEUES]; // received by each
	uint32_t asymmetric_links; // bit i: link i
	const struct report_users *users; // NULL without a plan
};

// Reports the tally and the users, which stay the caller's, in as many reports as they need. What
// cannot be reported is logged as lost.
void reporter_send(struct reporter *reporter, const struct reporter_window *window,
                   const struct tally *tally);

// The same of users that are counted by another plan or other keys in the same window, without a
// tally.
void reporter_send_users(struct reporter *reporter, struct window window,
                         const struct report_users *users);

// Waits until another window can be reported without dropping reports; true when asked to stop
// instead.
bool reporter_wait_room(struct reporter *reporter);

// Waits until every report has been acknowledged, or asked to stop, or that long at most.
// True when asked to stop.
bool reporter_wait_delivery(struct reporter *reporter, uint64_t wait_ns);

// EXIT_STATUS_OK when every report made is safe with a collector; else a line on stderr says how
// many are not.
int reporter_status(struct reporter *reporter);
