#include "meter.h"

#include "distinct.h"
#include "flow_table.h"
#include "parse.h"

struct meter {
	struct flow_table table;
	struct distinct_sources *sources;
};

// The table stands behind the meter, on the next cache line.
static size_t meter_head_bytes(void)
{
	return (sizeof(struct meter) + 63) / 64 * 64;
}

size_t meter_memory_bytes(const struct meter_config *config)
{
	return meter_head_bytes() + flow_table_memory_bytes(config->max_flows);
}

struct meter *meter_init(void *memory, const struct meter_config *config)
{
	struct meter *meter = memory;

	flow_table_init(&meter->table, (uint8_t *)memory + meter_head_bytes(), config->max_flows,
	                config->idle_timeout_ns, &config->seed);
	meter->sources = config->sources;
	return meter;
}

static void count_frame(struct tally *tally, struct link_tally *link, const struct frame *frame,
                        const struct packet *packet)
{
	if (frame->time_ns < tally->first_ns)
		tally->first_ns = frame->time_ns;
	if (frame->time_ns > tally->last_ns)
		tally->last_ns = frame->time_ns;
	link->frames[packet->verdict]++;
	link->wire_bytes += frame->wire_bytes;
	link->truncated_frames += frame->captured_bytes < frame->wire_bytes;
	link->deep_frames += (packet->flags & PACKET_DEEP) != 0;
}

static void count_traffic(struct link_tally *link, const struct packet *packet)
{
	struct traffic_cell *cell =
		&link->traffic[packet->carrier][packet->payload][packet->transition];

	cell->packets++;
	cell->carrier_bytes += packet->carrier_bytes;
	cell->payload_bytes += packet->payload_bytes;
	link->flows[packet->payload].fragments += (packet->flags & PACKET_FRAGMENT) != 0;
}

// A packet on its way through a burst.
struct passage {
	struct packet packet;
	struct flow_key key;
	uint64_t hash;
	uint64_t time_ns;
	struct flow *guess;
	enum flow_direction direction;
};

// A new flow in place of nothing or of one that has been idle too long under the same key.
static struct flow *begin_flow(struct meter *meter, struct tally *tally, struct flow *idle,
                               const struct passage *passage)
{
	struct flow *flow = idle, evicted;

	if (idle)
		*flow = (struct flow){.key = passage->key, .hash = passage->hash};
	else if (flow_table_insert(&meter->table, &passage->key, passage->hash, passage->time_ns,
	                           &flow, &evicted))
		tally->links[evicted.link].flows[evicted.key.family].evicted_flows++;
	return flow;
}

static struct flow *find_flow(struct meter *meter, const struct passage *passage)
{
	if (passage->guess &&
	    flow_table_confirms(&meter->table, passage->guess, &passage->key, passage->hash))
		return passage->guess;
	return flow_table_find(&meter->table, &passage->key, passage->hash);
}

static void count_flow(struct meter *meter, struct tally *tally, uint32_t epoch, uint32_t link,
                       const struct passage *passage)
{
	struct flow *flow = find_flow(meter, passage);
	struct flow_cell *cell;

	if (!flow || flow_is_idle(&meter->table, flow, passage->time_ns)) {
		flow = begin_flow(meter, tally, flow, passage);
		flow->link = (uint8_t)link;
		flow->epoch = epoch;
		cell = &tally->links[link].flows[passage->key.family];
		cell->new_flows++;
		cell->active_flows++;
	} else if (flow->epoch != epoch) {
		flow->epoch = epoch;
		tally->links[flow->link].flows[passage->key.family].active_flows++;
	}
	flow_table_seen(&meter->table, flow, passage->time_ns);
	if (!(flow->directions & passage->direction)) {
		flow->directions |= (uint8_t)passage->direction;
		if (meter->sources)
			distinct_sources_add(meter->sources, &passage->packet);
	}
}

// Parses the frames and counts all but their flows; the passages are those with an IP header. Asks
// for the line of each flow.
static uint32_t begin_passages(struct meter *meter, struct tally *tally, struct link_tally *link,
                               enum link_layer layer, const struct frame *frames, uint32_t n_frames,
                               struct passage *ret_passages)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < n_frames; i++) {
		struct passage *passage = &ret_passages[n];

		packet_parse(layer, &frames[i], &passage->packet);
		count_frame(tally, link, &frames[i], &passage->packet);
		if (passage->packet.n_ip_headers == 0)
			continue;
		count_traffic(link, &passage->packet);
		passage->time_ns = frames[i].time_ns;
		passage->direction = flow_key_make(&passage->packet, &passage->key);
		passage->hash = flow_table_hash(&meter->table, &passage->key);
		flow_table_prefetch(&meter->table, passage->hash);
		n++;
	}
	return n;
}

// In stages, so that each cache line has been asked for long before it is used.
void meter_burst(struct meter *meter, struct tally *tally, uint64_t epoch, uint32_t link,
                 enum link_layer layer, const struct frame *frames, uint32_t n_frames)
{
	struct passage passages[METER_MAX_BURST];
	uint32_t n;

	for (uint32_t i = 0; i < n_frames; i++)
		__builtin_prefetch(frames[i].data);
	n = begin_passages(meter, tally, &tally->links[link], layer, frames, n_frames, passages);
	for (uint32_t i = 0; i < n; i++)
		passages[i].guess = flow_table_guess(&meter->table, passages[i].hash);
	for (uint32_t i = 0; i < n; i++)
		if (!passages[i].guess)
			flow_table_prefetch_place(&meter->table, passages[i].hash,
			                          passages[i].time_ns);
	for (uint32_t i = 0; i < n; i++)
		count_flow(meter, tally, (uint32_t)epoch, link, &passages[i]);
	if (n_frames > 0)
		flow_table_sweep(&meter->table, frames[n_frames - 1].time_ns);
}

void meter_sweep(struct meter *meter, uint64_t now_ns)
{
	flow_table_sweep(&meter->table, now_ns);
}

uint64_t meter_slots(const struct meter *meter)
{
	return flow_table_slots(&meter->table);
}

uint64_t meter_flows(const struct meter *meter)
{
	return meter->table.n_flows;
}

void meter_move(struct meter *to, const struct meter *from)
{
	flow_table_move(&to->table, &from->table);
}

bool meter_is_crowded(const struct meter *meter)
{
	return meter->table.n_flows > flow_table_slots(&meter->table) * 2 / 5;
}
