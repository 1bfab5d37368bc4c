// What the kernel says of the memory that an address is in.
#pragma once

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// Whether the mapping has the flag, two letters of VmFlags (proc(5)): lo is locked, dd in no dump.
static inline bool vm_has_flag(const void *address, const char *flag)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	char line[1024];
	bool inside = false, found = false;

	while (smaps != NULL && fgets(line, sizeof(line), smaps) != NULL) {
		uint64_t first, end;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &first, &end) == 2)
			inside = (uintptr_t)address >= first && (uintptr_t)address < end;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, flag) != NULL;
	}
	if (smaps != NULL)
		fclose(smaps);
	return found;
}
