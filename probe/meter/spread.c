#include "spread.h"

#include "flow_key.h"
#include "parse.h"

void spread_init(struct spread *spread, const struct siphash_key *seed, uint32_t n_owners)
{
	flow_hash_secret_init(&spread->secret, seed);
	spread->n_owners = n_owners;
}

// The high half of a product in place of the remainder of a division.
static uint8_t owner_of(const struct spread *spread, const struct packet *packet)
{
	struct flow_key key;

	flow_key_of_packet(packet, &key);
	return (uint8_t)((flow_hash(&spread->secret, key.words) >> 32) * spread->n_owners >> 32);
}

void spread_owners(const struct spread *spread, uint32_t self, enum link_layer layer,
                   const struct frame *frames, uint32_t n_frames, uint8_t *ret_owners)
{
	for (uint32_t i = 0; i < n_frames; i++)
		__builtin_prefetch(frames[i].data);
	for (uint32_t i = 0; i < n_frames; i++) {
		struct packet packet;

		packet_parse(layer, &frames[i], &packet);
		ret_owners[i] = packet.n_ip_headers == 0 ? (uint8_t)self
		                                         : owner_of(spread, &packet);
	}
}
