#include "memory.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	LARGE_PAGE_BYTES = 2 << 20,
};

// To the next large page, so that all of it can be in large ones.
static size_t mapped_bytes(size_t n_bytes)
{
	return (n_bytes + LARGE_PAGE_BYTES - 1) / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES;
}

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

void *memory_map(size_t n_bytes, bool large_pages)
{
	size_t n_mapped = mapped_bytes(n_bytes);
	uint8_t *memory = mmap(NULL, n_mapped + LARGE_PAGE_BYTES, PROT_READ | PROT_WRITE,
	                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (memory == MAP_FAILED)
		give_up("mmap");
	before = -(uintptr_t)memory % LARGE_PAGE_BYTES;
	if (before > 0)
		munmap(memory, before);
	munmap(memory + before + n_mapped, LARGE_PAGE_BYTES - before);
	memory += before;
	if (madvise(memory, n_mapped, large_pages ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) != 0)
		give_up("madvise");
	memset(memory, 0, n_bytes);
	return memory;
}

void memory_unmap(void *memory, size_t n_bytes)
{
	munmap(memory, mapped_bytes(n_bytes));
}

// Neighbouring mappings of one kind are one to the kernel, so all that overlap are taken together.
unsigned int memory_large_percent(const void *memory, size_t n_bytes)
{
	uintptr_t first = (uintptr_t)memory, end = first + n_bytes, low, high;
	FILE *maps = fopen("/proc/self/smaps", "re");
	uint64_t resident_kib = 0, large_kib = 0, kib;
	bool overlaps = false;
	char line[512];

	if (maps == NULL)
		give_up("/proc/self/smaps");
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &low, &high) == 2)
			overlaps = high > first && low < end;
		if (!overlaps)
			continue;
		if (sscanf(line, "Rss: %" SCNu64, &kib) == 1)
			resident_kib += kib;
		if (sscanf(line, "AnonHugePages: %" SCNu64, &kib) == 1)
			large_kib += kib;
	}
	fclose(maps);
	return resident_kib > 0 ? (unsigned int)(large_kib * 100 / resident_kib) : 0;
}
