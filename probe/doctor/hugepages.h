// Hugepages: what each memory node has, against what packet buffers need.
#pragma once

#include <stdint.h>

#include "finding.h"

struct hugepages_need {
	uint64_t mib; // 0: none
	int node; // near which they should be; -1: anywhere
};

// Returns what is free on all nodes, in MiB.
uint64_t hugepages_check(const char *root, const struct hugepages_need *need,
                         struct findings *findings);
