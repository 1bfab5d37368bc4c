#include "test_all.h"

#include <math.h>

#include "tests/gen/zipf.h"

enum {
	N_DRAWS = 4000000,
	N_RANKS = 1000,
};

static uint32_t n_drawn[N_RANKS];

static void draw(struct zipf *zipf, uint64_t seed)
{
	struct random random = {seed};

	for (uint32_t i = 0; i < N_DRAWS; i++) {
		uint32_t rank = zipf_rank(zipf, random_bits(&random) >> 24, &random);

		assert_true(rank < zipf->n_ranks);
		if (rank < N_RANKS)
			n_drawn[rank]++;
	}
}

// Chi-square over all ranks: with 999 degrees of freedom its standard deviation is 44.7, and four
// of them are not exceeded once in ten thousand seeds. Inversion without rejection is off by 12 %
// at rank 1 alone, and fails by far.
static void ranks_come_in_proportion_to_their_power(void **state)
{
	struct zipf zipf;
	double total = 0, chi_square = 0;

	(void)state;
	zipf_init(&zipf, N_RANKS);
	draw(&zipf, 1);
	for (uint32_t k = 1; k <= N_RANKS; k++)
		total += pow(k, -1.1);
	for (uint32_t k = 1; k <= N_RANKS; k++) {
		double expected = N_DRAWS * pow(k, -1.1) / total;

		chi_square += pow(n_drawn[k - 1] - expected, 2) / expected;
	}
	assert_in_range((int)chi_square, 800, 999 + 4 * 45);
}

static void every_luck_has_a_rank_however_many_there_are(void **state)
{
	static const uint32_t counts[] = {1, 2, 3, 1000, 1 << 24};
	static const uint64_t lucks[] = {0, 1, (UINT64_C(1) << 40) - 1, UINT64_C(1) << 39};
	struct random random = {7};
	struct zipf zipf;

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		zipf_init(&zipf, counts[i]);
		for (size_t j = 0; j < sizeof(lucks) / sizeof(lucks[0]); j++)
			assert_true(zipf_rank(&zipf, lucks[j], &random) < counts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranks_come_in_proportion_to_their_power),
		cmocka_unit_test(every_luck_has_a_rank_however_many_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
