#include "meter.h"

#include "distinct.h"
#include "flow_table.h"
#include "passage.h"
#include "user_events.h"

_Static_assert((int)METER_MAX_BURST <= (int)PASSAGES_MAX, "a burst has room");

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
	                config->idle_timeout_ns, config->notice_ns, &config->seed);
	meter->sources = config->sources;
	return meter;
}

// A new flow in place of nothing or of one that has been idle too long under the same key.
static struct flow *begin_flow(struct meter *meter, struct tally *tally, struct flow *idle,
                               const struct passage *passage, uint64_t time_ns)
{
	struct flow *flow = idle, evicted;

	if (idle)
		*flow = (struct flow){.key = passage->key};
	else if (flow_table_insert(&meter->table, &passage->key, passage->hash, time_ns, &flow,
	                           &evicted))
		tally->links[evicted.link].flows[flow_key_family(&evicted.key)].evicted_flows++;
	return flow;
}

static struct flow *find_flow(struct meter *meter, const struct passage *passage)
{
	if (passage->flow && flow_confirms(passage->flow, &passage->key))
		return passage->flow;
	return flow_table_find(&meter->table, &passage->key, passage->hash);
}

static void note_direction(struct meter *meter, struct flow *flow, const struct passage *passage)
{
	enum flow_direction direction = (enum flow_direction)passage->direction;

	flow->directions |= (uint8_t)direction;
	if (meter->sources)
		distinct_sources_add(meter->sources, flow_key_family(&passage->key),
		                     flow_key_source(&passage->key, direction));
}

// A burst on one link, as its flows are counted.
struct flow_count {
	struct meter *meter;
	struct tally *tally;
	uint32_t epoch;
	uint32_t link;
	struct user_events *events; // NULL where users are not counted
};

// Always inline, so that whether users are counted is asked once a burst and not in every packet.
static inline __attribute__((always_inline)) void
count_flow(const struct flow_count *count, const struct passage *passage, const struct frame *frame)
{
	struct meter *meter = count->meter;
	struct tally *tally = count->tally;
	struct user_events *events = count->events;
	struct flow *flow = find_flow(meter, passage);
	enum family family = flow_key_family(&passage->key);

	if (!flow || flow_is_idle(&meter->table, flow, frame->time_ns)) {
		struct flow_cell *cell = &tally->links[count->link].flows[family];

		flow = begin_flow(meter, tally, flow, passage, frame->time_ns);
		flow->link = (uint8_t)count->link;
		flow->epoch = count->epoch;
		cell->new_flows++;
		cell->active_flows++;
	} else if (flow->epoch != count->epoch) {
		if (events)
			user_events_meet_scope(events, flow);
		flow->epoch = count->epoch;
		tally->links[flow->link].flows[family].active_flows++;
	}
	flow_table_seen(&meter->table, flow, frame->time_ns);
	if (!(flow->directions & passage->direction))
		note_direction(meter, flow, passage);
	if (events && !user_state_is_done(flow))
		user_events_note(events, flow, frame, passage, count->link);
}

// Guesses where the flows are; returns the passages of which no flow was seen at home.
static uint64_t guess_flows(const struct flow_table *table, struct passages *passages)
{
	uint64_t missing = 0;

	for (uint64_t left = passages->present; left != 0; left &= left - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(left);
		struct passage *passage = &passages->at[i];

		passage->flow = flow_table_guess(table, passage->hash);
		missing |= (uint64_t)(passage->flow == NULL) << i;
	}
	return missing;
}

// Asks for all that a new flow will touch.
static void prepare_new_flows(const struct flow_table *table, const struct passages *passages,
                              uint64_t missing, uint64_t now_ns)
{
	const struct flow *leaving[METER_MAX_BURST];
	uint32_t n_leaving = 0;

	for (uint64_t left = missing; left != 0; left &= left - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(left);

		leaving[n_leaving] = flow_table_prefetch_place(table, passages->at[i].hash, now_ns);
		n_leaving += leaving[n_leaving] != NULL;
	}
	for (uint32_t i = 0; i < n_leaving; i++)
		flow_table_prefetch_home(table, leaving[i]);
}

static void count_flows(struct meter *meter, struct tally *tally, uint32_t epoch, uint32_t link,
                        const struct frame *frames, const struct passages *passages)
{
	struct flow_count count = {meter, tally, epoch, link, NULL};

	for (uint64_t left = passages->present; left != 0; left &= left - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(left);

		count_flow(&count, &passages->at[i], &frames[i]);
	}
}

// The same, and what is to be noted of their ends.
static void count_flows_and_users(struct meter *meter, struct tally *tally, uint32_t epoch,
                                  uint32_t link, const struct frame *frames,
                                  const struct passages *passages)
{
	struct user_events events;
	struct flow_count count = {meter, tally, epoch, link, &events};

	user_events_begin(&events, tally->users);
	for (uint64_t left = passages->present; left != 0; left &= left - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(left);

		count_flow(&count, &passages->at[i], &frames[i]);
	}
	user_events_apply(&events);
}

// In stages, so that each cache line has been asked for long before it is used.
void meter_burst(struct meter *meter, struct tally *tally, uint64_t epoch, uint32_t link,
                 enum link_layer layer, const struct frame *frames, uint32_t n_frames)
{
	struct flow_table *table = &meter->table;
	struct passages passages;
	uint64_t missing;

	if (n_frames == 0)
		return;
	for (uint32_t i = 0; i < n_frames; i++)
		__builtin_prefetch(frames[i].data);
	passages_begin(table, tally, link, layer, frames, n_frames, &passages);
	missing = guess_flows(table, &passages);
	if (missing != 0)
		prepare_new_flows(table, &passages, missing, frames[0].time_ns);
	if (tally->users)
		count_flows_and_users(meter, tally, (uint32_t)epoch, link, frames, &passages);
	else
		count_flows(meter, tally, (uint32_t)epoch, link, frames, &passages);
	flow_table_sweep(table, frames[n_frames - 1].time_ns);
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
