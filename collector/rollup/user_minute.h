// What the reports of one probe say about users in one minute: plans, keys, and sketches, which
// stay encoded until the store asks for them one at a time. Reports without a plan say nothing.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cell.h"
#include "user_sketch.h"

// Ends past it are not counted, so that the minutes of a scope add up to a number stores can keep.
#define USER_MINUTE_MAX_ENDS (UINT64_C(1) << 60)

struct user_minute_plan {
	struct plan_id plan;
	uint64_t covered_ends[N_FAMILIES], uncovered_ends[N_FAMILIES];
	bool is_asymmetric; // a link of the probe was
	uint64_t observed_ns; // time the probe counted, a minute at most
};

struct user_minute_key {
	uint64_t id, start_ns;
	uint32_t scope_seconds; // shortest of its sketches
};

struct user_minute_sketch {
	uint32_t key, group; // indexes into keys and groups
	enum grade grade;
	uint32_t scope_seconds;
	uint32_t n_bytes;
	size_t at; // of sketch_data
};

// Tables that grow; what a report holds is bounded, and so are the reports of a minute.
struct user_minute {
	size_t n_plans, max_plans, n_keys, max_keys;
	size_t n_groups, max_groups, n_sketches, max_sketches;
	size_t n_bytes, max_bytes;
	struct user_minute_plan *plans;
	struct user_minute_key *keys;
	struct report_group *groups; // in the order they appeared
	uint32_t *order; // indexes of groups, sorted
	struct user_minute_sketch *sketches;
	uint8_t *sketch_data;
};

bool report_has_plan(const struct report *report);

void user_minute_fini(struct user_minute *minute);

// 0; -ENOMEM.
int user_minute_add(struct user_minute *minute, const struct report *report);

// The sketch of a row, decoded. 0, or -EBADMSG.
int user_minute_sketch(const struct user_minute *minute, const struct user_minute_sketch *row,
                       struct user_sketch *ret_sketch);
