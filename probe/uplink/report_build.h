// A report from what was counted in one window.
#pragma once

#include <stdint.h>

#include "probe/meter/tally.h"
#include "proto/message.h"

// What stays the same over all reports of one run.
struct report_origin {
	const char *probe;
	const char *software;
	struct spool_id spool;
	uint64_t boot_ns;
};

struct report_window {
	uint64_t sequence;
	uint64_t start_ns, length_ns, observed_ns;
	uint32_t n_overruns;
};

struct report_port {
	const char *name;
	enum surface surface;
	uint64_t capacity_bps;
	// In this window:
	uint64_t dropped_frames[N_DROP_REASONS];
	uint64_t down_ns;
	uint64_t gone_ns; // part of down_ns
	enum link_state state; // at its end
	uint32_t n_queues;
	uint64_t queue_frames[MAX_LINK_QUEUES];
};

// Builds the report of n_ports links, tallied in the same order: rows sorted by their key, rows
// without a packet or flow left out. NULL when out of memory.
struct report *report_build(const struct report_origin *origin, const struct report_window *window,
                            const struct report_port *ports, uint32_t n_ports,
                            const struct tally *tally);
