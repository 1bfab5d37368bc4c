// Which worker counts a frame, by its innermost flow: both directions of a conversation, in
// whatever tunnel they come, have one owner, who alone holds their flow. Pure.
#pragma once

#include <stdint.h>

#include "proto/siphash.h"

#include "flow_hash.h"
#include "packet.h"

// One for all workers. The key is random: nobody outside can aim at one worker.
struct spread {
	struct flow_hash_secret secret;
	uint32_t n_owners;
};

void spread_init(struct spread *spread, const struct siphash_key *seed, uint32_t n_owners);

// Writes the owner of each frame. Frames without an IP header have no flow, and stay with self.
void spread_owners(const struct spread *spread, uint32_t self, enum link_layer layer,
                   const struct frame *frames, uint32_t n_frames, uint8_t *ret_owners);
