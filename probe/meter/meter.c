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

// A new flow in place of nothing or of one that has been idle too long under the same key.
static struct flow *begin_flow(struct meter *meter, struct tally *tally, struct flow *idle,
                               const struct flow_key *key, uint64_t hash, uint64_t now_ns)
{
	struct flow *flow = idle, evicted;

	if (idle)
		*flow = (struct flow){.key = *key, .hash = hash};
	else if (flow_table_insert(&meter->table, key, hash, now_ns, &flow, &evicted))
		tally->links[evicted.link].flows[evicted.key.family].evicted_flows++;
	return flow;
}

static void count_flow(struct meter *meter, struct tally *tally, uint32_t epoch, uint32_t link,
                       uint64_t now_ns, const struct packet *packet)
{
	struct flow_key key;
	enum flow_direction direction = flow_key_make(packet, &key);
	uint64_t hash = flow_table_hash(&meter->table, &key);
	struct flow *flow = flow_table_find(&meter->table, &key, hash);
	struct flow_cell *cell;

	if (!flow || flow_is_idle(&meter->table, flow, now_ns)) {
		flow = begin_flow(meter, tally, flow, &key, hash, now_ns);
		flow->link = (uint8_t)link;
		flow->epoch = epoch;
		cell = &tally->links[link].flows[key.family];
		cell->new_flows++;
		cell->active_flows++;
	} else if (flow->epoch != epoch) {
		flow->epoch = epoch;
		tally->links[flow->link].flows[key.family].active_flows++;
	}
	if (now_ns > flow->last_ns)
		flow->last_ns = now_ns;
	if (!(flow->directions & direction)) {
		flow->directions |= (uint8_t)direction;
		if (meter->sources)
			distinct_sources_add(meter->sources, packet);
	}
}

void meter_burst(struct meter *meter, struct tally *tally, uint64_t epoch, uint32_t link,
                 enum link_layer layer, const struct frame *frames, uint32_t n_frames)
{
	struct link_tally *counts = &tally->links[link];

	for (uint32_t i = 0; i < n_frames; i++) {
		struct packet packet;

		packet_parse(layer, &frames[i], &packet);
		count_frame(tally, counts, &frames[i], &packet);
		if (packet.n_ip_headers == 0)
			continue;
		count_traffic(counts, &packet);
		count_flow(meter, tally, (uint32_t)epoch, link, frames[i].time_ns, &packet);
	}
	if (n_frames > 0)
		flow_table_sweep(&meter->table, frames[n_frames - 1].time_ns);
}

void meter_sweep(struct meter *meter, uint64_t now_ns)
{
	flow_table_sweep(&meter->table, now_ns);
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
