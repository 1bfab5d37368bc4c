#include "test_all.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/siphash.h"
#include "proto/sketch.h"

// Adds the identities [first, first + n) under one key, as the probe does.
static void sketch_fill(struct sketch *sketch, uint64_t seed, uint64_t first, uint64_t n)
{
	struct siphash_key key = {seed, ~seed};

	for (uint64_t i = first; i < first + n; i++)
		sketch_add(sketch, siphash_2_4(&key, &i, sizeof(i)));
}

static void assert_sketches_equal(const struct sketch *a, const struct sketch *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

// Root mean square of the relative error over n_seeds sketches of n hashes, and their mean error.
static void error_measure(uint64_t n, int n_seeds, double *ret_rms, double *ret_bias)
{
	double sum = 0, sum_of_squares = 0;

	for (int seed = 1; seed <= n_seeds; seed++) {
		struct sketch sketch = {0};
		double error;

		sketch_fill(&sketch, (uint64_t)seed, 0, n);
		error = sketch_estimate(&sketch) / (double)n - 1;
		sum += error;
		sum_of_squares += error * error;
	}
	*ret_rms = sqrt(sum_of_squares / n_seeds);
	*ret_bias = sum / n_seeds;
}

// The mean of N errors scatters by 1 / sqrt(N) of one, their root mean square by 1 / sqrt(2 N).
static void assert_error_as_promised(uint64_t n, int n_seeds)
{
	double promised = sketch_relative_error((double)n);
	double rms, bias;

	error_measure(n, n_seeds, &rms, &bias);
	assert_true(fabs(bias) < 3 * promised / sqrt(n_seeds));
	assert_true(rms < promised * (1 + 3 / sqrt(2.0 * n_seeds)));
	assert_true(rms > promised * (1 - 3 / sqrt(2.0 * n_seeds)) * 0.9);
}

static void small_counts_err_as_promised(void **state)
{
	(void)state;
	assert_error_as_promised(100, 400);
	assert_error_as_promised(1000, 200);
}

static void middle_counts_err_as_promised(void **state)
{
	(void)state;
	assert_error_as_promised(10000, 200);
	assert_error_as_promised(50000, 100);
}

static void large_counts_err_as_promised(void **state)
{
	(void)state;
	assert_error_as_promised(1000000, 30);
}

static void nothing_counts_as_zero_and_one_as_one(void **state)
{
	struct sketch sketch = {0};

	(void)state;
	assert_true(sketch_estimate(&sketch) == 0);
	sketch_fill(&sketch, 1, 0, 1);
	assert_true(fabs(sketch_estimate(&sketch) - 1) < 0.001);
	sketch_fill(&sketch, 1, 0, 1);
	assert_true(fabs(sketch_estimate(&sketch) - 1) < 0.001);
}

static void a_full_sketch_counts_no_more_than_there_are_hashes(void **state)
{
	struct sketch sketch = {0};

	(void)state;
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		sketch_set(&sketch, i, SKETCH_MAX_RANK - 1);
	assert_true(sketch_estimate(&sketch) > 1e18);
	assert_true(sketch_estimate(&sketch) <= 0x1p64);
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		sketch_set(&sketch, i, SKETCH_MAX_RANK);
	assert_true(sketch_estimate(&sketch) == 0x1p64);
}

static void error_never_grows_past_the_bound(void **state)
{
	double before = 0;

	(void)state;
	assert_true(fabs(sketch_relative_error(0) - sketch_relative_error(1)) < 0.0001);
	for (double n = 0; n < 1e12; n = n * 1.1 + 1) {
		double error = sketch_relative_error(n);

		assert_true(error >= before * 0.999);
		assert_true(error > 0.005 && error <= 1.04 / 128);
		before = error;
	}
}

static void merging_is_the_union_in_any_order(void **state)
{
	struct sketch a = {0}, b = {0}, c = {0}, all = {0}, left, right;

	(void)state;
	sketch_fill(&a, 1, 0, 30000);
	sketch_fill(&b, 1, 20000, 500);
	sketch_fill(&c, 1, 29000, 9000);
	sketch_fill(&all, 1, 0, 38000);

	left = a;
	sketch_merge(&left, &b);
	right = b;
	sketch_merge(&right, &a);
	assert_sketches_equal(&left, &right); // commutative
	sketch_merge(&left, &c);
	assert_sketches_equal(&left, &all); // the sketch of the union
	right = b;
	sketch_merge(&right, &c);
	sketch_merge(&right, &a);
	assert_sketches_equal(&left, &right); // associative
	sketch_merge(&right, &a);
	sketch_merge(&right, &right);
	assert_sketches_equal(&left, &right); // idempotent
}

static void merging_compares_every_register_alone(void **state)
{
	struct sketch a = {0}, b = {0};

	(void)state;
	// Every pair of ranks, in several places of a word.
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) {
		sketch_set(&a, i, i % 52);
		sketch_set(&b, i, i / 52 % 52);
	}
	sketch_merge(&a, &b);
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		assert_int_equal(sketch_get(&a, i), i % 52 > i / 52 % 52 ? i % 52 : i / 52 % 52);
}

static void the_redis_string_has_its_layout(void **state)
{
	static const uint8_t header[] = {'H', 'Y', 'L', 'L', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80};
	static uint8_t string[SKETCH_REDIS_BYTES];
	struct sketch sketch = {0}, back;

	(void)state;
	assert_int_equal(SKETCH_REDIS_BYTES, 12304);
	sketch_set(&sketch, 0, 0x15);
	sketch_set(&sketch, 1, 0x2a);
	sketch_to_redis(&sketch, string);
	assert_memory_equal(string, header, sizeof(header));
	assert_int_equal(string[16], 0x95);
	assert_int_equal(string[17], 0x0a);
	assert_int_equal(sketch_from_redis(string, sizeof(string), &back), 0);
	assert_sketches_equal(&sketch, &back);
}

static void a_foreign_redis_string_is_refused(void **state)
{
	static uint8_t string[SKETCH_REDIS_BYTES];
	struct sketch sketch = {0}, back;

	(void)state;
	sketch_to_redis(&sketch, string);
	assert_int_equal(sketch_from_redis(string, sizeof(string) - 1, &back), -EBADMSG);
	assert_int_equal(sketch_from_redis(string, 0, &back), -EBADMSG);
	string[4] = 1; // Redis's own sparse encoding
	assert_int_equal(sketch_from_redis(string, sizeof(string), &back), -EBADMSG);
	string[4] = 0;
	string[0] = 'h';
	assert_int_equal(sketch_from_redis(string, sizeof(string), &back), -EBADMSG);
	string[0] = 'H';
	string[16] = 0x3f;
	assert_int_equal(sketch_from_redis(string, sizeof(string), &back), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_counts_err_as_promised),
		cmocka_unit_test(middle_counts_err_as_promised),
		cmocka_unit_test(large_counts_err_as_promised),
		cmocka_unit_test(nothing_counts_as_zero_and_one_as_one),
		cmocka_unit_test(a_full_sketch_counts_no_more_than_there_are_hashes),
		cmocka_unit_test(error_never_grows_past_the_bound),
		cmocka_unit_test(merging_is_the_union_in_any_order),
		cmocka_unit_test(merging_compares_every_register_alone),
		cmocka_unit_test(the_redis_string_has_its_layout),
		cmocka_unit_test(a_foreign_redis_string_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
