// A table of prefixes that is measured: ours, and those of libraries.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/meter/prefix_table.h"

enum {
	WHY_BYTES = 96,
};

struct contender {
	const char *name;
	enum family family;
	// Builds the table; where it cannot be, says why. One at a time.
	bool (*build)(const struct prefix_row *rows, uint32_t n_rows, char *ret_why);
	// What was built last holds, for looking up and for being changed.
	size_t (*bytes)(void);
	uint32_t (*find)(const uint8_t *address);
	// Up to PREFIX_MAX_BURST addresses, 16 bytes each.
	void (*find_burst)(const uint8_t (*addresses)[16], uint32_t n, uint32_t *ret_found);
	void (*release)(void);
	// The share of the table's memory that is in pages of 2 MiB, in percent.
	unsigned int (*large_percent)(void);
};

extern const struct contender contender_ours_ipv4, contender_ours_ipv6;

// Of all tables alike: large ones are 2 MiB. To be said before the first one of ours is built.
void contender_ours_use_pages(bool large);

// DPDK's, as many as this build has. To be started once, with the memory they may have together, in
// hugepages of 2 MiB that are free, or in ordinary pages. Returns how many there are, or -errno.
int dpdk_contenders_start(uint32_t max_mib, bool large_pages,
                          const struct contender **ret_contenders);
