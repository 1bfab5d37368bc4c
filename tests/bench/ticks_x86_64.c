#include "ticks.h"

uint64_t ticks_now(void)
{
	return __builtin_ia32_rdtsc();
}
