#include "arena.h"

#include <errno.h>
#include <stdlib.h>

int arena_init(struct arena *arena, size_t capacity)
{
	uint8_t *memory = calloc(1, capacity > 0 ? capacity : 1);

	if (!memory)
		return -ENOMEM;
	*arena = (struct arena){.memory = memory, .capacity = capacity};
	return 0;
}

void arena_fini(struct arena *arena)
{
	free(arena->memory);
	*arena = (struct arena){0};
}

void *arena_take(struct arena *arena, size_t n_bytes)
{
	size_t start = (arena->n_used + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);

	if (start > arena->capacity || n_bytes > arena->capacity - start) {
		arena->exhausted = true;
		return NULL;
	}
	arena->n_used = start + n_bytes;
	return arena->memory + start;
}
