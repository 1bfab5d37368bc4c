// Rejection-inversion (W. Hormann and G. Derflinger, "Rejection-inversion to generate variates from
// monotone discrete distributions", 1996): the law is drawn continuously by inverting its integral
//
//     H(x) = -10 x^-0.1    H^-1(u) = (-u / 10)^-10
//
// then rounded to the nearest rank k, and kept unless it fell where the area under the curve
// between k - 1/2 and k + 1/2 is larger than k^-1.1. With this exponent the inverse is four
// multiplications and a division, so neither a table of all ranks nor one of quantiles is needed.
// Two draws in a hundred need the test with powers, fewer are drawn again.
//
// The method is exact. What is left is the grain of the luck: 2^-40 of the span, at most 9, is 0.1
// % of the share of rank 16,777,216 and less of every other's.
#include "zipf.h"

#include <math.h>

#define EXPONENT  1.1
#define LUCK_UNIT 0x1p-40

static double integral(double x)
{
	return -10 * pow(x, 1 - EXPONENT);
}

static double inverse(double u)
{
	double y = -0.1 * u;
	double y2 = y * y;
	double y4 = y2 * y2;

	return 1 / (y4 * y4 * y2);
}

void zipf_init(struct zipf *zipf, uint32_t n_ranks)
{
	zipf->n_ranks = n_ranks;
	zipf->first = integral(1.5) - 1; // the area of rank 1 is its probability, no more
	zipf->span = integral(n_ranks + 0.5) - zipf->first;
}

uint32_t zipf_rank(const struct zipf *zipf, uint64_t luck, struct random *random)
{
	// 2 - H^-1(H(2.5) - 2^-1.1): no draw so near to its rank from below was outside.
	const double always_inside = 0.4815;

	for (;; luck = random_bits(random) >> 24) {
		double u = zipf->first + (double)(int64_t)luck * (LUCK_UNIT * zipf->span);
		double x = inverse(u);
		uint32_t k = (uint32_t)(int64_t)(x + 0.5);

		k = k < 1 ? 1 : k;
		k = k > zipf->n_ranks ? zipf->n_ranks : k;
		if (k - x <= always_inside || u >= integral(k + 0.5) - pow(k, -EXPONENT))
			return k - 1;
	}
}
