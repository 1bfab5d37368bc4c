// A small seeded generator of pseudo-random numbers: splitmix64 (Steele, Lea and Flood, "Fast
// splittable pseudorandom number generators", 2014). The same seed gives the same numbers on every
// machine, which is what makes a generated capture reproducible. Draw one number a statement:
// arguments of one call are evaluated in an order that compilers choose.
#pragma once

#include <stdint.h>

struct random {
	uint64_t state;
};

// Mixes thoroughly, as a function of one number: equal in, equal out, and no two alike.
static inline uint64_t random_mix(uint64_t number)
{
	number = (number ^ number >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
	return number ^ number >> 31;
}

// Next 64 uniform bits.
static inline uint64_t random_bits(struct random *random)
{
	random->state += UINT64_C(0x9e3779b97f4a7c15);
	return random_mix(random->state);
}

// Uniform below bound, which must not be 0. The bias of at most bound / 2^32 is of no matter here.
uint32_t random_below(struct random *random, uint32_t bound);

// Uniform in [0, 1).
double random_unit(struct random *random);
