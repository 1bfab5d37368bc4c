#include "memory.h"

#include <sys/mman.h>

void *memory_take(size_t n_bytes)
{
	void *memory = mmap(NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                    0);

	if (memory == MAP_FAILED)
		return NULL;
	madvise(memory, n_bytes, MADV_HUGEPAGE);
	// Flows have addresses, and a core dump would write them to a disk.
	madvise(memory, n_bytes, MADV_DONTDUMP);
	return memory;
}

void memory_give_back(void *memory, size_t n_bytes)
{
	if (memory)
		munmap(memory, n_bytes);
}
