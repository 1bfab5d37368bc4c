// Flows have numbers, from 0 without end, and everything about a flow follows from its number f:
//
//     client  f mod subscribers            family  a Weyl sequence of f against the share of IPv6
//     q       f / subscribers              kind    another one, through a table of weights
//     port, server, service                15, 14 and 3 bits of a bijection of q, by client
//
// A client's flows thus differ in q, and so in port, server or service: no two numbers have one
// 5-tuple, and no memory of flows is needed to know how many there were. A Weyl sequence (multiples
// of an odd number modulo a power of two) takes every value once in a round, so the shares hold for
// any run of numbers.
//
// Of the flows under way, slot s has number s + generation, or a generation of n_flows more where
// next_slot has passed it. Flows are replaced in the order of their slots, so a flow keeps its rank
// for as long as it lives.
//
// A scan or a SYN flood is a sweep: flow k of a family goes to, or comes from, the k-th client, and
// from the first one again when there are no more. A flow is one packet, or is answered, and its
// packets follow each other. What becomes of it depends on its client alone.
#include "stream.h"

#include <assert.h>
#include <math.h>

#include "proto/base/clock.h"

#include "address_plan.h"

enum {
	PORT_BITS = 15, // ephemeral ports begin at 2^15
	SERVER_BITS = 14,
	SHARE_ONE = 1 << 16,
	SWEEP_PORT = 443,
	SCANNER_PORT = 54321,
	WEYL_FAMILY = 40503,
};
static_assert(FIRST_EPHEMERAL_PORT == 1 << PORT_BITS, "ports are a half of all");
static_assert(STREAM_N_SERVERS == 1 << SERVER_BITS, "servers are a power of two");

#define WEYL_KIND UINT64_C(0x9e3779b97f4a7c15)

// Ports of services, none of which stands for DNS or a tunnel.
static const uint16_t services[8] = {443, 80, 8443, 8080, 993, 995, 5222, 1935};

// Exactly 0 and 1 stay what they are.
static uint32_t share_threshold(double share)
{
	uint32_t threshold = (uint32_t)lround(share * SHARE_ONE);

	if (threshold == 0 && share > 0)
		return 1;
	return threshold == SHARE_ONE && share < 1 ? SHARE_ONE - 1 : threshold;
}

int stream_init(struct stream *stream, const struct settings *settings)
{
	const struct stream_settings *own = &settings->stream;
	double seconds = (double)settings->duration_ns / (double)NS_PER_S;

	*stream = (struct stream){
		.settings = *settings,
		.random = {settings->seed},
		.n_frames = settings->n_frames,
		.subscriber_reciprocal = own->n_subscribers > 0 ? UINT64_MAX / own->n_subscribers
	                                                        : 0,
		.v6_threshold = share_threshold(settings->v6_share),
		.begin_threshold = share_threshold(own->new_share),
		.answered_threshold = share_threshold(own->answered_share),
		.reset_threshold = share_threshold(own->reset_share),
		.guess_threshold = share_threshold(own->reset_share + own->guess_share),
		.udp_mask = own->protocols == PROTOCOLS_BOTH,
		.udp_always = own->protocols == PROTOCOLS_UDP,
	};
	if (stream->n_frames == 0)
		stream->n_frames = (uint64_t)ceil(seconds * settings->rate_fps);
	stream->flow_seed = (uint32_t)random_bits(&stream->random);
	stream->client_factor = (uint32_t)random_bits(&stream->random) | 1;
	stream->client_offset = (uint32_t)random_bits(&stream->random);
	zipf_init(&stream->zipf, settings->n_flows);
	return template_set_init(&stream->templates, settings);
}

void stream_fini(struct stream *stream)
{
	template_set_fini(&stream->templates);
}

uint64_t stream_time_ns(const struct stream *stream, uint64_t number)
{
	double gap_ns = (double)NS_PER_S / stream->settings.rate_fps;

	return stream->settings.start_ns + (uint64_t)((double)number * gap_ns);
}

// Replaces as many flows as should have ended in the time of a burst. No more than all of them: the
// others would have come and gone without a packet.
static void churn(struct stream *stream, struct stream_burst *burst)
{
	const struct settings *settings = &stream->settings;
	uint32_t n;

	stream->n_due_flows += settings->churn_per_second / settings->rate_fps * burst->n_packets;
	if (stream->n_due_flows > settings->n_flows)
		stream->n_due_flows = settings->n_flows;
	n = (uint32_t)stream->n_due_flows;
	stream->n_due_flows -= n;
	burst->first_replaced = stream->next_slot;
	burst->n_replaced = n;
	stream->next_slot += n;
	if (stream->next_slot >= settings->n_flows) {
		stream->next_slot -= settings->n_flows;
		stream->generation += settings->n_flows;
	}
}

static uint32_t begin_flow(struct stream *stream)
{
	uint32_t slot = stream->next_slot;

	if (++stream->next_slot == stream->settings.n_flows) {
		stream->next_slot = 0;
		stream->generation += stream->settings.n_flows;
	}
	return slot;
}

static uint64_t flow_number(const struct stream *stream, uint32_t slot)
{
	return slot + stream->generation +
	       (slot < stream->next_slot ? stream->settings.n_flows : 0);
}

// A bijection of 32-bit numbers: multiplication by an odd number and x ^ x >> n both are.
static uint32_t mix(uint32_t number)
{
	number = (number ^ number >> 16) * UINT32_C(0xbf58476d);
	number = (number ^ number >> 15) * UINT32_C(0x94d049bb);
	return number ^ number >> 16;
}

static enum family family_of(const struct stream *stream, uint64_t number)
{
	uint16_t weyl = (uint16_t)((uint32_t)number * WEYL_FAMILY + stream->flow_seed);

	return weyl < stream->v6_threshold ? FAMILY_IPV6 : FAMILY_IPV4;
}

static uint32_t luck_of(const struct stream *stream, uint64_t number)
{
	return (uint32_t)((number + stream->flow_seed) * WEYL_KIND >> 54);
}
static_assert(TEMPLATE_LUCKS == 1 << 10, "luck has 10 bits");

// The remainder by multiplication. Rounding the reciprocal down is made good by number + 1: exact
// as long as (number + 1) * subscribers is at most 2^64, and settings bound them to 2^40 and 2^24.
static void become_flow(const struct stream *stream, uint64_t number, enum segment segment,
                        uint32_t size, struct stream_packet *packet)
{
	uint32_t n_subscribers = stream->settings.stream.n_subscribers;
	unsigned __int128 product = (unsigned __int128)(number + 1) * stream->subscriber_reciprocal;
	uint64_t quotient = (uint64_t)(product >> 64);
	uint32_t client = (uint32_t)(number - quotient * n_subscribers);
	uint32_t rest = mix((uint32_t)quotient + client * UINT32_C(0x9e3779b1) + stream->flow_seed);
	bool udp = (((rest >> 7 ^ rest >> 22) & stream->udp_mask) | stream->udp_always) != 0;

	packet->client = client;
	packet->client_port = FIRST_EPHEMERAL_PORT | (uint16_t)(rest & (FIRST_EPHEMERAL_PORT - 1));
	packet->server = rest >> PORT_BITS & (STREAM_N_SERVERS - 1);
	packet->server_port = services[rest >> (PORT_BITS + SERVER_BITS)];
	packet->family = family_of(stream, number);
	packet->reverse = segment == SEGMENT_REVERSE;
	packet->template = (uint16_t)template_set_number(
		&stream->templates, packet->family, luck_of(stream, number), udp, segment, size);
}

static uint32_t next_size(struct stream *stream)
{
	const struct stream_settings *settings = &stream->settings.stream;
	uint32_t size = settings->cycle[stream->size_at];

	stream->size_at = stream->size_at + 1 == settings->n_cycle ? 0 : stream->size_at + 1;
	return size;
}

// One draw decides all: 40 bits which flow, one bit the direction, 16 bits whether it is a new one.
static void draw_packet(struct stream *stream, struct stream_packet *packet)
{
	uint64_t bits = random_bits(&stream->random);
	uint64_t luck = bits >> 24;
	enum segment segment = (bits >> 16 & 1) != 0 ? SEGMENT_REVERSE : SEGMENT_FORWARD;

	packet->begins = (bits & (SHARE_ONE - 1)) < stream->begin_threshold;
	if (packet->begins) {
		packet->slot = begin_flow(stream);
		segment = SEGMENT_OPENING;
	} else if (stream->settings.stream.zipf)
		packet->slot = zipf_rank(&stream->zipf, luck, &stream->random);
	else
		packet->slot = (uint32_t)(luck * stream->settings.n_flows >> 40);
	become_flow(stream, flow_number(stream, packet->slot), segment, next_size(stream), packet);
}

// How the flow of a client goes, its packets by their segments.
static const uint8_t *choose_segments(const struct stream *stream, uint32_t client)
{
	static const uint8_t scan[][4] = {
		{SEGMENT_PROBE, N_SEGMENTS},
		{SEGMENT_PROBE, SEGMENT_PROBE_ACCEPTANCE, N_SEGMENTS},
		{SEGMENT_PROBE, SEGMENT_RESET, N_SEGMENTS},
	};
	static const uint8_t flood[][4] = {
		{SEGMENT_OPENING, N_SEGMENTS},
		{SEGMENT_OPENING, SEGMENT_ACCEPTANCE, N_SEGMENTS},
		{SEGMENT_OPENING, SEGMENT_ACCEPTANCE, SEGMENT_RESET, N_SEGMENTS},
		{SEGMENT_OPENING, SEGMENT_ACCEPTANCE, SEGMENT_GUESS, N_SEGMENTS},
	};
	const uint8_t(*flows)[4] = stream->settings.pattern == PATTERN_SCAN ? scan : flood;
	uint64_t bits = random_mix((uint64_t)stream->flow_seed << 32 | client);
	uint32_t luck = (uint32_t)(bits >> 16) & (SHARE_ONE - 1);

	if ((bits & (SHARE_ONE - 1)) >= stream->answered_threshold)
		return flows[0];
	if (luck < stream->reset_threshold)
		return flows[2];
	return luck < stream->guess_threshold ? flows[3] : flows[1];
}

static uint64_t count_clients(const struct stream *stream, enum family family)
{
	if (stream->settings.stream.n_subscribers > 0)
		return stream->settings.stream.n_subscribers;
	return family == FAMILY_IPV4 ? CLIENTS_IN_IPV4 : CLIENTS_IN_IPV6;
}

// A further round among the clients goes by other ports.
static void begin_sweep_flow(struct stream *stream, struct sweep_flow *flow)
{
	bool scan = stream->settings.pattern == PATTERN_SCAN;
	uint64_t flow_number = stream->n_swept[FAMILY_IPV4] + stream->n_swept[FAMILY_IPV6];
	enum family family = family_of(stream, flow_number);
	uint64_t number = stream->n_swept[family]++;
	uint64_t n_clients = count_clients(stream, family);
	uint64_t round = number < n_clients ? 0 : number / n_clients;
	uint32_t client = (uint32_t)(number - round * n_clients);
	uint64_t port = scan ? round : mix(client + stream->flow_seed) + round;

	flow->luck = luck_of(stream, flow_number);
	flow->segment = choose_segments(stream, client);
	flow->packet = (struct stream_packet){
		.client = client,
		.client_port = scan && round == 0
	                               ? SWEEP_PORT
	                               : FIRST_EPHEMERAL_PORT |
	                                         (uint16_t)(port & (FIRST_EPHEMERAL_PORT - 1)),
		.server_port = scan ? SCANNER_PORT : SWEEP_PORT,
		.family = (uint8_t)family,
		.first_round = round == 0,
	};
}

static void sweep_packet(struct stream *stream, struct stream_packet *packet)
{
	struct sweep_flow *flow = &stream->swept;
	bool udp = stream->settings.stream.protocols == PROTOCOLS_UDP;
	enum segment segment;

	if (flow->segment == NULL || *flow->segment == N_SEGMENTS)
		begin_sweep_flow(stream, flow);
	segment = *flow->segment++;
	*packet = flow->packet;
	packet->reverse = segment_is_reverse(segment);
	packet->template = (uint16_t)template_set_number(
		&stream->templates, packet->family, flow->luck, udp, segment, next_size(stream));
	stream->n_drawn++;
}

void stream_draw(struct stream *stream, struct stream_burst *ret_burst)
{
	uint64_t n_left = stream->n_frames - stream->n_drawn;
	uint32_t n = n_left < STREAM_BURST ? (uint32_t)n_left : STREAM_BURST;

	ret_burst->n_packets = n;
	ret_burst->n_replaced = 0;
	if (stream->settings.pattern != PATTERN_STREAM) {
		for (uint32_t i = 0; i < n; i++)
			sweep_packet(stream, &ret_burst->packets[i]);
		return;
	}
	churn(stream, ret_burst);
	for (uint32_t i = 0; i < n; i++)
		draw_packet(stream, &ret_burst->packets[i]);
	stream->n_drawn += n;
}
