#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/distinct.h"
#include "proto/sketch.h"

static void add_number(struct distinct *set, uint32_t number)
{
	uint8_t key[DISTINCT_KEY_BYTES] = {0};

	memcpy(key, &number, sizeof(number));
	distinct_add(set, key);
}

static void up_to_its_limit_a_set_is_exact(void **state)
{
	struct distinct *set = calloc(1, sizeof(*set));

	assert_non_null(set);
	for (int twice = 0; twice < 2; twice++)
		for (uint32_t i = 0; i < DISTINCT_MAX_EXACT; i++)
			add_number(set, i);
	assert_int_equal(set->n_exact, DISTINCT_MAX_EXACT);
	assert_false(set->overflowed);
	free(set);
}

static void beyond_its_limit_a_set_is_estimated(void **state)
{
	const uint32_t n = 300000;
	struct distinct *set = calloc(1, sizeof(*set));
	double estimate;

	assert_non_null(set);
	for (uint32_t i = 0; i < n; i++)
		add_number(set, i);
	assert_true(set->overflowed);
	estimate = sketch_estimate(&set->sketch);
	assert_true(estimate > 0.96 * n && estimate < 1.04 * n); // five standard errors
	free(set);
}

static void an_ipv6_source_counts_with_its_prefix(void **state)
{
	struct distinct_sources *sources = calloc(1, sizeof(*sources));
	uint8_t source[DISTINCT_KEY_BYTES] = {0x20, 1, 0x0d, 0xb8};

	assert_non_null(sources);
	for (uint8_t host = 0; host < 10; host++) {
		source[15] = host;
		distinct_sources_add(sources, FAMILY_IPV6, source);
	}
	assert_int_equal(sources->ipv6.n_exact, 10);
	assert_int_equal(sources->ipv6_64.n_exact, 1);
	assert_int_equal(sources->ipv4.n_exact, 0);
	free(sources);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(up_to_its_limit_a_set_is_exact),
		cmocka_unit_test(beyond_its_limit_a_set_is_estimated),
		cmocka_unit_test(an_ipv6_source_counts_with_its_prefix),
	};

	return cmocka_run_group_tests_name("distinct", tests, NULL, NULL);
}
