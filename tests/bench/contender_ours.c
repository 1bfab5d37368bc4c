#include "contender.h"

#include <stdio.h>

#include "memory.h"

static const struct prefix_table *table;
static struct prefix_size size;
static void *memory;
static bool large_pages;

void contender_ours_use_pages(bool large)
{
	large_pages = large;
}

static bool build(const struct prefix_row *rows, uint32_t n_rows, char *ret_why)
{
	struct prefix_fault_place place;
	enum prefix_fault fault;
	void *scratch;

	size = prefix_table_size(rows, n_rows);
	memory = memory_map(size.table_bytes, large_pages);
	scratch = memory_map(size.scratch_bytes, large_pages);
	table = prefix_table_init(memory, scratch, rows, n_rows, &fault, &place);
	memory_unmap(scratch, size.scratch_bytes);
	if (!table)
		snprintf(ret_why, WHY_BYTES, "row %u has fault %d", place.row, fault);
	return table != NULL;
}

static size_t bytes(void)
{
	return prefix_table_bytes(table);
}

static void release(void)
{
	memory_unmap(memory, size.table_bytes);
}

static unsigned int large_percent(void)
{
	return memory_large_percent(memory, size.table_bytes);
}

static uint32_t find_ipv4(const uint8_t *address)
{
	return prefix_table_find(table, FAMILY_IPV4, address);
}

static uint32_t find_ipv6(const uint8_t *address)
{
	return prefix_table_find(table, FAMILY_IPV6, address);
}

static inline void find_burst(enum family family, const uint8_t (*addresses)[16], uint32_t n,
                              uint32_t *ret_found)
{
	struct prefix_search searches[PREFIX_MAX_BURST];

	for (uint32_t i = 0; i < n; i++)
		prefix_search_begin(&searches[i], table, family, addresses[i]);
	prefix_table_find_burst(table, searches, n);
	for (uint32_t i = 0; i < n; i++)
		ret_found[i] = searches[i].found;
}

static void find_burst_ipv4(const uint8_t (*addresses)[16], uint32_t n, uint32_t *ret_found)
{
	find_burst(FAMILY_IPV4, addresses, n, ret_found);
}

static void find_burst_ipv6(const uint8_t (*addresses)[16], uint32_t n, uint32_t *ret_found)
{
	find_burst(FAMILY_IPV6, addresses, n, ret_found);
}

const struct contender contender_ours_ipv4 = {"prefix_table", FAMILY_IPV4,  build,
                                              bytes,          find_ipv4,    find_burst_ipv4,
                                              release,        large_percent};
const struct contender contender_ours_ipv6 = {"prefix_table", FAMILY_IPV6,  build,
                                              bytes,          find_ipv6,    find_burst_ipv6,
                                              release,        large_percent};
