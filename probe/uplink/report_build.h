// Reports from what was counted in one window: one, and as many more as its users need.
//
// A frame has at most 1 MiB, and the sketches of a large plan several. So they are cut: the first
// report has links, traffic, flows and as many sketches as then fit, each further one nothing but
// sketches. Each stands alone, names all keys, the groups it uses and no others, and says nothing a
// second time: the others observed no time, on no link.
#pragma once

#include <stdbool.h>
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

enum {
	// Most bytes a report takes, by an estimate never too low, as long as its links leave room;
	// the rest of a frame is for what later fields may need.
	REPORT_BUDGET_BYTES = 900 << 10,
};

struct report_window {
	uint64_t start_ns, length_ns, observed_ns;
	uint32_t n_overruns;
};

struct report_port {
	const char *name;
	enum surface surface;
	uint64_t capacity_bps;
	bool is_asymmetric; // one direction alone passes it
	// In this window:
	uint64_t dropped_frames[N_DROP_REASONS];
	uint64_t down_ns;
	uint64_t gone_ns; // part of down_ns
	enum link_state state; // at its end
	uint32_t n_queues;
	uint64_t queue_frames[MAX_LINK_QUEUES];
};

// Rows of sketches, sorted by key, group and grade; the encoded sketches one behind the other.
struct user_rows {
	const struct report_sketch *rows;
	uint32_t n_rows;
	const uint8_t *data;
	uint32_t n_bytes;
};

// What a window says of users; all is borrowed.
struct report_users {
	struct plan_id plan;
	const struct report_group *groups; // in the order of report_group_compare()
	uint32_t n_groups;
	const struct report_key *keys; // the older first
	uint32_t n_keys;
	struct user_rows rows;
	uint64_t covered_ends[N_FAMILIES], uncovered_ends[N_FAMILIES];
};

struct report_list {
	struct report **reports;
	uint32_t n, capacity;
};

// Builds the reports of n_ports links, tallied in the same order: rows sorted by their key, rows
// without a packet or flow left out; users is NULL without a plan. Their numbers are the caller's
// to give, when each is sent. 0, or -ENOMEM.
int report_build(const struct report_origin *origin, const struct report_window *window,
                 const struct report_port *ports, uint32_t n_ports, const struct tally *tally,
                 const struct report_users *users, struct report_list *ret_list);
void report_list_fini(struct report_list *list);
