#include "engine.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/random.h>

// Large pages where the kernel gives them: a table of this size misses the TLB on every flow
// otherwise.
static void *take_memory(size_t n_bytes)
{
	void *memory = mmap(NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                    0);

	if (memory == MAP_FAILED)
		return NULL;
	madvise(memory, n_bytes, MADV_HUGEPAGE);
	return memory;
}

int engine_init(uint64_t max_flows, uint64_t idle_timeout_ns, struct engine *ret_engine)
{
	struct meter_config config = {.max_flows = max_flows, .idle_timeout_ns = idle_timeout_ns};
	struct engine engine = {0};

	if (getrandom(&config.seed, sizeof(config.seed), 0) != sizeof(config.seed))
		return -EIO;
	engine.memory_bytes = meter_memory_bytes(&config);
	engine.memory = take_memory(engine.memory_bytes);
	if (engine.memory == NULL)
		return -ENOMEM;
	engine.meter = meter_init(engine.memory, &config);
	*ret_engine = engine;
	return 0;
}

void engine_fini(struct engine *engine)
{
	if (engine->memory != NULL)
		munmap(engine->memory, engine->memory_bytes);
	*engine = (struct engine){0};
}
