#include "stream_truth.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "address_plan.h"

enum {
	WORD_BITS = 64,
};

#define CLIENTS_IN_IPV6 (UINT64_C(1) << 32)

static uint64_t *bitmap_new(uint64_t n_bits)
{
	return calloc((n_bits + WORD_BITS - 1) / WORD_BITS, sizeof(uint64_t));
}

static uint64_t bitmap_count(const uint64_t *bits, uint64_t n_bits)
{
	uint64_t n = 0;

	for (uint64_t i = 0; i < (n_bits + WORD_BITS - 1) / WORD_BITS; i++)
		n += (uint64_t)__builtin_popcountll(bits[i]);
	return n;
}

static bool bitmap_any(const uint64_t *bits, uint32_t first, uint32_t n)
{
	uint64_t mask = ((UINT64_C(1) << n) - 1) << first % WORD_BITS;

	return (bits[first / WORD_BITS] & mask) != 0;
}
static_assert(WORD_BITS % SERVERS_PER_NETWORK == 0, "the servers of a network share a word");

static void bitmap_clear_one(uint64_t *bits, uint32_t at)
{
	bits[at / WORD_BITS] &= ~(UINT64_C(1) << at % WORD_BITS);
}

int stream_truth_init(struct stream_truth *truth, const struct stream *stream)
{
	const struct settings *settings = &stream->settings;
	bool complete;

	*truth = (struct stream_truth){
		.stream = stream,
		.n_packets = calloc(stream->templates.n_templates, sizeof(*truth->n_packets)),
		.flows_seen = bitmap_new(settings->n_flows),
	};
	complete = truth->n_packets != NULL && truth->flows_seen != NULL;
	for (enum family family = 0; family < N_FAMILIES; family++) {
		truth->sources_seen[family][0] = bitmap_new(settings->stream.n_subscribers);
		truth->sources_seen[family][1] = bitmap_new(STREAM_N_SERVERS);
		complete = complete && truth->sources_seen[family][0] != NULL &&
		           truth->sources_seen[family][1] != NULL;
	}
	if (complete)
		return 0;
	stream_truth_fini(truth);
	return -ENOMEM;
}

void stream_truth_fini(struct stream_truth *truth)
{
	free(truth->n_packets);
	free(truth->flows_seen);
	for (enum family family = 0; family < N_FAMILIES; family++) {
		free(truth->sources_seen[family][0]);
		free(truth->sources_seen[family][1]);
	}
	*truth = (struct stream_truth){0};
}

void stream_truth_begin(struct stream_truth *truth, const struct stream_burst *burst)
{
	uint32_t n_flows = truth->stream->settings.n_flows;
	uint32_t slot = burst->first_replaced;

	for (uint32_t i = 0; i < burst->n_replaced; i++) {
		bitmap_clear_one(truth->flows_seen, slot);
		slot = slot + 1 == n_flows ? 0 : slot + 1;
	}
}

// Marks the flow and the source; returns whether the flow is a new one.
static bool mark(const struct stream_truth *truth, const struct stream_packet *packet)
{
	uint32_t source = packet->reverse ? packet->server : packet->client;
	uint64_t *sources = truth->sources_seen[packet->family][packet->reverse];
	uint64_t *flows = &truth->flows_seen[packet->slot / WORD_BITS];
	uint64_t flow_bit = UINT64_C(1) << packet->slot % WORD_BITS;
	bool is_new = packet->begins || (*flows & flow_bit) == 0;

	*flows |= flow_bit;
	sources[source / WORD_BITS] |= UINT64_C(1) << source % WORD_BITS;
	return is_new;
}

void stream_truth_add(struct stream_truth *truth, const struct stream_packet *packets, uint32_t n,
                      uint64_t first_ns, uint64_t last_ns)
{
	if (n == 0)
		return;
	truth->first_ns = truth->last_ns == 0 ? first_ns : truth->first_ns;
	truth->last_ns = last_ns;
	for (uint32_t i = 0; i < n; i++)
		truth->n_packets[packets[i].template]++;
	if (truth->stream->settings.pattern != PATTERN_STREAM)
		return; // every packet is a flow
	for (uint32_t i = 0; i < n; i++)
		truth->n_flows[packets[i].family] += mark(truth, &packets[i]);
}

static void add_sum(struct traffic_sum *sum, uint64_t n_packets, uint64_t bytes)
{
	sum->packets += n_packets;
	sum->bytes += n_packets * bytes;
}

static void add_template(const struct template *template, uint64_t n_packets, uint32_t snaplen,
                         struct truth *sum)
{
	const struct expectation *expected = &template->expected;

	sum->n_frames += n_packets;
	sum->frames[expected->verdict] += n_packets;
	sum->truncated_frames += template->n_bytes > snaplen ? n_packets : 0;
	add_sum(&sum->carrier[expected->verdict == FRAME_IPV4 ? FAMILY_IPV4 : FAMILY_IPV6],
	        n_packets, expected->carrier_bytes);
	add_sum(&sum->payload[expected->payload], n_packets, expected->payload_bytes);
	add_sum(&sum->transition[expected->transition], n_packets, expected->payload_bytes);
}

static void count_marks(const struct stream_truth *truth, struct truth *sum)
{
	uint32_t n_subscribers = truth->stream->settings.stream.n_subscribers;
	const uint64_t *servers = truth->sources_seen[FAMILY_IPV6][1];

	for (enum family family = 0; family < N_FAMILIES; family++) {
		sum->flows[family] = truth->n_flows[family];
		sum->sources[family] = bitmap_count(truth->sources_seen[family][0], n_subscribers) +
		                       bitmap_count(truth->sources_seen[family][1],
		                                    STREAM_N_SERVERS);
	}
	sum->ipv6_networks = bitmap_count(truth->sources_seen[FAMILY_IPV6][0], n_subscribers);
	for (uint32_t i = 0; i < STREAM_N_SERVERS; i += SERVERS_PER_NETWORK)
		sum->ipv6_networks += bitmap_any(servers, i, SERVERS_PER_NETWORK);
}

static uint64_t at_most(uint64_t number, uint64_t most)
{
	return number < most ? number : most;
}

// Of every family, a scan has one source and a SYN flood as many as there are clients to come from.
static void count_sweep(const struct stream_truth *truth, struct truth *sum)
{
	bool scan = truth->stream->settings.pattern == PATTERN_SCAN;
	uint64_t n4 = sum->payload[FAMILY_IPV4].packets;
	uint64_t n6 = sum->payload[FAMILY_IPV6].packets;

	sum->flows[FAMILY_IPV4] = n4;
	sum->flows[FAMILY_IPV6] = n6;
	sum->sources[FAMILY_IPV4] = at_most(n4, scan ? 1 : CLIENTS_IN_IPV4);
	sum->sources[FAMILY_IPV6] = at_most(n6, scan ? 1 : CLIENTS_IN_IPV6);
	sum->ipv6_networks = sum->sources[FAMILY_IPV6];
}

void stream_truth_sum_up(const struct stream_truth *truth, uint32_t snaplen,
                         struct truth *ret_truth)
{
	const struct template_set *set = &truth->stream->templates;

	*ret_truth = (struct truth){.first_ns = truth->first_ns, .last_ns = truth->last_ns};
	for (uint32_t i = 0; i < set->n_templates; i++)
		add_template(&set->templates[i], truth->n_packets[i], snaplen, ret_truth);
	if (truth->stream->settings.pattern == PATTERN_STREAM)
		count_marks(truth, ret_truth);
	else
		count_sweep(truth, ret_truth);
}
