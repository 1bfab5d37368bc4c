#include "passage.h"

#include "flow_table.h"
#include "parse.h"
#include "plain.h"
#include "transition_list.h"
#include "user_tally.h"

_Static_assert(sizeof(struct passage) == 64, "one cache line");

enum {
	// Of one list for each family, and one for the walk.
	N_LISTS = N_FAMILIES + 1,
	WALKED = N_FAMILIES,
};

// The frames of a burst by what they look like.
struct sorted {
	uint32_t n[N_LISTS];
	uint8_t at[N_LISTS][PASSAGES_MAX];
	uint8_t offset[PASSAGES_MAX]; // of the IP header
};

struct sum {
	uint64_t packets, bytes;
};

// What holds for every frame, whatever is in it.
static void count_frames(struct tally *tally, struct link_tally *link, const struct frame *frames,
                         uint32_t n_frames)
{
	uint64_t first_ns = tally->first_ns, last_ns = tally->last_ns;
	uint64_t wire_bytes = 0, n_truncated = 0;

	for (uint32_t i = 0; i < n_frames; i++) {
		const struct frame *frame = &frames[i];

		first_ns = frame->time_ns < first_ns ? frame->time_ns : first_ns;
		last_ns = frame->time_ns > last_ns ? frame->time_ns : last_ns;
		wire_bytes += frame->wire_bytes;
		n_truncated += frame->captured_bytes < frame->wire_bytes;
	}
	tally->first_ns = first_ns;
	tally->last_ns = last_ns;
	link->wire_bytes += wire_bytes;
	link->truncated_frames += n_truncated;
}

static void sort_frames(enum link_layer layer, const struct frame *frames, uint32_t n_frames,
                        struct sorted *ret_sorted)
{
	struct sorted *sorted = ret_sorted;

	memset(sorted->n, 0, sizeof(sorted->n));
	for (uint32_t i = 0; i < n_frames; i++) {
		uint32_t offset = 0;
		uint32_t list = layer == LINK_ETHERNET ? plain_family(&frames[i], &offset) : WALKED;

		sorted->at[list][sorted->n[list]++] = (uint8_t)i;
		sorted->offset[i] = (uint8_t)offset;
	}
}

static void leave_to_walk(struct sorted *sorted, uint32_t at)
{
	sorted->at[WALKED][sorted->n[WALKED]++] = (uint8_t)at;
}

// Asks for the home line of the flow as soon as its hash is known.
static inline void key_passage(const struct flow_table *table, const struct flow_ends *ends,
                               uint16_t transport_offset, uint16_t transport_bytes, uint32_t at,
                               struct passages *passages)
{
	struct passage *passage = &passages->at[at];
	struct flow_key key;

	passage->direction = (uint8_t)flow_key_make(ends, &key);
	passage->hash = flow_table_hash(table, &key);
	flow_table_prefetch(table, passage->hash);
	passage->key = key;
	passage->transport_offset = transport_offset;
	passage->transport_bytes = transport_bytes;
	passages->present |= UINT64_C(1) << at;
}

static void count_plain(struct link_tally *link, enum family family, enum transition transition,
                        struct sum sum)
{
	struct traffic_cell *cell = &link->traffic[family][family][transition];

	if (sum.packets == 0)
		return;
	link->frames[family == FAMILY_IPV4 ? FRAME_IPV4 : FRAME_IPV6] += sum.packets;
	cell->packets += sum.packets;
	cell->carrier_bytes += sum.bytes;
	cell->payload_bytes += sum.bytes;
}

static void begin_ipv4(const struct flow_table *table, struct link_tally *link,
                       const struct frame *frames, struct sorted *sorted, struct passages *passages)
{
	struct sum sum = {0};

	for (uint32_t i = 0; i < sorted->n[FAMILY_IPV4]; i++) {
		uint32_t at = sorted->at[FAMILY_IPV4][i];
		struct plain plain;

		if (!plain_ipv4(&frames[at], sorted->offset[at], &plain)) {
			leave_to_walk(sorted, at);
			continue;
		}
		sum.packets++;
		sum.bytes += plain.bytes;
		key_passage(table, &plain.ends, plain.transport_offset, plain.transport_bytes, at,
		            passages);
	}
	count_plain(link, FAMILY_IPV4, TRANSITION_NATIVE4, sum);
}

// An address in a well-known prefix, or one of the plan's.
static inline bool is_nat64(const struct plain *plain, const struct transition_list *nat64)
{
	return plain_is_nat64(plain) ||
	       (nat64 &&
	        transition_list_has_either(nat64, plain->ends.source, plain->ends.destination));
}

static void begin_ipv6(const struct flow_table *table, const struct transition_list *nat64,
                       struct link_tally *link, const struct frame *frames, struct sorted *sorted,
                       struct passages *passages)
{
	struct sum native = {0}, translated = {0};

	for (uint32_t i = 0; i < sorted->n[FAMILY_IPV6]; i++) {
		uint32_t at = sorted->at[FAMILY_IPV6][i];
		struct plain plain;

		if (!plain_ipv6(&frames[at], sorted->offset[at], &plain)) {
			leave_to_walk(sorted, at);
			continue;
		}
		native.packets++;
		native.bytes += plain.bytes;
		if (is_nat64(&plain, nat64)) {
			translated.packets++;
			translated.bytes += plain.bytes;
		}
		key_passage(table, &plain.ends, plain.transport_offset, plain.transport_bytes, at,
		            passages);
	}
	native.packets -= translated.packets;
	native.bytes -= translated.bytes;
	count_plain(link, FAMILY_IPV6, TRANSITION_NATIVE6, native);
	count_plain(link, FAMILY_IPV6, TRANSITION_NAT64, translated);
}

static void count_walked(struct link_tally *link, const struct packet *packet)
{
	struct traffic_cell *cell =
		&link->traffic[packet->carrier][packet->payload][packet->transition];

	cell->packets++;
	cell->carrier_bytes += packet->carrier_bytes;
	cell->payload_bytes += packet->payload_bytes;
	link->flows[packet->payload].fragments += (packet->flags & PACKET_FRAGMENT) != 0;
}

// The class of a packet where the plan knows more than its headers say.
static void refine_transition(const struct user_tally *users, const struct frame *frame,
                              struct packet *packet)
{
	const struct ipv6_header *header;

	if (packet->transition == TRANSITION_NATIVE6 &&
	    transition_list_has_bytes(&users->nat64, packet->source, packet->destination))
		packet->transition = TRANSITION_NAT64;
	if (packet->transition != TRANSITION_6IN4)
		return;
	header = (const void *)(frame->data + packet->tunnelled_offset);
	if (transition_list_has_bytes(&users->sixrd, header->source, header->destination))
		packet->transition = TRANSITION_6RD;
}

static void begin_walked(const struct flow_table *table, const struct user_tally *users,
                         struct link_tally *link, enum link_layer layer, const struct frame *frames,
                         const struct sorted *sorted, struct passages *passages)
{
	for (uint32_t i = 0; i < sorted->n[WALKED]; i++) {
		uint32_t at = sorted->at[WALKED][i];
		struct packet packet;
		struct flow_ends ends;

		packet_parse_by_walk(layer, &frames[at], &packet);
		link->frames[packet.verdict]++;
		link->deep_frames += (packet.flags & PACKET_DEEP) != 0;
		if (packet.n_ip_headers == 0)
			continue;
		if (users)
			refine_transition(users, &frames[at], &packet);
		count_walked(link, &packet);
		ends = flow_ends_of_packet(&packet);
		key_passage(table, &ends, packet.transport_offset, packet.transport_bytes, at,
		            passages);
	}
}

void passages_begin(const struct flow_table *table, struct tally *tally, uint32_t link,
                    enum link_layer layer, const struct frame *frames, uint32_t n_frames,
                    struct passages *ret_passages)
{
	struct link_tally *counted = &tally->links[link];
	const struct user_tally *users = tally->users;
	const struct transition_list *nat64 = users && users->nat64.n > 0 ? &users->nat64 : NULL;
	struct sorted sorted;

	ret_passages->present = 0;
	count_frames(tally, counted, frames, n_frames);
	sort_frames(layer, frames, n_frames, &sorted);
	begin_ipv4(table, counted, frames, &sorted, ret_passages);
	begin_ipv6(table, nat64, counted, frames, &sorted, ret_passages);
	begin_walked(table, users, counted, layer, frames, &sorted, ret_passages);
}
