#include "packet_builder.h"

#include <assert.h>
#include <string.h>

#include "proto/bytes.h"

#include "random.h"

enum {
	HOP_LIMIT = 61,
	TCP_WINDOW = 64240,
	ECHO_IDENTIFIER = 0x6a15,
	IPV4_DO_NOT_FRAGMENT = 0x4000,
	IPV4_MORE_FRAGMENTS = 0x2000,
};

struct ipv4_header {
	uint8_t version_and_words;
	uint8_t traffic_class;
	be16 total_bytes;
	be16 identification;
	be16 fragment;
	uint8_t hop_limit;
	uint8_t protocol;
	be16 checksum;
	uint8_t source[4], destination[4];
};
static_assert(sizeof(struct ipv4_header) == 20, "an IPv4 header without options");

struct ipv6_header {
	be32 version_and_flow;
	be16 payload_bytes;
	uint8_t next;
	uint8_t hop_limit;
	uint8_t source[16], destination[16];
};
static_assert(sizeof(struct ipv6_header) == 40, "an IPv6 header");

struct ipv6_fragment_header {
	uint8_t next;
	uint8_t reserved;
	be16 offset_and_more;
	be32 identification;
};
static_assert(sizeof(struct ipv6_fragment_header) == 8, "an IPv6 fragment header");

struct tcp_header {
	be16 source_port, destination_port;
	be32 sequence, acknowledged;
	uint8_t words;
	uint8_t flags;
	be16 window, checksum, urgent;
};
static_assert(sizeof(struct tcp_header) == 20, "a TCP header without options");

struct udp_header {
	be16 source_port, destination_port;
	be16 length, checksum;
};
static_assert(sizeof(struct udp_header) == 8, "a UDP header");

struct icmp_header {
	uint8_t type, code;
	be16 checksum;
	be16 identifier, sequence; // unused in errors
};
static_assert(sizeof(struct icmp_header) == 8, "an ICMP header");

// Adds bytes to a sum of 16-bit words (RFC 1071).
static uint32_t sum_add(uint32_t sum, const uint8_t *bytes, uint32_t n_bytes)
{
	for (uint32_t i = 0; i + 1 < n_bytes; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (n_bytes % 2 != 0)
		sum += (uint32_t)bytes[n_bytes - 1] << 8;
	return sum;
}

static be16 sum_checksum(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return be16_from((uint16_t)~sum);
}

// Checksum over the packet so far and, as both TCP and UDP want it, the pseudo header.
static be16 transport_checksum(const struct packet_builder *builder, const struct path *path,
                               uint8_t protocol)
{
	uint32_t n_bytes = packet_bytes(builder);
	uint32_t sum = n_bytes + protocol;

	sum = sum_add(sum, path->source.bytes, address_bytes(path->source.family));
	sum = sum_add(sum, path->destination.bytes, address_bytes(path->destination.family));
	return sum_checksum(sum_add(sum, packet_data(builder), n_bytes));
}

void packet_begin(struct packet_builder *builder, uint32_t n_bytes, uint64_t pattern)
{
	assert(n_bytes <= PACKET_MAX_PAYLOAD_BYTES);
	builder->start = PACKET_HEADROOM_BYTES;
	builder->end = builder->start + n_bytes;
	for (uint32_t i = 0; i < n_bytes; i += sizeof(pattern)) {
		uint32_t n_left = n_bytes - i;

		memcpy(builder->bytes + builder->start + i, &pattern,
		       n_left < sizeof(pattern) ? n_left : sizeof(pattern));
		pattern = random_mix(pattern + i);
	}
}

void packet_begin_copy(struct packet_builder *builder, const uint8_t *bytes, uint32_t n_bytes)
{
	assert(n_bytes <= PACKET_MAX_PAYLOAD_BYTES);
	builder->start = PACKET_HEADROOM_BYTES;
	builder->end = builder->start + n_bytes;
	memcpy(builder->bytes + builder->start, bytes, n_bytes);
}

const uint8_t *packet_data(const struct packet_builder *builder)
{
	return builder->bytes + builder->start;
}

uint32_t packet_bytes(const struct packet_builder *builder)
{
	return builder->end - builder->start;
}

void *packet_push(struct packet_builder *builder, uint32_t n_bytes)
{
	assert(n_bytes <= builder->start);
	builder->start -= n_bytes;
	return memset(builder->bytes + builder->start, 0, n_bytes);
}

void packet_pad(struct packet_builder *builder, uint32_t n_bytes)
{
	uint32_t n_now = packet_bytes(builder);

	if (n_now >= n_bytes)
		return;
	assert(builder->end + (n_bytes - n_now) <= PACKET_ROOM_BYTES);
	memset(builder->bytes + builder->end, 0, n_bytes - n_now);
	builder->end += n_bytes - n_now;
}

void packet_push_tcp(struct packet_builder *builder, const struct path *path, uint32_t sequence,
                     uint32_t acknowledged, uint8_t flags)
{
	struct tcp_header *header = packet_push(builder, sizeof(*header));

	header->source_port = be16_from(path->source_port);
	header->destination_port = be16_from(path->destination_port);
	header->sequence = be32_from(sequence);
	header->acknowledged = be32_from(acknowledged);
	header->words = sizeof(*header) / 4 << 4;
	header->flags = flags;
	header->window = be16_from(TCP_WINDOW);
	header->checksum = transport_checksum(builder, path, PROTOCOL_TCP);
}

void packet_push_udp(struct packet_builder *builder, const struct path *path)
{
	struct udp_header *header = packet_push(builder, sizeof(*header));

	header->source_port = be16_from(path->source_port);
	header->destination_port = be16_from(path->destination_port);
	header->length = be16_from((uint16_t)packet_bytes(builder));
	header->checksum = transport_checksum(builder, path, PROTOCOL_UDP);
	if (be16_value(header->checksum) == 0) // 0 would say that there is none (RFC 768)
		header->checksum = be16_from(0xffff);
}

// ICMPv6 sums the pseudo header too, ICMP does not.
static void icmp_finish(struct packet_builder *builder, const struct path *path,
                        struct icmp_header *header)
{
	if (path->source.family == FAMILY_IPV6)
		header->checksum = transport_checksum(builder, path, PROTOCOL_ICMPV6);
	else
		header->checksum = sum_checksum(
			sum_add(0, packet_data(builder), packet_bytes(builder)));
}

void packet_push_echo(struct packet_builder *builder, const struct path *path, bool reply,
                      uint16_t sequence)
{
	struct icmp_header *header = packet_push(builder, sizeof(*header));

	if (path->source.family == FAMILY_IPV6)
		header->type = reply ? 129 : 128;
	else
		header->type = reply ? 0 : 8;
	header->identifier = be16_from(ECHO_IDENTIFIER);
	header->sequence = be16_from(sequence);
	icmp_finish(builder, path, header);
}

void packet_push_unreachable(struct packet_builder *builder, const struct path *path)
{
	struct icmp_header *header = packet_push(builder, sizeof(*header));

	header->type = path->source.family == FAMILY_IPV6 ? 1 : 3;
	header->code = path->source.family == FAMILY_IPV6 ? 4 : 3;
	icmp_finish(builder, path, header);
}

static void push_ipv4(struct packet_builder *builder, const struct path *path, uint8_t protocol,
                      uint32_t identification, uint32_t fragment)
{
	struct ipv4_header *header = packet_push(builder, sizeof(*header));

	header->version_and_words = 4 << 4 | sizeof(*header) / 4;
	header->total_bytes = be16_from((uint16_t)packet_bytes(builder));
	header->identification = be16_from((uint16_t)identification);
	header->fragment = be16_from((uint16_t)fragment);
	header->hop_limit = HOP_LIMIT;
	header->protocol = protocol;
	memcpy(header->source, path->source.bytes, sizeof(header->source));
	memcpy(header->destination, path->destination.bytes, sizeof(header->destination));
	header->checksum = sum_checksum(sum_add(0, packet_data(builder), sizeof(*header)));
}

static void push_ipv6(struct packet_builder *builder, const struct path *path, uint8_t next)
{
	uint32_t payload_bytes = packet_bytes(builder);
	struct ipv6_header *header = packet_push(builder, sizeof(*header));

	header->version_and_flow = be32_from(UINT32_C(6) << 28);
	header->payload_bytes = be16_from((uint16_t)payload_bytes);
	header->next = next;
	header->hop_limit = HOP_LIMIT;
	memcpy(header->source, path->source.bytes, sizeof(header->source));
	memcpy(header->destination, path->destination.bytes, sizeof(header->destination));
}

void packet_push_ip(struct packet_builder *builder, const struct path *path, uint8_t protocol)
{
	if (path->source.family == FAMILY_IPV4)
		push_ipv4(builder, path, protocol, 0, IPV4_DO_NOT_FRAGMENT);
	else
		push_ipv6(builder, path, protocol);
}

void packet_push_ip_fragment(struct packet_builder *builder, const struct path *path,
                             uint8_t protocol, uint32_t identification, uint32_t offset_bytes,
                             bool more)
{
	struct ipv6_fragment_header *header;

	assert(offset_bytes % 8 == 0);
	if (path->source.family == FAMILY_IPV4) {
		push_ipv4(builder, path, protocol, identification,
		          offset_bytes / 8 | (more ? IPV4_MORE_FRAGMENTS : 0));
		return;
	}
	header = packet_push(builder, sizeof(*header));
	header->next = protocol;
	header->offset_and_more = be16_from((uint16_t)(offset_bytes | more));
	header->identification = be32_from(identification);
	push_ipv6(builder, path, PROTOCOL_FRAGMENT);
}

uint8_t icmp_protocol(enum family family)
{
	return family == FAMILY_IPV4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
}
