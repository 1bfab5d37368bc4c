// Bidirectional flows (RFC 5103) in memory given once. See flow_table.c for the layout.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/siphash.h"

#include "packet.h"

// The innermost 5-tuple, the lower (address, port) first, so that both directions are one key.
struct flow_key {
	uint8_t low[16], high[16];
	uint16_t low_port, high_port;
	uint8_t protocol;
	uint8_t family; // enum family
	uint8_t zero[2];
};

enum flow_direction {
	FLOW_FROM_LOW = 1 << 0,
	FLOW_FROM_HIGH = 1 << 1,
};

struct flow {
	struct flow_key key;
	uint64_t hash;
	uint64_t last_ns;
	uint32_t epoch; // window in which it was last seen
	uint8_t link; // on which it was first seen
	uint8_t directions; // enum flow_direction, those seen
	uint8_t zero[2];
};

_Static_assert(sizeof(struct flow_key) == 40, "hashed and compared whole: no padding");
_Static_assert(sizeof(struct flow) == 64, "one cache line");

struct flow_line;

struct flow_table {
	struct flow_line *lines;
	struct flow *flows;
	uint64_t line_mask;
	uint64_t idle_timeout_ns; // 0: never
	uint64_t n_flows;
	uint64_t sweep_line; // looked at next
	struct siphash_key seed;
};

// Bytes needed for at least max_flows slots.
size_t flow_table_memory_bytes(uint64_t max_flows);

// Makes an empty table in zeroed memory of that many bytes, aligned to 64.
void flow_table_init(struct flow_table *table, void *memory, uint64_t max_flows,
                     uint64_t idle_timeout_ns, const struct siphash_key *seed);

uint64_t flow_table_slots(const struct flow_table *table);

// The key of a packet and the direction the packet has in it.
enum flow_direction flow_key_make(const struct packet *packet, struct flow_key *ret_key);

uint64_t flow_table_hash(const struct flow_table *table, const struct flow_key *key);

// The flow of that key, idle or not; NULL when there is none.
struct flow *flow_table_find(struct flow_table *table, const struct flow_key *key, uint64_t hash);

// A slot for a flow that is not in the table; key and hash are set, the rest is the caller's to
// fill. Where neither of its two lines has room, the oldest flow of the first one is evicted: then
// true is returned and *ret_evicted is a copy of it.
bool flow_table_insert(struct flow_table *table, const struct flow_key *key, uint64_t hash,
                       uint64_t now_ns, struct flow **ret_flow, struct flow *ret_evicted);

bool flow_is_idle(const struct flow_table *table, const struct flow *flow, uint64_t now_ns);

// Frees the slots of idle flows in the next few lines.
void flow_table_sweep(struct flow_table *table, uint64_t now_ns);

// Puts every flow of from into the empty, larger table to.
void flow_table_move(struct flow_table *to, const struct flow_table *from);
