#include "stream_truth.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "address_plan.h"

enum {
	WORD_BITS = 64,
};

// What the packets of a sweep add up to.
struct swept {
	bool scan;
	uint64_t n_flows[N_FAMILIES];
	uint64_t n_clients[N_FAMILIES]; // that sent
	bool server_sent[N_FAMILIES];
};

static uint64_t *bitmap_new(uint64_t n_bits)
{
	return calloc(n_bits / WORD_BITS + 1, sizeof(uint64_t));
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
		.n_first = calloc(stream->templates.n_templates, sizeof(*truth->n_first)),
		.flows_seen = bitmap_new(settings->n_flows),
		.clients_sent = bitmap_new(settings->n_flows),
		.clients_answered = bitmap_new(settings->n_flows),
	};
	complete = truth->n_packets != NULL && truth->n_first != NULL &&
	           truth->flows_seen != NULL && truth->clients_sent != NULL &&
	           truth->clients_answered != NULL;
	for (enum family family = 0; family < N_FAMILIES; family++) {
		truth->sources_seen[family][0] = bitmap_new(settings->stream.n_subscribers);
		truth->sources_seen[family][1] = bitmap_new(STREAM_N_SERVERS);
		truth->confirmed[family] = bitmap_new(settings->stream.n_subscribers);
		complete = complete && truth->sources_seen[family][0] != NULL &&
		           truth->sources_seen[family][1] != NULL &&
		           truth->confirmed[family] != NULL;
	}
	if (complete)
		return 0;
	stream_truth_fini(truth);
	return -ENOMEM;
}

void stream_truth_fini(struct stream_truth *truth)
{
	free(truth->n_packets);
	free(truth->n_first);
	free(truth->flows_seen);
	free(truth->clients_sent);
	free(truth->clients_answered);
	for (enum family family = 0; family < N_FAMILIES; family++) {
		free(truth->sources_seen[family][0]);
		free(truth->sources_seen[family][1]);
		free(truth->confirmed[family]);
	}
	*truth = (struct stream_truth){0};
}

void stream_truth_begin(struct stream_truth *truth, const struct stream_burst *burst)
{
	uint32_t n_flows = truth->stream->settings.n_flows;
	uint32_t slot = burst->first_replaced;

	for (uint32_t i = 0; i < burst->n_replaced; i++) {
		bitmap_clear_one(truth->flows_seen, slot);
		bitmap_clear_one(truth->clients_sent, slot);
		bitmap_clear_one(truth->clients_answered, slot);
		slot = slot + 1 == n_flows ? 0 : slot + 1;
	}
}

// Marks how far the flow has come: its client has sent, has been answered, and has sent again,
// which confirms it. All but the packet that begins a flow acknowledge.
static void mark_progress(const struct stream_truth *truth, const struct stream_packet *packet)
{
	uint64_t *sent = &truth->clients_sent[packet->slot / WORD_BITS];
	uint64_t *answered = &truth->clients_answered[packet->slot / WORD_BITS];
	uint64_t *confirmed = &truth->confirmed[packet->family][packet->client / WORD_BITS];
	uint64_t bit = UINT64_C(1) << packet->slot % WORD_BITS;

	if (packet->begins)
		*answered &= ~bit;
	else if (packet->reverse)
		*answered |= *sent & bit;
	else if ((*answered & bit) != 0)
		*confirmed |= UINT64_C(1) << packet->client % WORD_BITS;
	if (!packet->reverse)
		*sent |= bit;
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
	for (uint32_t i = 0; i < n; i++) {
		truth->n_packets[packets[i].template]++;
		truth->n_first[packets[i].template] += packets[i].first_round;
	}
	if (truth->stream->settings.pattern != PATTERN_STREAM)
		return; // these counts tell all
	for (uint32_t i = 0; i < n; i++)
		truth->n_flows[packets[i].family] += mark(truth, &packets[i]);
	for (uint32_t i = 0; i < n && truth->stream->settings.counts_users; i++)
		mark_progress(truth, &packets[i]);
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
		sum->users.n[family][GRADE_SENT] = bitmap_count(truth->sources_seen[family][0],
		                                                n_subscribers);
		sum->users.n[family][GRADE_CONFIRMED] = bitmap_count(truth->confirmed[family],
		                                                     n_subscribers);
	}
	sum->ipv6_networks = bitmap_count(truth->sources_seen[FAMILY_IPV6][0], n_subscribers);
	for (uint32_t i = 0; i < STREAM_N_SERVERS; i += SERVERS_PER_NETWORK)
		sum->ipv6_networks += bitmap_any(servers, i, SERVERS_PER_NETWORK);
}

// In the first round each flow has a client of its own, and in the others all of them come again;
// only the first packet that a client sends in a flow is looked at.
static void count_swept(const struct template *template, uint64_t n_packets, uint64_t n_first,
                        struct swept *swept)
{
	enum family family = template->expected.payload;

	switch ((enum segment) template->segment) {
	case SEGMENT_OPENING:
		swept->n_flows[family] += n_packets;
		swept->n_clients[family] += n_first;
		break;
	case SEGMENT_PROBE:
		swept->n_flows[family] += n_packets;
		swept->server_sent[family] |= n_packets > 0;
		break;
	case SEGMENT_ACCEPTANCE:
		swept->server_sent[family] |= n_packets > 0;
		break;
	case SEGMENT_PROBE_ACCEPTANCE:
		swept->n_clients[family] += n_first;
		break;
	case SEGMENT_RESET:
		swept->n_clients[family] += swept->scan ? n_first : 0;
		break;
	default: // what a flood's client sends after its first one; no sweep has others
		break;
	}
}

// Nobody in a sweep sees what he acknowledges, so none is confirmed.
static void count_sweep(const struct stream_truth *truth, struct truth *sum)
{
	const struct template_set *set = &truth->stream->templates;
	struct swept swept = {.scan = truth->stream->settings.pattern == PATTERN_SCAN};

	for (uint32_t i = 0; i < set->n_templates; i++)
		count_swept(&set->templates[i], truth->n_packets[i], truth->n_first[i], &swept);
	for (enum family family = 0; family < N_FAMILIES; family++) {
		sum->flows[family] = swept.n_flows[family];
		sum->sources[family] = swept.n_clients[family] + swept.server_sent[family];
		sum->users.n[family][GRADE_SENT] = swept.n_clients[family];
	}
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
	ret_truth->users.wanted = truth->stream->settings.counts_users;
	if (!ret_truth->users.wanted)
		memset(ret_truth->users.n, 0, sizeof(ret_truth->users.n));
}
