#include "layers.h"

#include <assert.h>
#include <string.h>

#include "proto/bytes.h"

enum {
	MPLS_HOP_LIMIT = 62,
	MPLS_BOTTOM = 0x100,
	GRE_HAS_KEY = 0x2000,
	GTPU_VERSION_1 = 0x30,
	GTPU_HAS_EXTENSION = 0x04,
	GTPU_USER_PACKET = 0xff,
	GTPU_PDU_SESSION = 0x85,
	ROUTING_TYPE_SEGMENTS = 4,
};

struct ethernet_header {
	uint8_t destination[6], source[6];
	be16 ethertype;
};
static_assert(sizeof(struct ethernet_header) == 14, "an Ethernet header");

struct vlan_tag {
	be16 vlan;
	be16 ethertype;
};

struct pppoe_header {
	uint8_t version_and_type, code;
	be16 session, length;
	be16 ppp_protocol;
};
static_assert(sizeof(struct pppoe_header) == 8, "PPPoE and the PPP protocol");

struct gre_header {
	be16 flags;
	be16 ethertype;
};

struct vxlan_header {
	uint8_t flags;
	uint8_t reserved[3];
	be32 network; // in the upper 24 bits
};
static_assert(sizeof(struct vxlan_header) == 8, "a VXLAN header");

struct geneve_header {
	uint8_t version_and_option_words, flags;
	be16 ethertype;
	be32 network; // in the upper 24 bits
};
static_assert(sizeof(struct geneve_header) == 8, "a GENEVE header");

struct geneve_option {
	be16 class;
	uint8_t type, words;
	be32 value;
};

struct gtpu_header {
	uint8_t flags, message;
	be16 length; // of what follows these eight bytes
	be32 endpoint;
};

struct gtpu_extension {
	be16 sequence;
	uint8_t pdu_number;
	uint8_t type;
	uint8_t words, pdu_type, qos_flow, next;
};
static_assert(sizeof(struct gtpu_extension) == 8, "optional fields and one extension header");

struct segment_header {
	uint8_t next, octets8, type, segments_left;
	uint8_t last_entry, flags;
	be16 tag;
	uint8_t segments[2][16]; // in reverse order of travel
};
static_assert(sizeof(struct segment_header) == 40, "a segment routing header of two segments");

struct teredo_origin {
	be16 indicator;
	be16 port;
	be32 ipv4;
};

uint16_t family_ethertype(enum family family)
{
	return family == FAMILY_IPV4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
}

uint8_t family_protocol(enum family family)
{
	return family == FAMILY_IPV4 ? PROTOCOL_IPV4 : PROTOCOL_IPV6;
}

void packet_push_ethernet(struct packet_builder *builder, uint16_t ethertype, bool reverse)
{
	static const uint8_t stations[2][6] = {{2, 0, 0, 0, 0, 0x0a}, {2, 0, 0, 0, 0, 0x0b}};
	struct ethernet_header *header = packet_push(builder, sizeof(*header));

	memcpy(header->source, stations[reverse], sizeof(header->source));
	memcpy(header->destination, stations[!reverse], sizeof(header->destination));
	header->ethertype = be16_from(ethertype);
}

void packet_push_vlan(struct packet_builder *builder, uint16_t ethertype, uint16_t vlan)
{
	struct vlan_tag *tag = packet_push(builder, sizeof(*tag));

	tag->vlan = be16_from(vlan);
	tag->ethertype = be16_from(ethertype);
}

void packet_push_mpls(struct packet_builder *builder, uint32_t label, bool bottom)
{
	be32 *entry = packet_push(builder, sizeof(*entry));

	*entry = be32_from(label << 12 | (bottom ? MPLS_BOTTOM : 0) | MPLS_HOP_LIMIT);
}

void packet_push_pppoe(struct packet_builder *builder, enum family family, uint16_t session)
{
	uint32_t ip_bytes = packet_bytes(builder);
	struct pppoe_header *header = packet_push(builder, sizeof(*header));

	header->version_and_type = 0x11;
	header->session = be16_from(session);
	header->length = be16_from((uint16_t)(ip_bytes + sizeof(header->ppp_protocol)));
	header->ppp_protocol = be16_from(family == FAMILY_IPV4 ? 0x0021 : 0x0057);
}

void packet_push_gre(struct packet_builder *builder, enum family family, uint32_t key)
{
	struct gre_header *header;

	if (key != 0) {
		be32 *field = packet_push(builder, sizeof(*field));

		*field = be32_from(key);
	}
	header = packet_push(builder, sizeof(*header));
	header->flags = be16_from(key != 0 ? GRE_HAS_KEY : 0);
	header->ethertype = be16_from(family_ethertype(family));
}

void packet_push_vxlan(struct packet_builder *builder, uint32_t network)
{
	struct vxlan_header *header = packet_push(builder, sizeof(*header));

	header->flags = 0x08; // the network number is valid
	header->network = be32_from(network << 8);
}

void packet_push_geneve(struct packet_builder *builder, uint32_t network, uint32_t option)
{
	struct geneve_header *header;

	if (option != 0) {
		struct geneve_option *tlv = packet_push(builder, sizeof(*tlv));

		tlv->class = be16_from(0xff00); // the range for experiments (RFC 8926, 3.5)
		tlv->type = 1;
		tlv->words = sizeof(tlv->value) / 4;
		tlv->value = be32_from(option);
	}
	header = packet_push(builder, sizeof(*header));
	header->version_and_option_words = option != 0 ? sizeof(struct geneve_option) / 4 : 0;
	header->ethertype = be16_from(0x6558); // Ethernet inside
	header->network = be32_from(network << 8);
}

void packet_push_gtpu(struct packet_builder *builder, uint32_t endpoint, uint8_t qos_flow)
{
	struct gtpu_header *header;
	uint32_t length;

	if (qos_flow != 0) {
		struct gtpu_extension *extension = packet_push(builder, sizeof(*extension));

		extension->type = GTPU_PDU_SESSION;
		extension->words = 1;
		extension->qos_flow = qos_flow;
	}
	length = packet_bytes(builder);
	header = packet_push(builder, sizeof(*header));
	header->flags = GTPU_VERSION_1 | (qos_flow != 0 ? GTPU_HAS_EXTENSION : 0);
	header->message = GTPU_USER_PACKET;
	header->length = be16_from((uint16_t)length);
	header->endpoint = be32_from(endpoint);
}

void packet_push_segments(struct packet_builder *builder, uint8_t next,
                          const struct address *last_segment, const struct address *first_segment)
{
	struct segment_header *header = packet_push(builder, sizeof(*header));

	header->next = next;
	header->octets8 = sizeof(*header) / 8 - 1;
	header->type = ROUTING_TYPE_SEGMENTS;
	header->segments_left = 1;
	header->last_entry = 1;
	memcpy(header->segments[0], last_segment->bytes, sizeof(header->segments[0]));
	memcpy(header->segments[1], first_segment->bytes, sizeof(header->segments[1]));
}

void packet_push_teredo_origin(struct packet_builder *builder, uint16_t port, uint32_t ipv4)
{
	struct teredo_origin *origin = packet_push(builder, sizeof(*origin));

	origin->port = be16_from((uint16_t)~port); // sent inverted, so that no NAT rewrites it
	origin->ipv4 = be32_from(~ipv4);
}
