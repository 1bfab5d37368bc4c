// Tables that grow as they are filled.
#pragma once

#include <stddef.h>
#include <stdlib.h>

// The table with room for n_more items behind those used, moved if need be; NULL when out of
// memory, and the table is as before.
static inline void *grown(void *table, size_t n_used, size_t n_more, size_t *max, size_t item_bytes)
{
	size_t capacity = *max ? *max : 16;

	if (n_used + n_more <= *max)
		return table;
	while (capacity < n_used + n_more)
		capacity *= 2;
	table = reallocarray(table, capacity, item_bytes);
	if (table)
		*max = capacity;
	return table;
}
