// The hash of a flow's key: fast, and nobody without the key can make flows collide.
//
// NH (Black, Halevi, Krawczyk, Krovetz, Rogaway: "UMAC: Fast and Secure Message Authentication",
// CRYPTO 1999): pairs of words, each plus a secret word, are multiplied and the products added. Any
// two different keys of the same length collide in the 128-bit sum with probability 2^-64 over the
// choice of the secrets, whoever chose them. One more multiplication spreads the sum over the 64
// bits used.
#pragma once

#include <stdint.h>

#include "proto/siphash.h"

enum {
	FLOW_KEY_WORDS = 5,
};

struct flow_hash_secret {
	uint64_t words[8];
};

// Every secret word from one seed, by SipHash of its number.
static inline void flow_hash_secret_init(struct flow_hash_secret *secret,
                                         const struct siphash_key *seed)
{
	for (uint8_t i = 0; i < 8; i++)
		secret->words[i] = siphash_2_4(seed, &i, sizeof(i));
}

static inline uint64_t flow_hash(const struct flow_hash_secret *secret,
                                 const uint64_t words[FLOW_KEY_WORDS])
{
	const uint64_t *k = secret->words, *m = words;
	unsigned __int128 sum, spread;

	sum = (unsigned __int128)(m[0] + k[0]) * (m[1] + k[1]);
	sum += (unsigned __int128)(m[2] + k[2]) * (m[3] + k[3]);
	sum += (unsigned __int128)(m[4] + k[4]) * k[5];
	spread = (unsigned __int128)((uint64_t)sum ^ k[6]) * ((uint64_t)(sum >> 64) ^ k[7]);
	return (uint64_t)spread ^ (uint64_t)(spread >> 64);
}
