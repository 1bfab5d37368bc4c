#include "engine.h"

#include <errno.h>
#include <sys/random.h>

#include "probe/source/source.h"

#include "memory.h"

_Static_assert((int)SOURCE_BURST <= (int)METER_MAX_BURST, "what a source gives the meter takes");

int engine_init(uint64_t max_flows, uint64_t idle_timeout_ns, uint64_t window_ns,
                struct engine *ret_engine)
{
	struct meter_config config = {
		.max_flows = max_flows,
		.idle_timeout_ns = idle_timeout_ns,
		.notice_ns = window_ns,
	};
	struct engine engine = {0};

	if (getrandom(&config.seed, sizeof(config.seed), 0) != sizeof(config.seed))
		return -EIO;
	engine.memory_bytes = meter_memory_bytes(&config);
	engine.memory = memory_take(engine.memory_bytes);
	if (engine.memory == NULL)
		return -ENOMEM;
	engine.meter = meter_init(engine.memory, &config);
	*ret_engine = engine;
	return 0;
}

void engine_fini(struct engine *engine)
{
	memory_give_back(engine->memory, engine->memory_bytes);
	*engine = (struct engine){0};
}
