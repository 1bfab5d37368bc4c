// SipHash-2-4, 64-bit (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): a keyed
// hash nobody can collide, or invert, without the key. 64-bit operations only, so that the same
// code compiles for BPF.
// Portable: compiles natively and for BPF.
#pragma once

#include <stdint.h>

struct siphash_key {
	uint64_t k0, k1; // the 16 key bytes, read little-endian
};

struct siphash_state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t siphash_rotate(uint64_t word, unsigned int bits)
{
	return word << bits | word >> (64 - bits);
}

static inline void siphash_round(struct siphash_state *s)
{
	s->v0 += s->v1;
	s->v1 = siphash_rotate(s->v1, 13) ^ s->v0;
	s->v0 = siphash_rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = siphash_rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = siphash_rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = siphash_rotate(s->v1, 17) ^ s->v2;
	s->v2 = siphash_rotate(s->v2, 32);
}

static inline void siphash_absorb(struct siphash_state *s, uint64_t word)
{
	s->v3 ^= word;
	siphash_round(s);
	siphash_round(s);
	s->v0 ^= word;
}

// Little-endian word of up to 8 bytes.
static inline uint64_t siphash_word(const uint8_t *bytes, uint32_t n_bytes)
{
	uint64_t word = 0;

	for (uint32_t i = 0; i < n_bytes && i < 8; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

static inline struct siphash_state siphash_begin(const struct siphash_key *key)
{
	return (struct siphash_state){
		.v0 = key->k0 ^ 0x736f6d6570736575,
		.v1 = key->k1 ^ 0x646f72616e646f6d,
		.v2 = key->k0 ^ 0x6c7967656e657261,
		.v3 = key->k1 ^ 0x7465646279746573,
	};
}

// The hash, when the last word has been absorbed: the one that says how many bytes there were.
static inline uint64_t siphash_end(struct siphash_state *s)
{
	s->v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		siphash_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

// Hash of n_bytes under the key.
static inline uint64_t siphash_2_4(const struct siphash_key *key, const void *data,
                                   uint32_t n_bytes)
{
	const uint8_t *bytes = data;
	struct siphash_state s = siphash_begin(key);
	uint32_t at = 0;

	for (; at + 8 <= n_bytes; at += 8)
		siphash_absorb(&s, siphash_word(bytes + at, 8));
	siphash_absorb(&s, siphash_word(bytes + at, n_bytes - at) | (uint64_t)n_bytes << 56);
	return siphash_end(&s);
}
