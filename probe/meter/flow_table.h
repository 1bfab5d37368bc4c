// Bidirectional flows (RFC 5103) in memory given once.
//
// A flow's hash names two lines of 20 slots. It stands in its home line, or, if that was full when
// it came, in its other one:
//
//   lines, 64 bytes each:  | 20 tags of 16 bits, 0 is free | 20 ages of 8 bits | displaced, hand |
//   flows, 64 bytes each:  | line 0: slot 0 ... slot 19 | line 1: slot 0 ... | ...
//   a tag:                 | 1 in the flow's other line | 15 bits of its hash |
//
// A packet of a known flow touches two cache lines at random, and the burst has asked for both
// before they are needed: the line, whose tags are compared at once, and the one flow with that
// tag. A line counts the flows that call it home but stand in their other line: while that is 0, a
// miss at home is an answer. Ages let the oldest flow of a line, and the idle ones, be found
// without reading flows.
//
// The table never grows and never refuses. When both lines are full, or the home line is and 255 of
// 256 slots of the table are taken, the oldest flow of the home line goes, and the caller counts
// it; among flows of the same age, which a flood makes the rule, the hand goes round, so that the
// one that came first goes first.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/siphash.h"

#include "flow_hash.h"
#include "flow_key.h"
#include "tags.h"

// A flow does not keep its hash, which only one that is displaced is asked for again.
struct flow {
	struct flow_key key;
	uint64_t last_ns;
	uint32_t epoch; // window in which it was last seen
	uint8_t link; // on which it was first seen
	uint8_t directions; // enum flow_direction, those seen
	uint16_t user_state; // see user_state.h, as what follows
	uint32_t answer_sequence[2];
};

enum {
	LINE_SLOTS = 20,
	FLOW_TAG_DISPLACED = 0x8000,
};

struct flow_line {
	uint16_t tags[LINE_SLOTS];
	uint8_t ages[LINE_SLOTS]; // tick of the last packet, modulo 256
	uint8_t n_displaced; // flows that call this line home and stand in their other one
	uint8_t hand; // slot behind the one evicted last
	uint8_t zero[2];
};

_Static_assert(sizeof(struct flow) == 64, "one cache line");
_Static_assert(sizeof(struct flow_line) == 64, "one cache line");

struct flow_table {
	struct flow_line *lines;
	struct flow *flows;
	uint64_t line_mask;
	uint64_t idle_timeout_ns; // 0: never
	uint64_t idle_span_ns; // see flow_is_idle()
	unsigned int tick_shift; // a tick of age is 2^tick_shift ns
	uint64_t n_flows;
	uint64_t full_flows; // as many are as good as all: see flow_table_is_full()
	uint64_t sweep_line; // looked at next
	uint64_t sweep_ns; // when it is due
	uint64_t sweep_interval_ns; // between two lines
	uint64_t round_ns; // between two looks at the same line
	struct flow_hash_secret secret;
};

// Bytes needed for at least max_flows slots.
size_t flow_table_memory_bytes(uint64_t max_flows);

// Makes an empty table in zeroed memory of that many bytes, aligned to 64. The slot of an idle flow
// is freed within notice_ns of sweeping, which 0 or more than the timeout makes the timeout.
void flow_table_init(struct flow_table *table, void *memory, uint64_t max_flows,
                     uint64_t idle_timeout_ns, uint64_t notice_ns, const struct siphash_key *seed);

uint64_t flow_table_slots(const struct flow_table *table);

// The flow of that key, idle or not; NULL when there is none.
struct flow *flow_table_find(struct flow_table *table, const struct flow_key *key, uint64_t hash);

// A slot for a flow that is not in the table; its key is set, the rest is the caller's to fill,
// flow_table_seen() included. Where there is no room for it, the oldest flow of its home line is
// evicted: then true is returned and *ret_evicted is a copy of it.
bool flow_table_insert(struct flow_table *table, const struct flow_key *key, uint64_t hash,
                       uint64_t now_ns, struct flow **ret_flow, struct flow *ret_evicted);

// Third stage, for a flow that is probably new: asks for the slot it would get. Returns the flow
// that would have to go, if it is a displaced one, or NULL.
const struct flow *flow_table_prefetch_place(const struct flow_table *table, uint64_t hash,
                                             uint64_t now_ns);

// Fourth stage: asks for the line that will be told that this displaced flow has gone.
void flow_table_prefetch_home(const struct flow_table *table, const struct flow *flow);

// Frees the slots of idle flows in the lines that are due: every line is once in the time within
// which an idle flow is to be noticed, and a call looks at a few lines at most.
void flow_table_sweep(struct flow_table *table, uint64_t now_ns);

// Puts every flow of from into the empty, larger table to.
void flow_table_move(struct flow_table *to, const struct flow_table *from);

// A packet may come late, and finds no flow idle that was seen after it; but a flow that is further
// ahead than it may be idle is of a time that has been set back since. So last_ns may be as far
// from now in either direction: a span of twice the timeout, or, without one, of all times.
static inline bool flow_is_idle(const struct flow_table *table, const struct flow *flow,
                                uint64_t now_ns)
{
	return now_ns - flow->last_ns + table->idle_timeout_ns > table->idle_span_ns;
}

static inline uint64_t flow_table_hash(const struct flow_table *table, const struct flow_key *key)
{
	return flow_hash(&table->secret, key->words);
}

// In the home line; in the other one the tag is this one and FLOW_TAG_DISPLACED.
static inline uint16_t flow_tag(uint64_t hash)
{
	uint16_t tag = (uint16_t)(hash >> 49);

	return tag ? tag : 1;
}

static inline uint64_t flow_home_line(const struct flow_table *table, uint64_t hash)
{
	return hash & table->line_mask;
}

// Never the home line, since the table has two lines at least.
static inline uint64_t flow_other_line(const struct flow_table *table, uint64_t hash)
{
	return flow_home_line(table, hash) ^ (((hash >> 24) | 1) & table->line_mask);
}

static inline struct flow *flow_table_line(const struct flow_table *table, uint64_t line)
{
	return table->flows + line * LINE_SLOTS;
}

// So few slots are free that looking for one in a second line would seldom find it, and would cost
// every packet of a flood one more cache line.
static inline bool flow_table_is_full(const struct flow_table *table)
{
	return table->n_flows >= table->full_flows;
}

// First stage of a look-up: asks for the home line.
static inline void flow_table_prefetch(const struct flow_table *table, uint64_t hash)
{
	__builtin_prefetch(&table->lines[flow_home_line(table, hash)]);
}

// Second stage: the flow in the home line most likely to be the one, asked for too; or NULL, the
// other line having been asked for if it will be needed. It may be another by the time it is looked
// at: check it with flow_confirms().
static inline struct flow *flow_table_guess(const struct flow_table *table, uint64_t hash)
{
	uint64_t home = flow_home_line(table, hash);
	uint32_t matches = tags_match(table->lines[home].tags, LINE_SLOTS, flow_tag(hash));
	struct flow *flow;

	if (matches == 0) {
		if (table->lines[home].n_displaced > 0 || !flow_table_is_full(table))
			__builtin_prefetch(&table->lines[flow_other_line(table, hash)]);
		return NULL;
	}
	flow = flow_table_line(table, home) + __builtin_ctz(matches);
	__builtin_prefetch(flow, 1);
	return flow;
}

// True when the guessed slot holds the key. Its tag is not looked at again, which is right only as
// long as no flow was freed since the guess but to make room for another: do not sweep in between.
static inline bool flow_confirms(const struct flow *flow, const struct flow_key *key)
{
	return flow_key_equal(&flow->key, key);
}

static inline uint8_t flow_table_tick(const struct flow_table *table, uint64_t now_ns)
{
	return (uint8_t)(now_ns >> table->tick_shift);
}

// Gives the flow's slot the age of this time.
static inline void flow_table_set_age(struct flow_table *table, const struct flow *flow,
                                      uint64_t time_ns)
{
	uint64_t slot = (uint64_t)(flow - table->flows);

	table->lines[slot / LINE_SLOTS].ages[slot % LINE_SLOTS] = flow_table_tick(table, time_ns);
}

// Notes a packet of the flow; packets may be a little out of order. The slot's age is that of the
// last packet, so it is looked for only in the first packet of a tick.
static inline void flow_table_seen(struct flow_table *table, struct flow *flow, uint64_t now_ns)
{
	uint64_t before_ns = flow->last_ns, last_ns = now_ns > before_ns ? now_ns : before_ns;

	flow->last_ns = last_ns;
	if ((last_ns ^ before_ns) >> table->tick_shift)
		flow_table_set_age(table, flow, last_ns);
}
