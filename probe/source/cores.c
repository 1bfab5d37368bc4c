#include "cores.h"

uint32_t cores_preset(const cpu_set_t *allowed)
{
	int n = CPU_COUNT(allowed) - 1;

	if (n < 1)
		return 1;
	return n < MAX_WORKERS ? (uint32_t)n : MAX_WORKERS;
}

// The allowed processor with so many allowed ones before it.
static int nth_processor(const cpu_set_t *allowed, uint32_t nth)
{
	int processor = 0;

	while (!CPU_ISSET(processor, allowed) || nth-- > 0)
		processor++;
	return processor;
}

void cores_choose(const cpu_set_t *allowed, uint32_t n_workers, struct cores *ret_cores)
{
	uint32_t n_allowed = (uint32_t)CPU_COUNT(allowed);
	uint32_t n_others = n_allowed > n_workers ? n_allowed - n_workers : 0;

	ret_cores->n_workers = n_workers;
	ret_cores->others = *allowed;
	for (uint32_t i = 0; i < n_workers; i++) {
		ret_cores->worker[i] = nth_processor(allowed, (n_others + i) % n_allowed);
		if (n_others > 0)
			CPU_CLR(ret_cores->worker[i], &ret_cores->others);
	}
}
