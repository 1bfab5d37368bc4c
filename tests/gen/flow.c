#include "flow.h"

#include "address_plan.h"
#include "layers.h"

enum {
	N_SERVERS = 512,
	N_GATEWAYS = 64,
	N_EPHEMERAL_PORTS = 28232,
	MAX_TAG = 4094, // a VLAN is the smallest of the fields
	ADDRESSES_PER_CLIENT = 2, // of IPv6: a lasting and a temporary one
};

// Made to look like an interface identifier of hardware (RFC 4291, appendix A); can be none of
// those that give ISATAP away.
static uint64_t interface_identifier(uint64_t number)
{
	return UINT64_C(0x020000fffe000000) | (random_mix(number) & UINT64_C(0x00ffff0000ffffff));
}

// Port that the client's NAT shows to the Teredo server.
static uint16_t teredo_port(uint32_t client)
{
	return (uint16_t)(FIRST_EPHEMERAL_PORT + client % N_EPHEMERAL_PORTS);
}

static struct address client_address(enum kind kind, enum family family, uint32_t client,
                                     uint64_t luck)
{
	uint32_t ipv4 = CLIENTS_IPV4 + client;

	if (family == FAMILY_IPV4)
		return address_ipv4(ipv4);
	switch (kind) {
	case KIND_6TO4:
		return address_ipv6(UINT64_C(0x2002) << 48 | (uint64_t)ipv4 << 16, 1);
	case KIND_ISATAP: // the universal bit says whether the IPv4 address is a public one
		return address_ipv6(CLIENTS_IPV6, UINT64_C(0x5efe) << 32 | (luck % 2) << 57 | ipv4);
	case KIND_TEREDO: // flags, and the port and address of the NAT inverted
		return address_ipv6(TEREDO_IPV6, (uint64_t)(uint16_t)~teredo_port(client) << 32 |
		                                         (uint32_t)~ipv4);
	default:
		return address_ipv6(CLIENTS_IPV6 + client,
		                    interface_identifier(client * ADDRESSES_PER_CLIENT +
		                                         luck % ADDRESSES_PER_CLIENT));
	}
}

static struct address server_address(enum kind kind, enum family family, uint32_t server)
{
	if (family == FAMILY_IPV4)
		return address_ipv4(SERVERS_IPV4 + server);
	if (kind == KIND_NAT64)
		return address_ipv6(NAT64_IPV6, SERVERS_IPV4 + server);
	return address_ipv6(server_network(server), server_interface(server));
}

static struct address gateway_address(enum family family, uint32_t gateway)
{
	if (family == FAMILY_IPV4)
		return address_ipv4(GATEWAYS_IPV4 + gateway);
	return address_ipv6(GATEWAYS_IPV6, 1 + gateway);
}

static enum family draw_carrier(enum kind kind, enum family payload, struct random *random)
{
	if (kind_travels_in(kind, payload, FAMILY_IPV4) &&
	    kind_travels_in(kind, payload, FAMILY_IPV6))
		return random_below(random, 2) == 0 ? FAMILY_IPV4 : FAMILY_IPV6;
	return kind_travels_in(kind, payload, FAMILY_IPV4) ? FAMILY_IPV4 : FAMILY_IPV6;
}

// Tunnels from the client's own IPv4 address start there, all others at a gateway.
static void open_tunnel(struct flow *flow, enum family carrier, uint32_t client,
                        struct random *random)
{
	bool from_client = flow->kind == KIND_6TO4 || flow->kind == KIND_ISATAP ||
	                   flow->kind == KIND_TEREDO;

	flow->tunnel.source = from_client ? address_ipv4(CLIENTS_IPV4 + client)
	                                  : gateway_address(carrier, client % N_GATEWAYS);
	flow->tunnel.destination = gateway_address(carrier,
	                                           N_GATEWAYS + random_below(random, N_GATEWAYS));
	if (flow->kind == KIND_TEREDO) {
		flow->tunnel.source_port = teredo_port(client);
		flow->tunnel.destination_port = PORT_TEREDO;
	}
}

static void open_transport(struct flow *flow, enum family payload, struct random *random)
{
	static const uint16_t tcp_ports[] = {443, 443, 443, 80, 8080, 993};
	uint32_t luck = random_below(random, 100);

	if (flow->kind == KIND_ICMP) {
		flow->protocol = icmp_protocol(payload);
		return;
	}
	flow->path.source_port = (uint16_t)(FIRST_EPHEMERAL_PORT +
	                                    random_below(random, N_EPHEMERAL_PORTS));
	if (flow->kind == KIND_FRAGMENTS || luck < 35) {
		flow->protocol = PROTOCOL_UDP;
		flow->path.destination_port = 443;
		return;
	}
	flow->protocol = PROTOCOL_TCP;
	flow->path.destination_port = tcp_ports[luck % 6];
	flow->client_sequence = (uint32_t)random_bits(random);
	flow->server_sequence = (uint32_t)random_bits(random);
}

void flow_open(struct flow *flow, enum kind kind, enum family payload, uint32_t n_clients,
               struct random *random)
{
	uint32_t client = random_below(random, n_clients);
	uint32_t server = random_below(random, N_SERVERS);
	enum family carrier = draw_carrier(kind, payload, random);

	*flow = (struct flow){.kind = kind, .tag = 1 + random_below(random, MAX_TAG)};
	flow->path.source = client_address(kind, payload, client, random_bits(random));
	flow->path.destination = server_address(kind, payload, server);
	open_tunnel(flow, carrier, client, random);
	open_transport(flow, payload, random);
}
