#include "oddity.h"

#include <string.h>

#include "proto/bytes.h"

#include "layers.h"

enum {
	MIN_FRAME_BYTES = 60,
	LLC_SPANNING_TREE = 0x42,
	SPANNING_TREE_BYTES = 38, // with its LLC header
};

// Where fields of the two IP headers are.
enum {
	IPV4_VERSION_AND_WORDS = 0,
	IPV4_TOTAL_BYTES = 2,
	IPV6_VERSION = 0,
	IPV4_HEADER_BYTES = 20,
	IPV6_HEADER_BYTES = 40,
};

enum malformation {
	IPV4_HEADER_TOO_SHORT, // says four words
	IPV4_TOTAL_TOO_SHORT, // less than its own header
	IPV4_WRONG_VERSION,
	IPV4_CUT, // the frame, not the capture, ends inside the header
	IPV6_WRONG_VERSION,
	IPV6_CUT,
	N_MALFORMATIONS
};

static void push_arp(struct packet_builder *builder, struct random *random)
{
	static const uint8_t request[] = {0, 1, 8, 0, 6, 4, 0, 1};
	uint8_t *message;

	packet_begin(builder, 0, 0);
	message = packet_push(builder, 28);
	memcpy(message, request, sizeof(request));
	message[8] = 2; // sender 02:00:00:00:00:00, 10.0.0.0; target 10.0.0.x
	message[14] = 10;
	message[24] = 10;
	message[27] = (uint8_t)random_bits(random);
	packet_push_ethernet(builder, ETHERTYPE_ARP, false);
}

// Chassis, port, time to live, end.
static void push_lldp(struct packet_builder *builder)
{
	static const uint8_t units[] = {0x02, 7, 4,   2,   0,    0, 0, 0,   0x0a, 0x04,
	                                3,    5, 'e', '0', 0x06, 2, 0, 120, 0,    0};

	packet_begin_copy(builder, units, sizeof(units));
	packet_push_ethernet(builder, ETHERTYPE_LLDP, false);
}

static void push_spanning_tree(struct packet_builder *builder)
{
	uint8_t *message;

	packet_begin(builder, 0, 0);
	message = packet_push(builder, SPANNING_TREE_BYTES);
	message[0] = LLC_SPANNING_TREE;
	message[1] = LLC_SPANNING_TREE;
	message[2] = 3; // unnumbered information
	packet_push_ethernet(builder, SPANNING_TREE_BYTES, false);
}

void oddity_make_other(struct packet_builder *builder, struct random *random,
                       struct expectation *ret_expected)
{
	switch (random_below(random, 4)) {
	case 0:
		push_lldp(builder);
		break;
	case 1:
		push_spanning_tree(builder);
		break;
	default:
		push_arp(builder, random);
	}
	packet_pad(builder, MIN_FRAME_BYTES);
	ret_expected->verdict = FRAME_OTHER;
}

// A correct packet of the family, as raw material.
static uint8_t *push_sound(struct packet_builder *builder, enum family family)
{
	struct path path = {.source = {.family = family}, .destination = {.family = family}};

	packet_begin(builder, 20, 0);
	packet_push_udp(builder, &path);
	packet_push_ip(builder, &path, PROTOCOL_UDP);
	return builder->bytes + builder->start;
}

static void spoil(uint8_t *header, enum malformation malformation)
{
	be16 too_short = be16_from(IPV4_HEADER_BYTES - 1);

	switch (malformation) {
	case IPV4_HEADER_TOO_SHORT:
		header[IPV4_VERSION_AND_WORDS] = 4 << 4 | 4;
		return;
	case IPV4_TOTAL_TOO_SHORT:
		memcpy(header + IPV4_TOTAL_BYTES, &too_short, sizeof(too_short));
		return;
	case IPV4_WRONG_VERSION:
		header[IPV4_VERSION_AND_WORDS] = 15 << 4 | 5;
		return;
	case IPV6_WRONG_VERSION:
		header[IPV6_VERSION] = 7 << 4;
		return;
	default: // the frame is cut instead
		return;
	}
}

void oddity_make_malformed(struct packet_builder *builder, struct random *random,
                           struct expectation *ret_expected)
{
	enum malformation malformation = random_below(random, N_MALFORMATIONS);
	enum family family = malformation >= IPV6_WRONG_VERSION ? FAMILY_IPV6 : FAMILY_IPV4;

	spoil(push_sound(builder, family), malformation);
	if (malformation == IPV4_CUT)
		builder->end = builder->start + random_below(random, IPV4_HEADER_BYTES);
	if (malformation == IPV6_CUT)
		builder->end = builder->start + random_below(random, IPV6_HEADER_BYTES);
	packet_push_ethernet(builder, family_ethertype(family), false);
	ret_expected->verdict = FRAME_MALFORMED;
}
