#include "traffic.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "proto/base/clock.h"

#include "oddity.h"
#include "wrap.h"

enum {
	MIN_CLIENTS = 16,
};

static enum family flow_family(const struct traffic *traffic, uint32_t slot)
{
	return slot < traffic->n_v6_flows ? FAMILY_IPV6 : FAMILY_IPV4;
}

static uint32_t weight_for(const struct traffic *traffic, enum kind kind, enum family family)
{
	return kind_carries(kind, family) ? traffic->settings.weights[kind] : 0;
}

// A kind that can carry the family, by weight; settings_parse() has seen to it that there is one.
static enum kind draw_kind(struct traffic *traffic, enum family family)
{
	uint32_t total = 0;
	uint32_t luck;
	enum kind kind = 0;

	for (enum kind k = 0; k < N_FLOW_KINDS; k++)
		total += weight_for(traffic, k, family);
	assert(total > 0);
	luck = random_below(&traffic->random, total);
	while (luck >= weight_for(traffic, kind, family))
		luck -= weight_for(traffic, kind++, family);
	return kind;
}

static void open_slot(struct traffic *traffic, uint32_t slot)
{
	enum family family = flow_family(traffic, slot);

	flow_open(&traffic->flows[slot], draw_kind(traffic, family), family, traffic->n_clients,
	          &traffic->random);
}

// Both families have at least one flow unless the share is exactly 0 or 1.
static uint32_t count_v6_flows(const struct settings *settings)
{
	uint32_t n = (uint32_t)(settings->v6_share * settings->n_flows + 0.5);

	if (n == 0 && settings->v6_share > 0)
		return 1;
	if (n == settings->n_flows && settings->v6_share < 1 && n > 1)
		return n - 1;
	return n;
}

int traffic_init(struct traffic *traffic, const struct settings *settings)
{
	*traffic = (struct traffic){
		.settings = *settings,
		.random = {settings->seed},
		.n_v6_flows = count_v6_flows(settings),
		.n_clients = settings->n_flows > MIN_CLIENTS ? settings->n_flows : MIN_CLIENTS,
	};
	traffic->flows = calloc(settings->n_flows, sizeof(*traffic->flows));
	if (traffic->flows == NULL)
		return -ENOMEM;
	pace_init(&traffic->pace, settings);
	for (uint32_t slot = 0; slot < settings->n_flows; slot++)
		open_slot(traffic, slot);
	return 0;
}

void traffic_fini(struct traffic *traffic)
{
	free(traffic->flows);
	traffic->flows = NULL;
}

// Replaces as many flows as should have ended in the time that passed.
static void churn(struct traffic *traffic, uint64_t passed_ns)
{
	double seconds = (double)passed_ns / (double)NS_PER_S;

	traffic->n_due_flows += traffic->settings.churn_per_second * seconds;
	if (traffic->n_due_flows > traffic->settings.n_flows)
		traffic->n_due_flows = traffic->settings.n_flows;
	for (; traffic->n_due_flows >= 1; traffic->n_due_flows--)
		open_slot(traffic, random_below(&traffic->random, traffic->settings.n_flows));
}

// Few flows carry most packets: squaring prefers the first of each family.
static struct flow *draw_flow(struct traffic *traffic)
{
	uint32_t n_v6 = traffic->n_v6_flows;
	uint32_t n_v4 = traffic->settings.n_flows - n_v6;
	double share = traffic->settings.v6_share * pace_v6_factor(&traffic->pace);
	bool v6 = n_v4 == 0 || (n_v6 > 0 && random_unit(&traffic->random) < share);
	double luck = random_unit(&traffic->random);
	uint32_t at = (uint32_t)(luck * luck * (v6 ? n_v6 : n_v4));

	return &traffic->flows[v6 ? at : n_v6 + at];
}

static void make_fragment(struct traffic *traffic, struct expectation *ret_expected)
{
	bool reverse = false; // both directions of a datagram look alike to the stations

	datagram_next(&traffic->datagram, &traffic->builder, ret_expected);
	flow_wrap(&traffic->datagram_flow, reverse, &traffic->builder, ret_expected);
}

static void make_packet(struct traffic *traffic, struct expectation *ret_expected)
{
	struct flow *flow = draw_flow(traffic);
	bool reverse;

	if (flow->kind == KIND_FRAGMENTS) {
		conversation_datagram(flow, &traffic->random, &traffic->builder,
		                      &traffic->datagram);
		traffic->datagram_flow = *flow;
		make_fragment(traffic, ret_expected);
		return;
	}
	conversation_next(flow, &traffic->random, &traffic->builder, ret_expected, &reverse);
	flow_wrap(flow, reverse, &traffic->builder, ret_expected);
}

// Weights of "other" and "malformed" are shares of frames, those of flow kinds shares of flows.
static void make_frame(struct traffic *traffic, struct expectation *ret_expected)
{
	const uint32_t *weights = traffic->settings.weights;
	uint32_t total = 0;
	uint32_t luck;

	if (datagram_is_pending(&traffic->datagram)) {
		make_fragment(traffic, ret_expected);
		return;
	}
	for (enum kind kind = 0; kind < N_KINDS; kind++)
		total += weights[kind];
	luck = random_below(&traffic->random, total);
	if (luck < weights[KIND_OTHER])
		oddity_make_other(&traffic->builder, &traffic->random, ret_expected);
	else if (luck < weights[KIND_OTHER] + weights[KIND_MALFORMED])
		oddity_make_malformed(&traffic->builder, &traffic->random, ret_expected);
	else
		make_packet(traffic, ret_expected);
}

static bool traffic_is_over(const struct traffic *traffic)
{
	const struct pace *pace = &traffic->pace;

	if (traffic->settings.n_frames > 0)
		return traffic->n_frames == traffic->settings.n_frames;
	return pace->now_ns - pace->start_ns >= pace->duration_ns;
}

bool traffic_next(struct traffic *traffic, struct made_frame *ret_frame)
{
	if (traffic_is_over(traffic))
		return false;
	ret_frame->expected = (struct expectation){0};
	make_frame(traffic, &ret_frame->expected);
	ret_frame->data = packet_data(&traffic->builder);
	ret_frame->n_bytes = packet_bytes(&traffic->builder);
	ret_frame->time_ns = traffic->pace.now_ns;
	traffic->n_frames++;
	churn(traffic, pace_advance(&traffic->pace, &traffic->random));
	return true;
}
