#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "probe/meter/flow_hash.h"

static struct flow_hash_secret secret_of(uint64_t seed)
{
	const struct siphash_key key = {seed, 1};
	struct flow_hash_secret secret;

	flow_hash_secret_init(&secret, &key);
	return secret;
}

static void another_seed_is_another_hash(void **state)
{
	const uint64_t key[FLOW_KEY_WORDS] = {1, 2, 3};
	struct flow_hash_secret a = secret_of(1), b = secret_of(2);

	assert_true(flow_hash(&a, key) == flow_hash(&a, key));
	assert_true(flow_hash(&a, key) != flow_hash(&b, key));
}

// Each input bit turns about half of the output bits, whichever it is.
static void every_bit_of_the_key_spreads(void **state)
{
	enum {
		N_SECRETS = 64
	};
	unsigned int n_turned[64 * FLOW_KEY_WORDS] = {0};

	for (uint64_t seed = 0; seed < N_SECRETS; seed++) {
		struct flow_hash_secret secret = secret_of(seed);
		uint64_t key[FLOW_KEY_WORDS] = {seed};
		uint64_t hash = flow_hash(&secret, key);

		for (unsigned int bit = 0; bit < 64 * FLOW_KEY_WORDS; bit++) {
			key[bit / 64] ^= UINT64_C(1) << bit % 64;
			n_turned[bit] += (unsigned int)__builtin_popcountll(
				hash ^ flow_hash(&secret, key));
			key[bit / 64] ^= UINT64_C(1) << bit % 64;
		}
	}
	for (unsigned int bit = 0; bit < 64 * FLOW_KEY_WORDS; bit++)
		assert_in_range(n_turned[bit], N_SECRETS * 26, N_SECRETS * 38);
}

// Consecutive addresses, as a scan has them, fall on lines as evenly as chance would have it: the
// sum of squares of the lines' counts is within a thousandth of what is expected of random keys,
// whose standard deviation is less than a tenth of that.
static void consecutive_keys_fall_evenly_on_lines(void **state)
{
	enum {
		N_KEYS = 1 << 18,
		N_LINES = 1 << 10
	};
	static uint32_t counts[N_LINES];
	struct flow_hash_secret secret = secret_of(5);
	double squares = 0, expected = N_KEYS + (double)N_KEYS * (N_KEYS - 1) / N_LINES;

	for (uint32_t i = 0; i < N_KEYS; i++) {
		const uint64_t key[FLOW_KEY_WORDS] = {0, (uint64_t)i << 32};

		counts[flow_hash(&secret, key) % N_LINES]++;
	}
	for (uint32_t line = 0; line < N_LINES; line++)
		squares += (double)counts[line] * counts[line];
	assert_true(squares > expected * 0.999 && squares < expected * 1.001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_seed_is_another_hash),
		cmocka_unit_test(every_bit_of_the_key_spreads),
		cmocka_unit_test(consecutive_keys_fall_evenly_on_lines),
	};

	return cmocka_run_group_tests_name("flow_hash", tests, NULL, NULL);
}
