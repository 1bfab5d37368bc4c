#include "test_all.h"

#include <string.h>

#include "proto/siphash.h"

enum {
	MAX_BYTES = 200,
};

// Key 00 01 .. 0f, as in the vectors of the paper's authors.
static const struct siphash_key paper_key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

// The paper's figure 2.1 read literally: the padded message first, then one array of four words.
static uint64_t siphash_slow(const struct siphash_key *key, const uint8_t *bytes, size_t n_bytes)
{
	static const int rotations[2][2] = {{13, 16}, {17, 21}};
	uint8_t padded[MAX_BYTES + 8 + 32] = {0};
	size_t n_words = n_bytes / 8 + 1;
	uint64_t v[4] = {0x736f6d6570736575 ^ key->k0, 0x646f72616e646f6d ^ key->k1,
	                 0x6c7967656e657261 ^ key->k0, 0x7465646279746573 ^ key->k1};

	memcpy(padded, bytes, n_bytes);
	padded[n_words * 8 - 1] = (uint8_t)n_bytes;
	for (size_t word = 0; word < n_words + 1; word++) {
		int final = word == n_words;
		uint64_t m = 0;

		for (int i = 7; i >= 0 && !final; i--)
			m = m * 256 + padded[word * 8 + i];
		v[final ? 2 : 3] ^= final ? 0xff : m;
		for (int round = 0; round < (final ? 4 : 2); round++) {
			for (int half = 0; half < 2; half++) {
				for (int pair = 0; pair < 2; pair++) {
					int a = half == 0 ? 2 * pair : 2 - 2 * pair;
					int b = 2 * pair + 1;
					int bits = rotations[half][pair];

					v[a] += v[b];
					v[b] = v[b] << bits | v[b] >> (64 - bits);
					v[b] ^= v[a];
				}
				int a = half == 0 ? 0 : 2;

				v[a] = v[a] << 32 | v[a] >> 32;
			}
		}
		v[0] ^= m;
	}
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void the_vectors_of_its_authors_hold(void **state)
{
	static const uint8_t expected[][8] = {
		{0x31, 0x0e, 0x0e, 0xdd, 0x47, 0xdb, 0x6f, 0x72},
		{0xfd, 0x67, 0xdc, 0x93, 0xc5, 0x39, 0xf8, 0x74},
		{0x5a, 0x4f, 0xa9, 0xd9, 0x09, 0x80, 0x6c, 0x0d},
		{0x2d, 0x7e, 0xfb, 0xd7, 0x96, 0x66, 0x67, 0x85},
		{0xb7, 0x87, 0x71, 0x27, 0xe0, 0x94, 0x27, 0xcf},
		{0x8d, 0xa6, 0x99, 0xcd, 0x64, 0x55, 0x76, 0x18},
		{0xce, 0xe3, 0xfe, 0x58, 0x6e, 0x46, 0xc9, 0xcb},
		{0x37, 0xd1, 0x01, 0x8b, 0xf5, 0x00, 0x02, 0xab},
		{0x62, 0x24, 0x93, 0x9a, 0x79, 0xf5, 0xf5, 0x93},
	};
	uint8_t bytes[16];

	(void)state;
	for (uint8_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	for (uint32_t n = 0; n < sizeof(expected) / sizeof(expected[0]); n++)
		assert_int_equal(siphash_2_4(&paper_key, bytes, n), siphash_word(expected[n], 8));
	// The worked example of the paper's appendix A: fifteen bytes.
	assert_int_equal(siphash_2_4(&paper_key, bytes, 15), 0xa129ca6149be45e5);
}

static void every_length_equals_the_paper_read_literally(void **state)
{
	static const struct siphash_key keys[] = {
		{0, 0}, {UINT64_MAX, UINT64_MAX}, {0x0123456789abcdef, 0xfedcba9876543210}};
	uint8_t bytes[MAX_BYTES];

	(void)state;
	for (int i = 0; i < MAX_BYTES; i++)
		bytes[i] = (uint8_t)(i * 167 + 13);
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		for (uint32_t n_bytes = 0; n_bytes <= MAX_BYTES; n_bytes++)
			assert_int_equal(siphash_2_4(&keys[k], bytes, n_bytes),
			                 siphash_slow(&keys[k], bytes, n_bytes));
}

static void every_bit_of_key_and_data_matters(void **state)
{
	uint8_t bytes[24] = {0};
	struct siphash_key key = {0, 0};
	uint64_t base = siphash_2_4(&key, bytes, sizeof(bytes));

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(siphash_2_4(&key, bytes, sizeof(bytes)), base);
		bytes[bit / 8] = 0;
	}
	for (int bit = 0; bit < 64; bit++) {
		key = (struct siphash_key){UINT64_C(1) << bit, 0};
		assert_int_not_equal(siphash_2_4(&key, bytes, sizeof(bytes)), base);
		key = (struct siphash_key){0, UINT64_C(1) << bit};
		assert_int_not_equal(siphash_2_4(&key, bytes, sizeof(bytes)), base);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_its_authors_hold),
		cmocka_unit_test(every_length_equals_the_paper_read_literally),
		cmocka_unit_test(every_bit_of_key_and_data_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
