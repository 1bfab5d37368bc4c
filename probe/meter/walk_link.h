// Steps over link layers, tags, labels and PPP.
// Portable: compiles natively and for BPF.
#pragma once

#include "walk.h"
#include "wire_headers.h"

enum {
	PPP_IPV4 = 0x0021,
	PPP_IPV6 = 0x0057,
	PPP_MPLS = 0x0281,
	PPP_MPLS_MULTICAST = 0x0283,
	LLC_SAP_SNAP = 0xaa,
	LLC_SAP_IP = 0x06,
	MPLS_LABEL_IPV4_NULL = 0, // says what it stands on (RFC 3032, 2.1)
	MPLS_LABEL_IPV6_NULL = 2,
	MPLS_LABEL_GAL = 13, // a generic associated channel, never IP (RFC 5586)
	MPLS_BOTTOM = 1 << 8,
	// Linux cooked captures say so where the frame was 802.2.
	COOKED_TYPE_LLC = 4,
};

static inline void walk_ethernet(const struct frame_view *view, struct walk *walk)
{
	const struct ethernet_header *header = header_at(view, walk, walk->offset, sizeof(*header));
	uint16_t type;

	if (!header)
		return walk_stop(walk);
	type = be16_value(header->type);
	walk->offset += sizeof(*header);
	if (type <= MAX_ETHERNET_LENGTH) {
		// What is behind that length is padding.
		walk_limit(walk, walk->offset, type);
		walk->kind = HEADER_LLC;
	} else {
		walk->kind = (uint8_t)ethertype_kind(type);
	}
}

static inline void walk_vlan(const struct frame_view *view, struct walk *walk)
{
	const struct vlan_header *header = header_at(view, walk, walk->offset, sizeof(*header));

	if (!header)
		return walk_stop(walk);
	walk_to(walk, ethertype_kind(be16_value(header->type)), walk->offset + sizeof(*header));
}

static inline void walk_llc(const struct frame_view *view, struct walk *walk)
{
	const struct llc_header *llc = header_at(view, walk, walk->offset, sizeof(*llc));
	const struct snap_header *snap;

	if (!llc)
		return walk_stop(walk);
	if (llc->dsap == LLC_SAP_IP && llc->ssap == LLC_SAP_IP)
		return walk_to(walk, HEADER_IPV4, walk->offset + sizeof(*llc));
	snap = header_at(view, walk, walk->offset, sizeof(*snap));
	if (!snap || llc->dsap != LLC_SAP_SNAP || llc->ssap != LLC_SAP_SNAP)
		return walk_stop(walk);
	// RFC 1042 encapsulation, or the bridge tunnel's of 802.1H; other OUIs number otherwise.
	if (snap->oui[0] != 0 || snap->oui[1] != 0 || (snap->oui[2] != 0 && snap->oui[2] != 0xf8))
		return walk_stop(walk);
	walk_to(walk, ethertype_kind(be16_value(snap->type)), walk->offset + sizeof(*snap));
}

// Behind a cooked header of either version.
static inline void walk_over_cooked(struct walk *walk, be16 field, uint32_t n_bytes)
{
	uint16_t type = be16_value(field);

	walk_to(walk, type == COOKED_TYPE_LLC ? HEADER_LLC : ethertype_kind(type),
	        walk->offset + n_bytes);
}

static inline void walk_linux_cooked(const struct frame_view *view, struct walk *walk)
{
	const struct linux_cooked_header *header = header_at(view, walk, walk->offset,
	                                                     sizeof(*header));

	if (!header)
		return walk_stop(walk);
	walk_over_cooked(walk, header->type, sizeof(*header));
}

static inline void walk_linux_cooked_2(const struct frame_view *view, struct walk *walk)
{
	const struct linux_cooked_2_header *header = header_at(view, walk, walk->offset,
	                                                       sizeof(*header));

	if (!header)
		return walk_stop(walk);
	walk_over_cooked(walk, header->type, sizeof(*header));
}

static inline void walk_cisco_hdlc(const struct frame_view *view, struct walk *walk)
{
	const struct cisco_hdlc_header *header = header_at(view, walk, walk->offset,
	                                                   sizeof(*header));

	if (!header)
		return walk_stop(walk);
	walk_to(walk, ethertype_kind(be16_value(header->type)), walk->offset + sizeof(*header));
}

// The address families systems write into loopback captures, in the byte order of the machine that
// wrote the file: AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24, 28 and 30 on the BSDs.
static inline void walk_loopback(const struct frame_view *view, struct walk *walk)
{
	const be32 *field = header_at(view, walk, walk->offset, sizeof(*field));
	uint32_t family;

	if (!field)
		return walk_stop(walk);
	family = be32_value(*field);
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	walk->offset += sizeof(*field);
	if (family == 2)
		walk->kind = HEADER_IPV4;
	else if (family == 10 || family == 24 || family == 28 || family == 30)
		walk->kind = HEADER_IPV6;
	else
		walk_stop(walk);
}

static inline void walk_pppoe(const struct frame_view *view, struct walk *walk)
{
	const struct pppoe_header *header = header_at(view, walk, walk->offset, sizeof(*header));
	uint16_t payload_bytes;

	if (!header || header->code != 0)
		return walk_stop(walk);
	payload_bytes = be16_value(header->payload_bytes);
	walk_to(walk, HEADER_PPP, walk->offset + sizeof(*header));
	if (payload_bytes != 0)
		walk_limit(walk, walk->offset, payload_bytes);
}

// PPP, with or without address and control (RFC 1662) and with the protocol field in one byte or
// two (RFC 1661, 6.5).
static inline void walk_ppp(const struct frame_view *view, struct walk *walk)
{
	uint32_t offset = walk->offset;
	const uint8_t *first;
	const be16 *field = header_at(view, walk, offset, sizeof(*field));
	uint16_t protocol;

	if (field && be16_value(*field) == 0xff03)
		offset += sizeof(*field);
	first = header_at(view, walk, offset, 1);
	if (!first)
		return walk_stop(walk);
	protocol = *first;
	offset++;
	if ((protocol & 1) == 0) {
		const uint8_t *second = header_at(view, walk, offset, 1);

		if (!second)
			return walk_stop(walk);
		protocol = (uint16_t)(protocol << 8 | *second);
		offset++;
	}
	if (protocol == PPP_IPV4)
		walk_to(walk, HEADER_IPV4, offset);
	else if (protocol == PPP_IPV6)
		walk_to(walk, HEADER_IPV6, offset);
	else if (protocol == PPP_MPLS || protocol == PPP_MPLS_MULTICAST)
		walk_to(walk, HEADER_MPLS, offset);
	else
		walk_stop(walk);
}

// True when an IP header of that version could stand at offset: version, its own length and the
// room that is left agree.
static inline bool ip_is_plausible(const struct frame_view *view, const struct walk *walk,
                                   uint32_t offset, enum family family)
{
	uint32_t room = bytes_behind(walk, offset);

	if (family == FAMILY_IPV4) {
		const struct ipv4_header *header = header_at(view, walk, offset, sizeof(*header));
		uint32_t header_bytes, total_bytes;

		if (!header || header->version_words >> 4 != 4)
			return false;
		header_bytes = (header->version_words & 15u) * 4;
		total_bytes = be16_value(header->total_bytes);
		return header_bytes >= sizeof(*header) && total_bytes >= header_bytes &&
		       total_bytes <= room;
	} else {
		const struct ipv6_header *header = header_at(view, walk, offset, sizeof(*header));

		if (!header || header->version_class_label.octets[0] >> 4 != 6)
			return false;
		return sizeof(*header) + be16_value(header->payload_bytes) <= room;
	}
}

// True when the bytes at offset read as an Ethernet frame, up to two tags, with a plausible IP
// header where its EtherType says there is one.
static inline bool ethernet_holds_ip(const struct frame_view *view, const struct walk *walk,
                                     uint32_t offset)
{
	const struct ethernet_header *ethernet = header_at(view, walk, offset, sizeof(*ethernet));
	uint16_t type;

	if (!ethernet)
		return false;
	type = be16_value(ethernet->type);
	offset += sizeof(*ethernet);
	for (int tags = 0; tags < 2 && ethertype_kind(type) == HEADER_VLAN; tags++) {
		const struct vlan_header *vlan = header_at(view, walk, offset, sizeof(*vlan));

		if (!vlan)
			return false;
		type = be16_value(vlan->type);
		offset += sizeof(*vlan);
	}
	if (type == ETHERTYPE_IPV4)
		return ip_is_plausible(view, walk, offset, FAMILY_IPV4);
	return type == ETHERTYPE_IPV6 && ip_is_plausible(view, walk, offset, FAMILY_IPV6);
}

// True when the bytes at offset could be an Ethernet frame of any content we know.
static inline bool ethernet_is_plausible(const struct frame_view *view, const struct walk *walk,
                                         uint32_t offset)
{
	const struct ethernet_header *ethernet = header_at(view, walk, offset, sizeof(*ethernet));
	uint16_t type;

	if (!ethernet)
		return false;
	type = be16_value(ethernet->type);
	if (type <= MAX_ETHERNET_LENGTH)
		return type <= bytes_behind(walk, offset + (uint32_t)sizeof(*ethernet));
	return type == ETHERTYPE_ARP || ethertype_kind(type) != HEADER_NONE;
}

// True when the header at offset has the version that an explicit null label above it says. The
// lengths need not agree then: they are judged as behind any EtherType.
static inline bool label_says_version(const struct frame_view *view, const struct walk *walk,
                                      uint32_t label)
{
	const uint8_t *first = header_at(view, walk, walk->offset, 1);

	return first && ((label == MPLS_LABEL_IPV4_NULL && *first >> 4 == 4) ||
	                 (label == MPLS_LABEL_IPV6_NULL && *first >> 4 == 6));
}

// What is below any other bottom label is nowhere said. RFC 9790: its first nibble alone is never
// believed, since a pseudowire without control word puts a MAC address there. An Ethernet frame
// with a consistent IP packet inside is better evidence than a consistent IP header.
static inline void walk_mpls_payload(const struct frame_view *view, struct walk *walk)
{
	const uint8_t *first = header_at(view, walk, walk->offset, 1);
	const uint32_t control_word_bytes = 4;

	if (!first || *first >> 4 == 1) // an associated channel header (RFC 4385)
		return walk_stop(walk);
	if (!ethernet_holds_ip(view, walk, walk->offset)) {
		if (ip_is_plausible(view, walk, walk->offset, FAMILY_IPV4))
			return walk_to(walk, HEADER_IPV4, walk->offset);
		if (ip_is_plausible(view, walk, walk->offset, FAMILY_IPV6))
			return walk_to(walk, HEADER_IPV6, walk->offset);
		if (*first >> 4 == 0 &&
		    ethernet_is_plausible(view, walk, walk->offset + control_word_bytes))
			return walk_to(walk, HEADER_ETHERNET, walk->offset + control_word_bytes);
		if (!ethernet_is_plausible(view, walk, walk->offset))
			return walk_stop(walk);
	}
	walk->kind = HEADER_ETHERNET;
}

static inline void walk_mpls(const struct frame_view *view, struct walk *walk)
{
	const be32 *field = header_at(view, walk, walk->offset, sizeof(*field));
	uint32_t entry, label;

	if (!field)
		return walk_stop(walk);
	entry = be32_value(*field);
	label = entry >> 12;
	walk->offset += sizeof(*field);
	if (!(entry & MPLS_BOTTOM))
		return;
	if (label == MPLS_LABEL_GAL)
		return walk_stop(walk);
	if (label_says_version(view, walk, label))
		walk->kind = HEADER_RAW_IP;
	else
		walk_mpls_payload(view, walk);
}
