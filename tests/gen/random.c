#include "random.h"

uint32_t random_below(struct random *random, uint32_t bound)
{
	return (uint32_t)((random_bits(random) >> 32) * bound >> 32);
}

double random_unit(struct random *random)
{
	return (double)(random_bits(random) >> 11) * 0x1p-53;
}
