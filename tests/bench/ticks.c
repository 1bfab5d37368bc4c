#include "ticks.h"

#include "work.h"

#define MEASURE_NS UINT64_C(50000000)

double ticks_per_ns(void)
{
	uint64_t start_ns = bench_now_ns(), start = ticks_now(), now_ns;

	do
		now_ns = bench_now_ns();
	while (now_ns - start_ns < MEASURE_NS);
	return (double)(ticks_now() - start) / (double)(now_ns - start_ns);
}
