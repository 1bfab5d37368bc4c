// The bound of Cramér and Rao. With n users over m registers, let load = n / m. Were n itself drawn
// from a Poisson distribution, registers would be independent and each at most k with probability
//
//     F(k) = exp(-load / 2^k) for k = 0 ... 50,  F(51) = 1
//
// From its derivative by load follows the information I that one register has about load: the sum
// over k of (p'(k))^2 / p(k), p(k) = F(k) - F(k - 1). No unbiased estimate of n has then a relative
// variance below 1 / (m load^2 I). Of this, 1 / n is the variance of the number that was drawn;
// here it is known.
#include "sketch_theory.h"

#include <math.h>
#include <stdbool.h>

#include "proto/sketch_registers.h"

double sketch_theory(double n_users)
{
	const double m = SKETCH_REGISTERS;
	double load = n_users / m, information = 0, below = 0, slope_below = 0;

	for (int k = 0; k <= SKETCH_MAX_RANK; k++) {
		bool last = k == SKETCH_MAX_RANK;
		double up_to = last ? 1 : exp(-load * exp2(-k));
		double slope = last ? 0 : -exp2(-k) * up_to;
		double p = up_to - below, dp = slope - slope_below;

		// Registers are never so low, or so high, that this tells anything.
		if (p > 0 && dp * dp > 0)
			information += dp * dp / p;
		below = up_to;
		slope_below = slope;
	}
	return sqrt(1 / (m * load * load * information) - 1 / n_users);
}
