// Who is one subscriber: a keyed hash of what is left of an address when the part that a subscriber
// may change is taken away. Without the key nobody can tell whose it is, nor try all addresses.
//
// What is hashed, byte by byte, but made as the words SipHash absorbs, once for all keys:
//
//   | family, 4 or 6 | 4 or 16 bytes of address | number of the block of ports, 2 bytes |
//
// The address is zero behind the subscriber's part. The block, its high byte first, is there only
// where subscribers share IPv4 addresses.
//
// Portable: compiles natively and for BPF.
#pragma once

#include <stdint.h>

#include "enums.h"
#include "siphash.h"

enum {
	IDENTITY_MAX_WORDS = 3,
	// Bytes hashed, by family, without a block of ports; and the bytes of that.
	IDENTITY_IPV4_BYTES = 1 + 4,
	IDENTITY_IPV6_BYTES = 1 + 16,
	IDENTITY_BLOCK_BYTES = 2,
};

// The last word says in its highest byte how many bytes all of them are.
struct identity {
	uint64_t words[IDENTITY_MAX_WORDS];
	uint32_t n_words;
};

// The first n_bits of 8 bytes, 64 at most, as a mask of the word siphash_word() makes of them.
static inline uint64_t identity_mask(uint32_t n_bits)
{
	uint64_t mask = n_bits == 0 ? 0 : UINT64_MAX << (64 - n_bits);

	return __builtin_bswap64(mask);
}

// Of the 4 bytes of an IPv4 address.
static inline struct identity identity_of_ipv4(const uint8_t *address, uint32_t user_bits)
{
	uint64_t user = siphash_word(address, 4) & identity_mask(user_bits);

	return (struct identity){{4 | user << 8 | (uint64_t)IDENTITY_IPV4_BYTES << 56}, 1};
}

// The same for one of many subscribers behind that address.
static inline struct identity identity_of_port_block(const uint8_t *address, uint32_t user_bits,
                                                     uint16_t block)
{
	uint64_t user = siphash_word(address, 4) & identity_mask(user_bits);
	uint64_t n_bytes = IDENTITY_IPV4_BYTES + IDENTITY_BLOCK_BYTES;

	return (struct identity){{4 | user << 8 | (uint64_t)(block >> 8) << 40 |
	                          (uint64_t)(block & 0xff) << 48 | n_bytes << 56},
	                         1};
}

// Of the 16 bytes of an IPv6 address.
static inline struct identity identity_of_ipv6(const uint8_t *address, uint32_t user_bits)
{
	uint32_t high_bits = user_bits < 64 ? user_bits : 64;
	uint64_t high = siphash_word(address, 8) & identity_mask(high_bits);
	uint64_t low = siphash_word(address + 8, 8) & identity_mask(user_bits - high_bits);

	return (struct identity){{6 | high << 8, high >> 56 | low << 8,
	                          low >> 56 | (uint64_t)IDENTITY_IPV6_BYTES << 56},
	                         IDENTITY_MAX_WORDS};
}

// SipHash-2-4 of those bytes.
static inline uint64_t identity_hash(const struct identity *identity, const struct siphash_key *key)
{
	struct siphash_state s = siphash_begin(key);

	for (uint32_t i = 0; i < identity->n_words && i < IDENTITY_MAX_WORDS; i++)
		siphash_absorb(&s, identity->words[i]);
	return siphash_end(&s);
}
