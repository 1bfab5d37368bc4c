#include "stream.h"

#include "address_plan.h"

// Multiplication by an odd number and addition keep numbers apart, in 24 bits and in 32.
static uint32_t client_place(const struct stream *stream, const struct stream_packet *packet)
{
	return packet->client * stream->client_factor + stream->client_offset;
}

// Looks like one made from a hardware address (RFC 4291, appendix A); never one of ISATAP's.
static uint64_t client_interface(uint32_t place)
{
	uint64_t mixed = place * UINT64_C(0x9e3779b97f4a7c15);

	return UINT64_C(0x020000fffe000000) | (mixed >> 8 & UINT64_C(0x00ffff0000ffffff));
}

static void write_ipv4(const struct stream *stream, const struct stream_packet *packet,
                       uint8_t *place)
{
	const struct template_ends ends = {
		.client_interface = CLIENTS_IPV4 | client_place(stream, packet) % CLIENTS_IN_IPV4,
		.server_interface = SERVERS_IPV4 + packet->server,
		.client_port = packet->client_port,
		.server_port = packet->server_port,
	};

	template_fill_ipv4(stream_template(stream, packet), &ends, place);
}

static void write_ipv6(const struct stream *stream, const struct stream_packet *packet,
                       uint8_t *place)
{
	uint32_t client = client_place(stream, packet);
	const struct template_ends ends = {
		.client_network = CLIENTS_IPV6 + client,
		.client_interface = client_interface(client),
		.server_network = server_network(packet->server),
		.server_interface = server_interface(packet->server),
		.client_port = packet->client_port,
		.server_port = packet->server_port,
	};

	template_fill_ipv6(stream_template(stream, packet), &ends, place);
}

// One family after the other: which of the two a packet has cannot be foreseen, and a branch on it
// would be mispredicted every second time. The lists are made without one.
void stream_write(const struct stream *stream, const struct stream_burst *burst,
                  uint8_t *const *places)
{
	uint8_t lists[N_FAMILIES][STREAM_BURST];
	uint32_t n[N_FAMILIES] = {0};

	for (uint32_t i = 0; i < burst->n_packets; i++) {
		uint8_t family = burst->packets[i].family;

		lists[family][n[family]++] = (uint8_t)i;
	}
	for (uint32_t i = 0; i < n[FAMILY_IPV4]; i++) {
		uint8_t at = lists[FAMILY_IPV4][i];

		write_ipv4(stream, &burst->packets[at], places[at]);
	}
	for (uint32_t i = 0; i < n[FAMILY_IPV6]; i++) {
		uint8_t at = lists[FAMILY_IPV6][i];

		write_ipv6(stream, &burst->packets[at], places[at]);
	}
}
