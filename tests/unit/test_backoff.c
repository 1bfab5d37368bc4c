#include "test_all.h"

#include "probe/uplink/backoff.h"

static void delays_double_up_to_half_a_minute(void **state)
{
	static const uint64_t expected_ms[] = {500,   1000,  2000,  4000, 8000,
	                                       16000, 30000, 30000, 30000};
	struct backoff backoff = {0};

	for (size_t i = 0; i < sizeof(expected_ms) / sizeof(expected_ms[0]); i++)
		assert_int_equal(backoff_next(&backoff, 0), expected_ms[i] * NS_PER_MS);
}

static void chance_takes_off_less_than_half(void **state)
{
	for (uint64_t random = 0; random < UINT64_C(1) << 40; random = random * 3 + 1) {
		struct backoff backoff = {.next_ns = 8 * NS_PER_S};
		uint64_t delay_ns = backoff_next(&backoff, random);

		assert_true(delay_ns > 4 * NS_PER_S);
		assert_true(delay_ns <= 8 * NS_PER_S);
	}
}

static void success_starts_over(void **state)
{
	struct backoff backoff = {0};

	backoff_next(&backoff, 0);
	backoff_next(&backoff, 0);
	backoff_reset(&backoff);
	assert_int_equal(backoff_next(&backoff, 0), BACKOFF_MIN_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delays_double_up_to_half_a_minute),
		cmocka_unit_test(chance_takes_off_less_than_half),
		cmocka_unit_test(success_starts_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
