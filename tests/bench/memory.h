// Memory of a benchmark, in pages of the size that is asked for. Ends the program where there is
// none.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Zeroed and touched; in pages of 2 MB, as far as the kernel gives them, or in ordinary ones.
void *memory_map(size_t n_bytes, bool large_pages);
void memory_unmap(void *memory, size_t n_bytes);

// The share of this memory that is in large pages, in percent, as the kernel says.
unsigned int memory_large_percent(const void *memory, size_t n_bytes);
