// A flow's hash names two lines of 32 slots. It stands in its home line, or, if that was full when
// it came, in its other one:
//
//   lines:  | 32 tags of 16 bits, one a slot; 0 is a free slot | number of flows displaced |
//   flows:  | line 0: slot 0 ... slot 31 | line 1: slot 0 ... | ...
//
// Tags are compared first: a line's worth is one cache line, and a false match of a tag costs one
// look at a flow in 2,000. A line counts the flows that call it home but stand in their other line:
// while that is 0, which it nearly always is, a miss in the home line is an answer.
//
// The table never grows and never refuses. When both lines are full, the oldest flow of the home
// line goes, and the caller counts it.
#include "flow_table.h"

#include <string.h>

enum {
	LINE_SLOTS = 32,
	SWEEP_LINES = 4, // looked at per sweep
	MIN_LINES = 2,
};

struct flow_line {
	uint16_t tags[LINE_SLOTS];
	uint32_t n_displaced;
	uint32_t zero[15]; // keeps tags on one cache line
};

_Static_assert(sizeof(struct flow_line) == 128, "two cache lines");

static uint64_t lines_for(uint64_t max_flows)
{
	uint64_t n_lines = MIN_LINES;

	while (n_lines * LINE_SLOTS < max_flows)
		n_lines *= 2;
	return n_lines;
}

size_t flow_table_memory_bytes(uint64_t max_flows)
{
	return lines_for(max_flows) * (sizeof(struct flow_line) + LINE_SLOTS * sizeof(struct flow));
}

void flow_table_init(struct flow_table *table, void *memory, uint64_t max_flows,
                     uint64_t idle_timeout_ns, const struct siphash_key *seed)
{
	uint64_t n_lines = lines_for(max_flows);

	*table = (struct flow_table){
		.lines = memory,
		.flows = (struct flow *)((struct flow_line *)memory + n_lines),
		.line_mask = n_lines - 1,
		.idle_timeout_ns = idle_timeout_ns,
		.seed = *seed,
	};
}

uint64_t flow_table_slots(const struct flow_table *table)
{
	return (table->line_mask + 1) * LINE_SLOTS;
}

static bool source_is_low(const struct packet *packet)
{
	int order = memcmp(packet->source, packet->destination, sizeof(packet->source));

	return order < 0 || (order == 0 && packet->source_port <= packet->destination_port);
}

enum flow_direction flow_key_make(const struct packet *packet, struct flow_key *ret_key)
{
	bool from_low = source_is_low(packet);

	*ret_key = (struct flow_key){
		.low_port = from_low ? packet->source_port : packet->destination_port,
		.high_port = from_low ? packet->destination_port : packet->source_port,
		.protocol = packet->protocol,
		.family = packet->payload,
	};
	memcpy(ret_key->low, from_low ? packet->source : packet->destination, 16);
	memcpy(ret_key->high, from_low ? packet->destination : packet->source, 16);
	return from_low ? FLOW_FROM_LOW : FLOW_FROM_HIGH;
}

uint64_t flow_table_hash(const struct flow_table *table, const struct flow_key *key)
{
	return siphash_2_4(&table->seed, key, sizeof(*key));
}

static uint16_t hash_tag(uint64_t hash)
{
	uint16_t tag = (uint16_t)(hash >> 48);

	return tag ? tag : 1;
}

static uint64_t home_line(const struct flow_table *table, uint64_t hash)
{
	return hash & table->line_mask;
}

// Never the home line, since the table has two lines at least.
static uint64_t other_line(const struct flow_table *table, uint64_t hash)
{
	return home_line(table, hash) ^ (((hash >> 24) | 1) & table->line_mask);
}

static struct flow *line_flows(struct flow_table *table, uint64_t line)
{
	return table->flows + line * LINE_SLOTS;
}

static struct flow *find_in_line(struct flow_table *table, uint64_t line,
                                 const struct flow_key *key, uint64_t hash)
{
	const uint16_t *tags = table->lines[line].tags;
	struct flow *flows = line_flows(table, line);
	uint16_t tag = hash_tag(hash);

	for (uint32_t slot = 0; slot < LINE_SLOTS; slot++)
		if (tags[slot] == tag && flows[slot].hash == hash &&
		    memcmp(&flows[slot].key, key, sizeof(*key)) == 0)
			return &flows[slot];
	return NULL;
}

struct flow *flow_table_find(struct flow_table *table, const struct flow_key *key, uint64_t hash)
{
	uint64_t home = home_line(table, hash);
	struct flow *flow = find_in_line(table, home, key, hash);

	if (flow || table->lines[home].n_displaced == 0)
		return flow;
	return find_in_line(table, other_line(table, hash), key, hash);
}

bool flow_is_idle(const struct flow_table *table, const struct flow *flow, uint64_t now_ns)
{
	return table->idle_timeout_ns != 0 && now_ns > flow->last_ns &&
	       now_ns - flow->last_ns > table->idle_timeout_ns;
}

static void free_slot(struct flow_table *table, uint64_t line, uint32_t slot)
{
	const struct flow *flow = &line_flows(table, line)[slot];
	uint64_t home = home_line(table, flow->hash);

	if (home != line)
		table->lines[home].n_displaced--;
	table->lines[line].tags[slot] = 0;
	table->n_flows--;
}

// A slot of the line that is free or whose flow is idle; -1 when there is none.
static int take_slot(struct flow_table *table, uint64_t line, uint64_t now_ns)
{
	const uint16_t *tags = table->lines[line].tags;
	struct flow *flows = line_flows(table, line);

	for (uint32_t slot = 0; slot < LINE_SLOTS; slot++)
		if (tags[slot] == 0)
			return (int)slot;
	for (uint32_t slot = 0; slot < LINE_SLOTS; slot++)
		if (flow_is_idle(table, &flows[slot], now_ns)) {
			free_slot(table, line, slot);
			return (int)slot;
		}
	return -1;
}

static int oldest_slot(struct flow_table *table, uint64_t line)
{
	struct flow *flows = line_flows(table, line);
	uint32_t oldest = 0;

	for (uint32_t slot = 1; slot < LINE_SLOTS; slot++)
		if (flows[slot].last_ns < flows[oldest].last_ns)
			oldest = slot;
	return (int)oldest;
}

bool flow_table_insert(struct flow_table *table, const struct flow_key *key, uint64_t hash,
                       uint64_t now_ns, struct flow **ret_flow, struct flow *ret_evicted)
{
	uint64_t home = home_line(table, hash), line = home;
	int slot = take_slot(table, line, now_ns);
	bool evicts = false;

	if (slot < 0) {
		line = other_line(table, hash);
		slot = take_slot(table, line, now_ns);
	}
	if (slot < 0) {
		evicts = true;
		line = home;
		slot = oldest_slot(table, line);
		*ret_evicted = line_flows(table, line)[slot];
		free_slot(table, line, (uint32_t)slot);
	}
	if (line != home)
		table->lines[home].n_displaced++;
	table->lines[line].tags[slot] = hash_tag(hash);
	table->n_flows++;
	*ret_flow = &line_flows(table, line)[slot];
	**ret_flow = (struct flow){.key = *key, .hash = hash};
	return evicts;
}

void flow_table_sweep(struct flow_table *table, uint64_t now_ns)
{
	if (table->idle_timeout_ns == 0)
		return;
	for (int i = 0; i < SWEEP_LINES; i++) {
		uint64_t line = table->sweep_line;
		struct flow *flows = line_flows(table, line);

		for (uint32_t slot = 0; slot < LINE_SLOTS; slot++)
			if (table->lines[line].tags[slot] != 0 &&
			    flow_is_idle(table, &flows[slot], now_ns))
				free_slot(table, line, slot);
		table->sweep_line = (line + 1) & table->line_mask;
	}
}

void flow_table_move(struct flow_table *to, const struct flow_table *from)
{
	for (uint64_t i = 0; i < flow_table_slots(from); i++) {
		const struct flow *flow = &from->flows[i];
		struct flow *moved, evicted;

		if (from->lines[i / LINE_SLOTS].tags[i % LINE_SLOTS] == 0)
			continue;
		// Larger lines of the same hashes hold no more than before: nothing is evicted.
		flow_table_insert(to, &flow->key, flow->hash, 0, &moved, &evicted);
		*moved = *flow;
	}
}
