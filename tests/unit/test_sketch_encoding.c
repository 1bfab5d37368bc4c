#include "test_all.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/siphash.h"
#include "proto/sketch.h"

enum {
	SPARSE = 1,
	DENSE = 2,
	CODED = 3,
};

// Adds the identities [first, first + n) under one key, as the probe does.
static void sketch_fill(struct sketch *sketch, uint64_t seed, uint64_t first, uint64_t n)
{
	struct siphash_key key = {seed, ~seed};

	for (uint64_t i = first; i < first + n; i++)
		sketch_add(sketch, siphash_2_4(&key, &i, sizeof(i)));
}

static uint64_t random_next(uint64_t *random)
{
	struct siphash_key key = {42, 43};

	return *random = siphash_2_4(&key, random, sizeof(*random));
}

static void assert_sketches_equal(const struct sketch *a, const struct sketch *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

// Memory of exactly the encoding's size, so that a sanitizer sees a byte read behind it.
static uint8_t *encode(const struct sketch *sketch, size_t *ret_bytes)
{
	uint8_t bytes[SKETCH_MAX_ENCODED_BYTES];
	size_t n_bytes = sketch_encode(sketch, bytes);
	uint8_t *exact = malloc(n_bytes);

	assert_non_null(exact);
	assert_true(n_bytes <= SKETCH_MAX_ENCODED_BYTES);
	memcpy(exact, bytes, n_bytes);
	*ret_bytes = n_bytes;
	return exact;
}

static size_t assert_comes_back(const struct sketch *sketch, uint8_t form)
{
	struct sketch back;
	size_t n_bytes;
	uint8_t *bytes = encode(sketch, &n_bytes);

	memset(&back, 0xff, sizeof(back));
	assert_int_equal(sketch_decode(bytes, n_bytes, &back), 0);
	assert_sketches_equal(sketch, &back);
	if (form != 0)
		assert_int_equal(bytes[0], form);
	free(bytes);
	return n_bytes;
}

static void sketches_of_all_loads_come_back(void **state)
{
	struct sketch sketch = {0};
	uint64_t n_added = 0;

	(void)state;
	assert_int_equal(assert_comes_back(&sketch, SPARSE), 1);
	for (uint64_t n = 1; n < 3000000; n = n * 5 / 4 + 1) {
		sketch_fill(&sketch, 5, n_added, n - n_added);
		n_added = n;
		assert_comes_back(&sketch, 0);
	}
}

// What n hashes raised after so many others.
static void raised_fill(struct sketch *raised, uint64_t seed, uint64_t n_before, uint64_t n)
{
	struct sketch before = {0}, after;

	sketch_fill(&before, seed, 0, n_before);
	after = before;
	sketch_fill(&after, seed, n_before, n);
	*raised = (struct sketch){0};
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		if (sketch_get(&after, i) > sketch_get(&before, i))
			sketch_set(raised, i, sketch_get(&after, i));
}

static void what_was_raised_comes_back(void **state)
{
	(void)state;
	for (uint64_t n_before = 10; n_before < 1000000; n_before *= 7) {
		for (uint64_t n = 1; n < 100000; n *= 9) {
			struct sketch raised;

			raised_fill(&raised, n, n_before, n);
			assert_comes_back(&raised, 0);
		}
	}
}

static void registers_of_any_rank_come_back(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (int round = 0; round < 500; round++) {
		struct sketch sketch = {0};
		uint64_t n = random_next(&random) % (2u << random_next(&random) % 15);
		uint32_t low = (uint32_t)(random_next(&random) % SKETCH_MAX_RANK);
		uint32_t n_ranks = 1 + (uint32_t)(random_next(&random) % (SKETCH_MAX_RANK - low));
		uint32_t span = 1 + (uint32_t)(random_next(&random) % SKETCH_REGISTERS);

		for (uint64_t i = 0; i < n; i++)
			sketch_set(&sketch, (uint32_t)(random_next(&random) % span),
			           1 + low + (uint32_t)(random_next(&random) % n_ranks));
		assert_comes_back(&sketch, 0);
	}
}

// Ranks whose counts are Fibonacci numbers have the longest codes there can be.
static void ranks_of_the_longest_codes_come_back(void **state)
{
	struct sketch sketch = {0};
	uint32_t index = 0, count = 1, next = 1;

	(void)state;
	for (uint32_t rank = 1; index < SKETCH_REGISTERS; rank++) {
		uint32_t sum = count + next;

		for (uint32_t i = 0; i < count && index < SKETCH_REGISTERS; i++)
			sketch_set(&sketch, index++, rank);
		count = next;
		next = sum;
	}
	assert_comes_back(&sketch, CODED);
}

static void the_shortest_encoding_is_taken(void **state)
{
	struct sketch sketch = {0};
	uint64_t random = 7;

	(void)state;
	sketch_set(&sketch, 0, 51);
	assert_int_equal(assert_comes_back(&sketch, SPARSE), 2);
	sketch_set(&sketch, 2, 1);
	assert_int_equal(assert_comes_back(&sketch, SPARSE), 3);
	sketch_set(&sketch, 2 + 1 + 255, 1);
	assert_int_equal(assert_comes_back(&sketch, SPARSE), 5);
	sketch_set(&sketch, SKETCH_REGISTERS - 1, 51);
	assert_int_equal(assert_comes_back(&sketch, SPARSE), 8);
	// Places at random.
	sketch = (struct sketch){0};
	for (uint32_t i = 0; i < 100; i++)
		sketch_set(&sketch, (uint32_t)(random_next(&random) % SKETCH_REGISTERS), 1);
	assert_true(assert_comes_back(&sketch, CODED) < 130);
	// All ranks as often as each other: nothing says them in much less than six bits.
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		sketch_set(&sketch, i, 1 + (uint32_t)(random_next(&random) % SKETCH_MAX_RANK));
	assert_true(assert_comes_back(&sketch, 0) > 11600);
	// One rank everywhere.
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		sketch_set(&sketch, i, SKETCH_MAX_RANK);
	assert_true(assert_comes_back(&sketch, CODED) <= SKETCH_REGISTERS / 8 + 5);
}

// No code takes fewer bits on average than places and ranks have entropy.
static double entropy_bytes(const struct sketch *sketch)
{
	const double m = SKETCH_REGISTERS;
	uint32_t counts[64] = {0};
	double n = 0, n_bits = 0;

	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		counts[sketch_get(sketch, i)]++;
	n = m - counts[0];
	n_bits = (lgamma(m + 1) - lgamma(n + 1) - lgamma(m - n + 1)) / M_LN2;
	for (uint32_t rank = 1; rank < 64; rank++)
		if (counts[rank] > 0)
			n_bits -= counts[rank] * log2(counts[rank] / n);
	return n_bits / 8;
}

// So many users take at most so many bytes, and so much more than the entropy.
static void assert_costs(uint64_t n_users, size_t max_bytes, double max_excess)
{
	struct sketch sketch = {0};
	size_t n_bytes;

	sketch_fill(&sketch, 11, 0, n_users);
	n_bytes = assert_comes_back(&sketch, CODED);
	assert_true(n_bytes <= max_bytes);
	assert_true((double)n_bytes <= entropy_bytes(&sketch) * max_excess);
	assert_true((double)n_bytes >= entropy_bytes(&sketch));
}

static void users_take_hardly_more_than_their_entropy(void **state)
{
	(void)state;
	assert_costs(100, 145, 1.06);
	assert_costs(1344, 1200, 1.02);
	assert_costs(10000, 4200, 1.02);
	assert_costs(20000, 5400, 1.02);
	assert_costs(100000, 6000, 1.03);
	assert_costs(1000000, 6000, 1.03);
}

static void changes_take_hardly_more_than_their_entropy(void **state)
{
	struct sketch raised;
	size_t n_bytes;

	(void)state;
	raised_fill(&raised, 3, 1000000, 100000);
	n_bytes = assert_comes_back(&raised, CODED);
	assert_true((double)n_bytes <= entropy_bytes(&raised) * 1.05);
	raised_fill(&raised, 3, 5000, 500);
	n_bytes = assert_comes_back(&raised, CODED);
	assert_true((double)n_bytes <= entropy_bytes(&raised) * 1.08);
}

struct vector {
	const char *bytes;
	size_t n_bytes;
};

static void assert_refused(const struct vector *vectors, size_t n_vectors)
{
	struct sketch sketch = {{1, 2, 3}}, before = sketch;

	for (size_t i = 0; i < n_vectors; i++) {
		uint8_t *bytes = malloc(vectors[i].n_bytes + 1);

		assert_non_null(bytes);
		memcpy(bytes, vectors[i].bytes, vectors[i].n_bytes);
		assert_int_equal(sketch_decode(bytes, vectors[i].n_bytes, &sketch), -EBADMSG);
		assert_sketches_equal(&sketch, &before);
		free(bytes);
	}
}

static void what_is_no_encoding_is_refused(void **state)
{
	static const struct vector vectors[] = {
		{"", 0},
		{"\x00", 1}, // unknown encoding
		{"\x04", 1},
		{"\x02", 1}, // dense, but short
		{"\x01\x00", 2}, // rank 0
		{"\x01\x34", 2}, // rank 52
		{"\x01\xc1", 2}, // cut off
		{"\x01\xc1\x80\x00", 4}, // an empty last byte
		{"\x01\xc1\x80\x80\x01", 5}, // longer than a pair can be
		{"\x01\x81\x80\x40", 4}, // register 16384
	};
	struct sketch sketch;

	(void)state;
	assert_refused(vectors, sizeof(vectors) / sizeof(vectors[0]));
	// The last register there is, for comparison.
	assert_int_equal(sketch_decode((const uint8_t *)"\x01\xc1\xff\x3f", 4, &sketch), 0);
	assert_int_equal(sketch_get(&sketch, SKETCH_REGISTERS - 1), 1);
}

static void what_is_no_code_is_refused(void **state)
{
	static const struct vector vectors[] = {
		{"\x03", 1},
		{"\x03\x00", 2}, // cut off inside the head
		{"\x03\xe0\x00\x00\x00", 5}, // g = 14
		{"\x03\x00\x00\x0f", 4}, // one register, whose rank is cut off
		{"\x03\x00\x00\x00\x00", 5}, // a byte too much
		{"\x03\x00\x00\x01", 4}, // not padded with zeros
		{"\x03\x00\x00\xc0", 4}, // four registers wanted, but bits for two
		{"\x03\xd0\x00\x18\x00\x00", 6}, // register 16384
		{"\x03\x00\x00\x20\x02\x10\x80",
	         7}, // a table from rank 0, where registers are listed
		{"\x03\x00\x00\x39\x82\x10\x80", 7}, // a table of ranks 51 and 52
		{"\x03\x00\x00\x20\x82\x11\x00", 7}, // codes of 1 and 2 bits: 11 is none
		{"\x03\x00\x00\x20\x84\x10\x84", 7}, // three codes of 1 bit
		{"\x03\x00\x00\x20\x81\xf0", 6}, // a code of 31 bits
	};
	// The same, but right: one register, and a table of ranks 1 and 2.
	static const uint8_t one[] = {3, 0x00, 0x00, 0x00};
	static const uint8_t table[] = {3, 0x00, 0x00, 0x20, 0x82, 0x10, 0x80};
	struct sketch sketch;

	(void)state;
	assert_refused(vectors, sizeof(vectors) / sizeof(vectors[0]));
	assert_int_equal(sketch_decode(one, sizeof(one), &sketch), 0);
	assert_int_equal(sketch_get(&sketch, 0), 1);
	assert_int_equal(sketch_decode(table, sizeof(table), &sketch), 0);
	assert_int_equal(sketch_get(&sketch, 0), 1);
}

// Known bytes, worked out by hand from the description of the form.
static void the_coded_form_is_as_described(void **state)
{
	// g = 3: 0011; two listed: 00 0000 0000 0001; no table: 0; gap 21: 110 101; rank 3: 110;
	// gap 0: 0 000; rank 1: 0; padding.
	static const uint8_t unary[] = {3, 0x30, 0x00, 0x5a, 0xe0, 0x00};
	// g = 0: 0000; three listed: 00 0000 0000 0010; table: 1; low 4: 000100; two ranks: 000001;
	// lengths 1, 1: 00001 00001; gap 0: 0, rank 5: 1; gap 1: 10, rank 4: 0; gap 0: 0, rank
	// 5: 1.
	static const uint8_t table[] = {3, 0x00, 0x00, 0xa2, 0x02, 0x10, 0xb1};
	struct sketch sketch;

	(void)state;
	assert_int_equal(sketch_decode(unary, sizeof(unary), &sketch), 0);
	assert_int_equal(sketch_get(&sketch, 21), 3);
	assert_int_equal(sketch_get(&sketch, 22), 1);
	assert_int_equal(sketch_decode(table, sizeof(table), &sketch), 0);
	assert_int_equal(sketch_get(&sketch, 0), 5);
	assert_int_equal(sketch_get(&sketch, 2), 4);
	assert_int_equal(sketch_get(&sketch, 3), 5);
}

static void a_dense_register_above_the_highest_rank_is_refused(void **state)
{
	uint8_t *bytes = calloc(1, SKETCH_MAX_ENCODED_BYTES);
	struct sketch sketch;

	(void)state;
	assert_non_null(bytes);
	bytes[0] = DENSE;
	assert_int_equal(sketch_decode(bytes, SKETCH_MAX_ENCODED_BYTES, &sketch), 0);
	assert_int_equal(sketch_decode(bytes, SKETCH_MAX_ENCODED_BYTES - 1, &sketch), -EBADMSG);
	bytes[SKETCH_MAX_ENCODED_BYTES - 1] = 52 << 2;
	assert_int_equal(sketch_decode(bytes, SKETCH_MAX_ENCODED_BYTES, &sketch), -EBADMSG);
	free(bytes);
}

// Whatever happens on the way, what decodes has legal ranks, and what is cut off does not decode.
static void damage_is_refused_or_still_a_sketch(void **state)
{
	static const uint64_t loads[] = {1, 30, 1344, 9000, 40000, 500000};
	uint64_t random = 3;

	(void)state;
	for (size_t load = 0; load < sizeof(loads) / sizeof(loads[0]); load++) {
		struct sketch sketch = {0};
		size_t n_bytes;
		uint8_t *bytes;

		sketch_fill(&sketch, load, 0, loads[load]);
		bytes = encode(&sketch, &n_bytes);
		for (int round = 0; round < 300; round++) {
			size_t n_flips = 1 + random_next(&random) % 4;
			size_t n_kept = random_next(&random) % n_bytes;
			uint8_t *bent = malloc(n_bytes);

			assert_non_null(bent);
			memcpy(bent, bytes, n_bytes);
			for (; n_flips > 0; n_flips--)
				bent[random_next(&random) % n_bytes] ^=
					(uint8_t)(1 << random_next(&random) % 8);
			if (sketch_decode(bent, n_bytes, &sketch) == 0)
				assert_int_equal(sketch_check(&sketch), 0);
			free(bent);
			bent = malloc(n_kept + 1);
			memcpy(bent, bytes, n_kept);
			if (bytes[0] != SPARSE)
				assert_int_equal(sketch_decode(bent, n_kept, &sketch), -EBADMSG);
			free(bent);
		}
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sketches_of_all_loads_come_back),
		cmocka_unit_test(what_was_raised_comes_back),
		cmocka_unit_test(registers_of_any_rank_come_back),
		cmocka_unit_test(ranks_of_the_longest_codes_come_back),
		cmocka_unit_test(the_shortest_encoding_is_taken),
		cmocka_unit_test(users_take_hardly_more_than_their_entropy),
		cmocka_unit_test(changes_take_hardly_more_than_their_entropy),
		cmocka_unit_test(what_is_no_encoding_is_refused),
		cmocka_unit_test(what_is_no_code_is_refused),
		cmocka_unit_test(the_coded_form_is_as_described),
		cmocka_unit_test(a_dense_register_above_the_highest_rank_is_refused),
		cmocka_unit_test(damage_is_refused_or_still_a_sketch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
