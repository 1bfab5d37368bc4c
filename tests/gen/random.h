// A small seeded generator of pseudo-random numbers: splitmix64 (Steele, Lea and Flood, "Fast
// splittable pseudorandom number generators", 2014). The same seed gives the same numbers on every
// machine, which is what makes a generated capture reproducible. Draw one number a statement:
// arguments of one call are evaluated in an order that compilers choose.
#pragma once

#include <stdint.h>

struct random {
	uint64_t state;
};

// Next 64 uniform bits.
uint64_t random_bits(struct random *random);

// Uniform below bound, which must not be 0. The bias of at most bound / 2^32 is of no matter here.
uint32_t random_below(struct random *random, uint32_t bound);

// Uniform in [0, 1).
double random_unit(struct random *random);

// The same thorough mixing, as a function of one number: equal in, equal out.
uint64_t random_mix(uint64_t number);
