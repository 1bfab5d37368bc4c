#include "template.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "address_plan.h"
#include "flow.h"
#include "wrap.h"

enum {
	TAG = 100, // VLAN, label, session, key or network number of all
	IPV4_BYTES = 20,
	IPV6_BYTES = 40,
	IPV4_CHECKSUM_AT = 10,
	IPV4_SOURCE_AT = 12,
	IPV6_SOURCE_AT = 8,
	TCP_CHECKSUM_AT = 16,
	UDP_CHECKSUM_AT = 6,
	SEQUENCE = 0x5e900001, // of all packets
	// Acknowledged by a packet under way: more than its peer's packet can have held, and much
	// less than a window, so that it always follows what was sent.
	ACKNOWLEDGED = SEQUENCE + 2048,
	GUESSED = SEQUENCE + 0x10000000,
	PAYLOAD_PATTERN = 0x6a15,
};

static uint32_t ip_header_bytes(enum family family)
{
	return family == FAMILY_IPV4 ? IPV4_BYTES : IPV6_BYTES;
}

// Odd numbers get the shorter of two shapes that some kinds have: kinds with both carriers show
// both.
static struct flow plan_flow(const struct template_plan *plan)
{
	struct flow flow = {.kind = plan->kind, .tag = TAG + plan->carrier};

	flow.path.source.family = flow.path.destination.family = plan->payload;
	if (plan->carrier == FAMILY_IPV4) {
		flow.tunnel.source = address_ipv4(GATEWAYS_IPV4);
		flow.tunnel.destination = address_ipv4(GATEWAYS_IPV4 + 1);
	} else {
		flow.tunnel.source = address_ipv6(GATEWAYS_IPV6, 1);
		flow.tunnel.destination = address_ipv6(GATEWAYS_IPV6, 2);
	}
	return flow;
}

static void push_transport(const struct template_plan *plan, const struct path *path,
                           struct packet_builder *builder)
{
	static const struct {
		uint32_t acknowledged;
		uint8_t flags;
	} fields[N_SEGMENTS] = {
		[SEGMENT_FORWARD] = {ACKNOWLEDGED, TCP_ACK},
		[SEGMENT_REVERSE] = {ACKNOWLEDGED, TCP_ACK},
		[SEGMENT_OPENING] = {0, TCP_SYN},
		[SEGMENT_PROBE] = {0, TCP_SYN},
		[SEGMENT_ACCEPTANCE] = {SEQUENCE + 1, TCP_SYN | TCP_ACK},
		[SEGMENT_PROBE_ACCEPTANCE] = {SEQUENCE + 1, TCP_SYN | TCP_ACK},
		[SEGMENT_RESET] = {SEQUENCE + 1, TCP_RST | TCP_ACK},
		[SEGMENT_GUESS] = {GUESSED, TCP_ACK},
	};

	if (plan->udp)
		packet_push_udp(builder, path);
	else
		packet_push_tcp(builder, path, SEQUENCE, fields[plan->segment].acknowledged,
		                fields[plan->segment].flags);
}

static void build(const struct template_plan *plan, uint32_t n_data, struct packet_builder *builder,
                  struct expectation *ret_expected)
{
	struct flow flow = plan_flow(plan);

	packet_begin(builder, n_data, PAYLOAD_PATTERN);
	push_transport(plan, &flow.path, builder);
	packet_push_ip(builder, &flow.path, plan->udp ? PROTOCOL_UDP : PROTOCOL_TCP);
	*ret_expected = (struct expectation){.payload = plan->payload,
	                                     .payload_bytes = packet_bytes(builder)};
	flow_wrap(&flow, segment_is_reverse(plan->segment), builder, ret_expected);
}

// The outer UDP header of a tunnel would need a second sum for every copy. Both IP versions let it
// go without (RFC 768; RFC 6935 for tunnels in IPv6).
static void clear_outer_checksum(const struct template_plan *plan, struct template *template)
{
	uint32_t outer_at = template->n_bytes - template->expected.carrier_bytes;

	if (plan->kind == KIND_VXLAN || plan->kind == KIND_GENEVE || plan->kind == KIND_GTPU)
		template_put16(template->bytes + outer_at + ip_header_bytes(plan->carrier) +
		                       UDP_CHECKSUM_AT,
		               0);
}

// What the words around a checksum add up to, as the builder found it.
static uint16_t sum_at(const struct template *template, uint8_t at)
{
	be16 checksum;

	memcpy(&checksum, template->bytes + at, sizeof(checksum));
	return (uint16_t)~be16_value(checksum);
}

static void find_fields(const struct template_plan *plan, struct template *template)
{
	bool reverse = segment_is_reverse(plan->segment);
	bool v4 = plan->payload == FAMILY_IPV4;
	uint8_t ip_at = (uint8_t)(template->n_bytes - template->expected.payload_bytes);
	uint8_t source_at = ip_at + (v4 ? IPV4_SOURCE_AT : IPV6_SOURCE_AT);
	uint8_t destination_at = source_at + (v4 ? 4 : 16);
	uint8_t ports_at = (uint8_t)(ip_at + ip_header_bytes(plan->payload));

	template->client_at = reverse ? destination_at : source_at;
	template->server_at = reverse ? source_at : destination_at;
	template->client_port_at = ports_at + (reverse ? 2 : 0);
	template->server_port_at = ports_at + (reverse ? 0 : 2);
	template->checksum_at = ports_at + (plan->udp ? UDP_CHECKSUM_AT : TCP_CHECKSUM_AT);
	template->sum = sum_at(template, template->checksum_at);
	if (v4) {
		template->ipv4_checksum_at = ip_at + IPV4_CHECKSUM_AT;
		template->ipv4_sum = sum_at(template, template->ipv4_checksum_at);
	}
}

int template_init(struct template *template, const struct template_plan *plan)
{
	static struct packet_builder builder;
	struct expectation expected;

	assert(plan->n_bytes >= TEMPLATE_MIN_BYTES && plan->n_bytes <= TEMPLATE_MAX_BYTES);
	// Once to know how long the headers are: with so much data that nothing is padded.
	build(plan, TEMPLATE_MIN_BYTES, &builder, &expected);
	if (packet_bytes(&builder) - TEMPLATE_MIN_BYTES < plan->n_bytes)
		build(plan, plan->n_bytes - (packet_bytes(&builder) - TEMPLATE_MIN_BYTES), &builder,
		      &expected);
	else
		build(plan, 0, &builder, &expected);
	*template = (struct template){
		.n_bytes = (uint16_t)packet_bytes(&builder),
		.segment = (uint8_t)plan->segment,
		.expected = expected,
		.bytes = malloc(packet_bytes(&builder)),
	};
	if (template->bytes == NULL)
		return -ENOMEM;
	memcpy(template->bytes, packet_data(&builder), template->n_bytes);
	clear_outer_checksum(plan, template);
	find_fields(plan, template);
	return 0;
}

void template_fini(struct template *template)
{
	free(template->bytes);
	template->bytes = NULL;
}
