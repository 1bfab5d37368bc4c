#include "conversation.h"

#include <string.h>

enum {
	TCP_MAX_DATA_BYTES = 1360, // leaves room for the tunnels in 1,500 bytes
	UDP_MIN_DATA_BYTES = 24,
	UDP_MAX_DATA_BYTES = 1320,
	REQUEST_MAX_BYTES = 500,
	ECHO_BYTES = 56,
	ERROR_EVERY = 8, // one in so many ICMP packets is an error with a quote
	QUOTED_BYTES = 64,
	FRAGMENT_BYTES = 1280, // a multiple of 8
	DATAGRAM_MIN_BYTES = 1500,
	DATAGRAM_MAX_BYTES = 4000,
};

static void expect_packet(struct expectation *expected, const struct packet_builder *builder,
                          const struct path *path, uint8_t protocol)
{
	expected->payload = path->source.family;
	expected->payload_bytes = packet_bytes(builder);
	expected->protocol = protocol;
	expected->path = *path;
}

// Ports do not enter the key of a fragment.
static struct path path_without_ports(const struct path *path)
{
	return (struct path){.source = path->source, .destination = path->destination};
}

// Data of a TCP segment: servers mostly send full ones, clients mostly acknowledge.
static uint32_t draw_data_bytes(struct random *random, bool from_server)
{
	uint32_t luck = random_below(random, 100);

	if (from_server && luck < 60)
		return TCP_MAX_DATA_BYTES;
	if (luck < 80)
		return 0;
	return 1 + random_below(random, REQUEST_MAX_BYTES);
}

static void next_tcp(struct flow *flow, struct random *random, struct packet_builder *builder,
                     const struct path *path, bool reverse)
{
	uint32_t *own = reverse ? &flow->server_sequence : &flow->client_sequence;
	uint32_t peer = reverse ? flow->client_sequence : flow->server_sequence;
	uint32_t n_data = flow->n_packets < 3 ? 0 : draw_data_bytes(random, reverse);
	uint8_t flags = TCP_ACK;

	if (flow->n_packets < 2)
		flags = reverse ? TCP_SYN | TCP_ACK : TCP_SYN;
	else if (n_data > 0)
		flags |= TCP_PUSH;
	packet_begin(builder, n_data, random_bits(random));
	packet_push_tcp(builder, path, *own, flags & TCP_ACK ? peer : 0, flags);
	*own += flags & TCP_SYN ? 1 : n_data;
}

static void next_udp(struct random *random, struct packet_builder *builder, const struct path *path,
                     bool reverse)
{
	uint32_t span = reverse ? UDP_MAX_DATA_BYTES - UDP_MIN_DATA_BYTES : REQUEST_MAX_BYTES;
	uint32_t n_data = UDP_MIN_DATA_BYTES + random_below(random, span);

	packet_begin(builder, n_data, random_bits(random));
	packet_push_udp(builder, path);
}

// The quote is a whole packet of the other direction, which must not be counted as traffic.
static void next_icmp_error(struct random *random, struct packet_builder *builder,
                            const struct path *path)
{
	struct path quoted = path_reversed(path);

	quoted.source_port = 40000;
	quoted.destination_port = 33434;
	packet_begin(builder, QUOTED_BYTES, random_bits(random));
	packet_push_udp(builder, &quoted);
	packet_push_ip(builder, &quoted, PROTOCOL_UDP);
	packet_push_unreachable(builder, path);
}

static void next_icmp(const struct flow *flow, struct random *random,
                      struct packet_builder *builder, const struct path *path, bool reverse)
{
	if (random_below(random, ERROR_EVERY) == 0) {
		next_icmp_error(random, builder, path);
		return;
	}
	packet_begin(builder, ECHO_BYTES, random_bits(random));
	packet_push_echo(builder, path, reverse, (uint16_t)(flow->n_packets / 2));
}

// The handshake is client, server, client; ICMP alternates; later two of three come from the
// server.
static bool draw_reverse(const struct flow *flow, struct random *random)
{
	if (flow->n_packets < 3 || flow->kind == KIND_ICMP)
		return flow->n_packets % 2 == 1;
	return random_below(random, 3) != 0;
}

void conversation_next(struct flow *flow, struct random *random, struct packet_builder *builder,
                       struct expectation *ret_expected, bool *ret_reverse)
{
	bool reverse = draw_reverse(flow, random);
	struct path path = reverse ? path_reversed(&flow->path) : flow->path;

	if (flow->protocol == PROTOCOL_TCP)
		next_tcp(flow, random, builder, &path, reverse);
	else if (flow->protocol == PROTOCOL_UDP)
		next_udp(random, builder, &path, reverse);
	else
		next_icmp(flow, random, builder, &path, reverse);
	packet_push_ip(builder, &path, flow->protocol);
	expect_packet(ret_expected, builder, &path, flow->protocol);
	ret_expected->acknowledges = flow->protocol != PROTOCOL_TCP || flow->n_packets > 0;
	flow->n_packets++;
	*ret_reverse = reverse;
}

void conversation_datagram(struct flow *flow, struct random *random, struct packet_builder *builder,
                           struct datagram *ret_datagram)
{
	uint32_t n_bytes = DATAGRAM_MIN_BYTES +
	                   random_below(random, DATAGRAM_MAX_BYTES - DATAGRAM_MIN_BYTES);

	ret_datagram->path = draw_reverse(flow, random) ? path_reversed(&flow->path) : flow->path;
	packet_begin(builder, n_bytes, random_bits(random));
	packet_push_udp(builder, &ret_datagram->path);
	ret_datagram->identification = (uint32_t)random_bits(random);
	ret_datagram->n_bytes = packet_bytes(builder);
	ret_datagram->n_sent_bytes = 0;
	memcpy(ret_datagram->bytes, packet_data(builder), ret_datagram->n_bytes);
	flow->n_packets++;
}

bool datagram_is_pending(const struct datagram *datagram)
{
	return datagram->n_sent_bytes < datagram->n_bytes;
}

void datagram_next(struct datagram *datagram, struct packet_builder *builder,
                   struct expectation *ret_expected)
{
	uint32_t offset = datagram->n_sent_bytes;
	uint32_t n_left = datagram->n_bytes - offset;
	uint32_t n_bytes = n_left < FRAGMENT_BYTES ? n_left : FRAGMENT_BYTES;
	struct path keyed = path_without_ports(&datagram->path);

	packet_begin_copy(builder, datagram->bytes + offset, n_bytes);
	packet_push_ip_fragment(builder, &datagram->path, PROTOCOL_UDP, datagram->identification,
	                        offset, n_bytes < n_left);
	datagram->n_sent_bytes += n_bytes;
	expect_packet(ret_expected, builder, &keyed, PROTOCOL_UDP);
	ret_expected->is_fragment = true;
	ret_expected->acknowledges = true;
}
