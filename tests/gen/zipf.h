// Ranks by Zipf's law: rank k comes with a probability in proportion to k^-1.1.
#pragma once

#include <stdint.h>

#include "random.h"

struct zipf {
	double first, span; // where the integral of the law begins, and how far it goes
	uint32_t n_ranks;
};

void zipf_init(struct zipf *zipf, uint32_t n_ranks);

// A rank, from 0 for the most frequent. Draws from random only when luck, uniform below 2^40, is
// not enough, which is rare.
uint32_t zipf_rank(const struct zipf *zipf, uint64_t luck, struct random *random);
