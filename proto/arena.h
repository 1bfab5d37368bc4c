// Zeroed memory of a size fixed beforehand, handed out in order and given back all at once: what a
// decoder may use for one message, and no more.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ARENA_ALIGNMENT = 16,
};

struct arena {
	uint8_t *memory;
	size_t capacity;
	size_t n_used;
	bool exhausted; // something asked for more than was left
};

// 0 or -ENOMEM.
int arena_init(struct arena *arena, size_t capacity);
void arena_fini(struct arena *arena);

// Zeroed memory, valid until arena_fini(); NULL when less than that is left.
void *arena_take(struct arena *arena, size_t n_bytes);
