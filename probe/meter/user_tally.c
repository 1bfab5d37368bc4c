#include "user_tally.h"

#include <string.h>

enum {
	LINE_BYTES = 64,
	SCALE_BITS = 31,
};

// What comes before the blocks of the sketches; the same for every number of groups, so that
// another plan needs no other layout.
struct layout {
	uint32_t block_scales[MAX_USER_GROUPS];
	struct user_set sets[MAX_USER_GROUPS * MAX_USER_KEYS];
};

_Static_assert(sizeof(struct layout) % LINE_BYTES == 0, "blocks begin at a cache line");

size_t user_tally_memory_bytes(uint32_t n_groups, uint32_t n_keys)
{
	return sizeof(struct layout) + user_sketches_block_bytes(n_groups * n_keys);
}

static void note_block_scales(struct user_tally *tally)
{
	for (uint32_t i = 0; i < tally->plan->n_groups; i++) {
		uint32_t port_block = tally->plan->groups[i].port_block;

		tally->block_scales[i] = port_block == 0
		                                 ? 0
		                                 : ((UINT32_C(1) << SCALE_BITS) + port_block - 1) /
		                                           port_block;
	}
}

static void take_plan(struct user_tally *tally, const struct user_plan *plan,
                      const struct user_keys *keys)
{
	tally->plan = plan;
	tally->keys = keys;
	note_block_scales(tally);
	transition_list_init(&tally->nat64, plan, TRANSITION_NAT64);
	transition_list_init(&tally->sixrd, plan, TRANSITION_6RD);
}

void user_tally_init(struct user_tally *tally, void *zeroed_memory, const struct user_plan *plan,
                     const struct user_keys *keys)
{
	struct layout *layout = zeroed_memory;

	memset(tally, 0, sizeof(*tally));
	tally->block_scales = layout->block_scales;
	user_sketches_init(&tally->sketches, layout->sets, layout + 1);
	take_plan(tally, plan, keys);
}

void user_tally_reset(struct user_tally *tally)
{
	memset(tally->covered_ends, 0, sizeof(tally->covered_ends));
	memset(tally->uncovered_ends, 0, sizeof(tally->uncovered_ends));
	user_sketches_reset(&tally->sketches, user_tally_set(tally->plan->n_groups, 0));
}

void user_tally_change(struct user_tally *tally, const struct user_plan *plan,
                       const struct user_keys *keys)
{
	user_tally_reset(tally);
	take_plan(tally, plan, keys);
}

bool user_tally_merge(const struct user_tally *tally, uint32_t group, uint32_t key,
                      enum grade grade, struct sketch *into)
{
	return user_sketches_merge(&tally->sketches, user_tally_set(group, key), grade, into);
}

uint64_t user_tally_registers(const struct user_tally *tally, enum grade grade)
{
	return tally->sketches.n_registers[grade];
}

size_t user_tally_bytes(const struct user_tally *tally)
{
	uint32_t n_groups = tally->plan->n_groups;

	return n_groups * sizeof(*tally->block_scales) +
	       user_tally_set(n_groups, 0) * sizeof(*tally->sketches.sets) +
	       user_sketches_bytes(&tally->sketches);
}
