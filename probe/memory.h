// Large blocks for meters: zeroed, in no core dump, and on large pages where the kernel gives them.
// A flow table misses the TLB on every flow otherwise.
#pragma once

#include <stddef.h>

// Zeroed and aligned to a page; NULL when there is none. Given back with the same size.
void *memory_take(size_t n_bytes);
void memory_give_back(void *memory, size_t n_bytes);
