// How a worker and the control thread share two tallies without a lock and without waiting.
//
// The worker counts epoch e into tallies[e % 2]. To end a window, control raises `wanted`; the
// worker, once a burst, sees it, turns to the other tally and says so in `current`. From then on
// the sealed tally is control's alone until it has merged and reset it and says so in `released`.
// Control asks for no new epoch before that: a worker whose other tally is not free stays where it
// is, its packets are counted late, never lost, and control reports the overrun.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tally.h"

struct tally_pair {
	// Control writes. A request waits for the release of the epoch before it, so wanted is at
	// most one ahead of current and the worker always has a free tally to turn to.
	_Atomic uint64_t wanted; // epoch the worker should be counting
	_Atomic uint64_t released; // every epoch before this one has been merged and reset
	// The worker writes.
	_Alignas(64) _Atomic uint64_t current; // epoch being counted
	_Alignas(64) struct tally tallies[2];
};

void tally_pair_init(struct tally_pair *pair);

// Worker: the tally to count the next burst into. Turns to the other one first if control asked.
struct tally *tally_pair_begin_burst(struct tally_pair *pair);

// Control: asks the worker to end the current epoch. False, changing nothing, when the previous
// epoch has not been released yet.
bool tally_pair_request(struct tally_pair *pair);

// Control: the tally the worker would turn to, which is nobody's else to touch before the request;
// NULL while the previous epoch has not been released yet.
struct tally *tally_pair_next(struct tally_pair *pair);

// Control: the epoch the next request will ask for.
uint64_t tally_pair_next_epoch(const struct tally_pair *pair);

// Control: the tally of the epoch the worker has left, or NULL while it has not turned.
struct tally *tally_pair_sealed(struct tally_pair *pair);

// Control: resets the sealed tally and gives it back.
void tally_pair_release(struct tally_pair *pair);
