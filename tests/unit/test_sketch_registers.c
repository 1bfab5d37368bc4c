#include "test_all.h"

#include <string.h>

#include "proto/sketch_registers.h"

static uint64_t random_next(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15;
	uint64_t z = *state;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint32_t bit_of(const struct sketch *sketch, uint32_t bit)
{
	return sketch->registers[bit / 8] >> bit % 8 & 1;
}

static void each_register_is_six_bits_of_one_long_row(void **state)
{
	static uint8_t expected[SKETCH_REGISTERS];
	static struct sketch sketch;
	uint64_t random = 1;

	(void)state;
	for (uint32_t step = 0; step < 4 * SKETCH_REGISTERS; step++) {
		uint64_t draw = random_next(&random);
		uint32_t index = draw % SKETCH_REGISTERS;

		expected[index] = draw >> 32 & 0x3f;
		sketch_set(&sketch, index, expected[index]);
	}
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) {
		uint32_t value = 0;

		for (uint32_t bit = 0; bit < SKETCH_REGISTER_BITS; bit++)
			value |= bit_of(&sketch, i * SKETCH_REGISTER_BITS + bit) << bit;
		assert_int_equal(value, expected[i]);
		assert_int_equal(sketch_get(&sketch, i), expected[i]);
	}
}

static void setting_a_register_leaves_its_neighbours(void **state)
{
	static struct sketch sketch;

	(void)state;
	memset(&sketch, 0xff, sizeof(sketch));
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) {
		sketch_set(&sketch, i, 0);
		assert_int_equal(sketch_get(&sketch, i), 0);
		if (i + 1 < SKETCH_REGISTERS)
			assert_int_equal(sketch_get(&sketch, i + 1), 0x3f);
		sketch_set(&sketch, i, 0x3f);
		if (i > 0)
			assert_int_equal(sketch_get(&sketch, i - 1), 0x3f);
	}
}

static uint32_t rank_by_counting(uint64_t hash)
{
	uint32_t rank = 1;

	for (int bit = SKETCH_PRECISION; bit < 64 && !(hash >> bit & 1); bit++)
		rank++;
	return rank;
}

static void rank_is_trailing_zeros_and_one(void **state)
{
	uint64_t random = 2;

	(void)state;
	assert_int_equal(sketch_rank(0), SKETCH_MAX_RANK);
	assert_int_equal(sketch_rank(SKETCH_REGISTERS - 1), SKETCH_MAX_RANK);
	for (int bit = SKETCH_PRECISION; bit < 64; bit++) {
		uint64_t hash = UINT64_C(1) << bit;

		assert_int_equal(sketch_rank(hash), bit - SKETCH_PRECISION + 1);
		assert_int_equal(sketch_rank(hash | 0x1fff), bit - SKETCH_PRECISION + 1);
		assert_int_equal(sketch_rank(UINT64_MAX << bit), bit - SKETCH_PRECISION + 1);
	}
	for (int i = 0; i < 100000; i++) {
		uint64_t hash = random_next(&random);

		assert_int_equal(sketch_rank(hash), rank_by_counting(hash));
	}
}

static void adding_keeps_the_highest_rank(void **state)
{
	static struct sketch sketch;

	(void)state;
	sketch_add(&sketch, UINT64_C(1) << 20 | 77);
	assert_int_equal(sketch_get(&sketch, 77), 7);
	sketch_add(&sketch, UINT64_C(1) << 15 | 77);
	assert_int_equal(sketch_get(&sketch, 77), 7);
	sketch_add(&sketch, 77);
	assert_int_equal(sketch_get(&sketch, 77), SKETCH_MAX_RANK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_register_is_six_bits_of_one_long_row),
		cmocka_unit_test(setting_a_register_leaves_its_neighbours),
		cmocka_unit_test(rank_is_trailing_zeros_and_one),
		cmocka_unit_test(adding_keeps_the_highest_rank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
