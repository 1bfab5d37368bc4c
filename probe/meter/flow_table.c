#include "flow_table.h"

enum {
	MAX_SWEEP_LINES = 4, // in one call
	MIN_LINES = 2,
	// One slot in so many may be free in a table that is called full.
	FREE_OF_FULL = 256,
	// A tick is at least 2^20 ns, a millisecond, and so long that the idle timeout is at most
	// 64 of them: ages are told apart as long as flows that are idle go within three timeouts.
	MIN_TICK_SHIFT = 20,
	MAX_IDLE_TICKS = 64,
	// A flow may have been seen so many ticks after now: time may run backwards a little.
	LATE_TICKS = 32,
	// Without a timeout a tick is about a second.
	DEFAULT_TICK_SHIFT = 30,
};

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

static unsigned int tick_shift_for(uint64_t idle_timeout_ns)
{
	unsigned int shift = MIN_TICK_SHIFT;

	if (idle_timeout_ns == 0)
		return DEFAULT_TICK_SHIFT;
	while (idle_timeout_ns >> shift > MAX_IDLE_TICKS)
		shift++;
	return shift;
}

void flow_table_init(struct flow_table *table, void *memory, uint64_t max_flows,
                     uint64_t idle_timeout_ns, uint64_t notice_ns, const struct siphash_key *seed)
{
	uint64_t round_ns = notice_ns == 0 || notice_ns > idle_timeout_ns ? idle_timeout_ns
	                                                                  : notice_ns;
	uint64_t n_lines = lines_for(max_flows), n_slots = n_lines * LINE_SLOTS;

	*table = (struct flow_table){
		.lines = memory,
		.flows = (struct flow *)((struct flow_line *)memory + n_lines),
		.line_mask = n_lines - 1,
		.full_flows = n_slots - n_slots / FREE_OF_FULL,
		.idle_timeout_ns = idle_timeout_ns,
		.idle_span_ns = idle_timeout_ns != 0 ? 2 * idle_timeout_ns : UINT64_MAX,
		.tick_shift = tick_shift_for(idle_timeout_ns),
		.sweep_interval_ns = round_ns / n_lines,
		.round_ns = round_ns,
	};
	flow_hash_secret_init(&table->secret, seed);
}

uint64_t flow_table_slots(const struct flow_table *table)
{
	return (table->line_mask + 1) * LINE_SLOTS;
}

static struct flow *find_in_line(struct flow_table *table, uint64_t line, uint16_t tag,
                                 const struct flow_key *key)
{
	uint32_t matches = tags_match(table->lines[line].tags, LINE_SLOTS, tag);
	struct flow *flows = flow_table_line(table, line);

	for (; matches != 0; matches &= matches - 1) {
		struct flow *flow = &flows[__builtin_ctz(matches)];

		if (flow_key_equal(&flow->key, key))
			return flow;
	}
	return NULL;
}

struct flow *flow_table_find(struct flow_table *table, const struct flow_key *key, uint64_t hash)
{
	uint64_t home = flow_home_line(table, hash);
	uint16_t tag = flow_tag(hash);
	struct flow *flow = find_in_line(table, home, tag, key);

	if (flow || table->lines[home].n_displaced == 0)
		return flow;
	return find_in_line(table, flow_other_line(table, hash), tag | FLOW_TAG_DISPLACED, key);
}

static uint64_t home_of_flow(const struct flow_table *table, const struct flow *flow)
{
	return flow_home_line(table, flow_table_hash(table, &flow->key));
}

static void free_slot(struct flow_table *table, uint64_t line, uint32_t slot)
{
	uint16_t *tag = &table->lines[line].tags[slot];

	if (*tag & FLOW_TAG_DISPLACED)
		table->lines[home_of_flow(table, &flow_table_line(table, line)[slot])]
			.n_displaced--;
	*tag = 0;
	table->n_flows--;
}

// Frees the idle flows of a line. Ages tell which flows to look at: one that is younger than the
// timeout by its ticks is.
static void free_idle(struct flow_table *table, uint64_t line, uint64_t now_ns)
{
	uint8_t now_tick = flow_table_tick(table, now_ns);
	uint64_t idle_ticks = table->idle_timeout_ns >> table->tick_shift;
	const struct flow_line *head = &table->lines[line];

	if (table->idle_timeout_ns == 0)
		return;
	for (uint32_t slot = 0; slot < LINE_SLOTS; slot++)
		if (head->tags[slot] != 0 && (uint8_t)(now_tick - head->ages[slot]) >= idle_ticks &&
		    flow_is_idle(table, &flow_table_line(table, line)[slot], now_ns))
			free_slot(table, line, slot);
}

// A free slot of the line, or -1.
static int free_slot_of(const struct flow_table *table, uint64_t line)
{
	uint32_t free_slots = tags_match(table->lines[line].tags, LINE_SLOTS, 0);

	return free_slots != 0 ? __builtin_ctz(free_slots) : -1;
}

// The first of the oldest flows at or behind the hand.
static uint32_t oldest_slot(const struct flow_table *table, uint64_t line, uint64_t now_ns)
{
	const struct flow_line *head = &table->lines[line];
	uint8_t latest = (uint8_t)(flow_table_tick(table, now_ns) + LATE_TICKS);
	uint32_t oldest = ages_oldest(head->ages, LINE_SLOTS, latest);
	uint32_t behind = oldest >> head->hand << head->hand;

	return (uint32_t)__builtin_ctz(behind != 0 ? behind : oldest);
}

// Where a new flow goes.
struct place {
	uint64_t line;
	uint32_t slot;
	bool taken; // by the flow that must go
};

static struct place find_place(const struct flow_table *table, uint64_t hash, uint64_t now_ns)
{
	uint64_t home = flow_home_line(table, hash), other = flow_other_line(table, hash);
	int slot = free_slot_of(table, home);

	if (slot >= 0)
		return (struct place){home, (uint32_t)slot, false};
	// A count of displaced flows that is full keeps the line from displacing more.
	if (table->lines[home].n_displaced < UINT8_MAX && !flow_table_is_full(table)) {
		slot = free_slot_of(table, other);
		if (slot >= 0)
			return (struct place){other, (uint32_t)slot, false};
	}
	return (struct place){home, oldest_slot(table, home, now_ns), true};
}

const struct flow *flow_table_prefetch_place(const struct flow_table *table, uint64_t hash,
                                             uint64_t now_ns)
{
	struct place place = find_place(table, hash, now_ns);
	const struct flow *flow = flow_table_line(table, place.line) + place.slot;

	__builtin_prefetch(flow, 1);
	return table->lines[place.line].tags[place.slot] & FLOW_TAG_DISPLACED ? flow : NULL;
}

void flow_table_prefetch_home(const struct flow_table *table, const struct flow *flow)
{
	__builtin_prefetch(&table->lines[home_of_flow(table, flow)], 1);
}

bool flow_table_insert(struct flow_table *table, const struct flow_key *key, uint64_t hash,
                       uint64_t now_ns, struct flow **ret_flow, struct flow *ret_evicted)
{
	struct place place = find_place(table, hash, now_ns);
	struct flow_line *line = &table->lines[place.line];
	struct flow *flow = flow_table_line(table, place.line) + place.slot;
	bool evicts = false;

	if (place.taken) {
		evicts = !flow_is_idle(table, flow, now_ns);
		*ret_evicted = *flow;
		free_slot(table, place.line, place.slot);
		line->hand = (uint8_t)((place.slot + 1) % LINE_SLOTS);
	}
	line->tags[place.slot] = flow_tag(hash);
	if (place.line != flow_home_line(table, hash)) {
		table->lines[flow_home_line(table, hash)].n_displaced++;
		line->tags[place.slot] |= FLOW_TAG_DISPLACED;
	}
	line->ages[place.slot] = flow_table_tick(table, now_ns);
	table->n_flows++;
	*flow = (struct flow){.key = *key};
	*ret_flow = flow;
	return evicts;
}

void flow_table_sweep(struct flow_table *table, uint64_t now_ns)
{
	if (table->idle_timeout_ns == 0)
		return;
	// Time was set back: the line that was due then is due now.
	if (table->sweep_ns > now_ns + table->round_ns)
		table->sweep_ns = now_ns;
	for (int i = 0; i < MAX_SWEEP_LINES && table->sweep_ns <= now_ns; i++) {
		free_idle(table, table->sweep_line, now_ns);
		table->sweep_line = (table->sweep_line + 1) & table->line_mask;
		table->sweep_ns += table->sweep_interval_ns;
	}
	// More than a round behind, as after a quiet time: one round is enough.
	if (table->sweep_ns + table->round_ns < now_ns)
		table->sweep_ns = now_ns - table->round_ns;
}

void flow_table_move(struct flow_table *to, const struct flow_table *from)
{
	for (uint64_t i = 0; i < flow_table_slots(from); i++) {
		const struct flow *flow = &from->flows[i];
		struct flow *moved, evicted;

		if (from->lines[i / LINE_SLOTS].tags[i % LINE_SLOTS] == 0)
			continue;
		// A larger table's lines hold no more of these than before. A flow that stood in
		// its other line could still find both full, at a load no caller moves at.
		flow_table_insert(to, &flow->key, flow_table_hash(to, &flow->key), flow->last_ns,
		                  &moved, &evicted);
		*moved = *flow;
	}
}
