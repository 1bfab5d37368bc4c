#include "epoch.h"

#include <stddef.h>

void tally_pair_init(struct tally_pair *pair)
{
	atomic_init(&pair->wanted, 0);
	atomic_init(&pair->released, 0);
	atomic_init(&pair->current, 0);
	tally_init(&pair->tallies[0], NULL);
	tally_init(&pair->tallies[1], NULL);
}

struct tally *tally_pair_begin_burst(struct tally_pair *pair)
{
	uint64_t current = atomic_load_explicit(&pair->current, memory_order_relaxed);

	// wanted is raised only when everything before current has been released, so seeing it
	// raised (acquire) is seeing the other tally reset.
	if (atomic_load_explicit(&pair->wanted, memory_order_acquire) != current) {
		current++;
		atomic_store_explicit(&pair->current, current, memory_order_release);
	}
	return &pair->tallies[current % 2];
}

bool tally_pair_request(struct tally_pair *pair)
{
	uint64_t wanted = atomic_load_explicit(&pair->wanted, memory_order_relaxed);

	if (atomic_load_explicit(&pair->released, memory_order_relaxed) != wanted)
		return false;
	atomic_store_explicit(&pair->wanted, wanted + 1, memory_order_release);
	return true;
}

struct tally *tally_pair_next(struct tally_pair *pair)
{
	uint64_t wanted = atomic_load_explicit(&pair->wanted, memory_order_relaxed);

	if (atomic_load_explicit(&pair->released, memory_order_relaxed) != wanted)
		return NULL;
	return &pair->tallies[(wanted + 1) % 2];
}

uint64_t tally_pair_next_epoch(const struct tally_pair *pair)
{
	return atomic_load_explicit(&pair->wanted, memory_order_relaxed) + 1;
}

struct tally *tally_pair_sealed(struct tally_pair *pair)
{
	uint64_t wanted = atomic_load_explicit(&pair->wanted, memory_order_relaxed);
	uint64_t released = atomic_load_explicit(&pair->released, memory_order_relaxed);

	if (released == wanted ||
	    atomic_load_explicit(&pair->current, memory_order_acquire) != wanted)
		return NULL;
	return &pair->tallies[released % 2];
}

void tally_pair_release(struct tally_pair *pair)
{
	uint64_t released = atomic_load_explicit(&pair->released, memory_order_relaxed);

	tally_reset(&pair->tallies[released % 2]);
	atomic_store_explicit(&pair->released, released + 1, memory_order_release);
}
