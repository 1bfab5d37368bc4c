// What the collector has counted since it started; the API shows it at /metrics.
#pragma once

#include <stdint.h>

#include "link_totals.h"
#include "refusal.h"

// Why a session ended.
enum session_end {
	SESSION_END_PEER, // the probe closed it
	SESSION_END_NETWORK,
	SESSION_END_FRAMING,
	SESSION_END_PROTOCOL,
	SESSION_END_VERSION,
	SESSION_END_DEADLINE,
	SESSION_END_REPLACED,
	SESSION_END_SLOW, // does not read what it is sent
	SESSION_END_STORE,
	SESSION_END_STOPPING,
	SESSION_END_MEMORY,
	N_SESSION_ENDS
};

struct metrics {
	uint64_t reports_stored, reports_duplicate;
	uint64_t window_overruns; // as stored reports say
	uint64_t reports_refused[N_REFUSALS];
	uint64_t received_bytes;
	uint64_t sessions_opened, sessions_refused;
	uint64_t sessions_ended[N_SESSION_ENDS];
	uint64_t commits, commit_failures, commit_ns;
	uint64_t windows_recomputed, unreadable_reports, recompute_failures;
	uint64_t http_requests, http_connections, http_deadlines;
	uint64_t live_listeners_dropped;
	struct link_totals links;
};

// Lower case, as in the labels of metrics.
const char *session_end_name(enum session_end end);
