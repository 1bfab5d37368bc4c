// DPDK's tables: rte_fib and rte_lpm are DIR-24-8, an array of 2^24 entries and groups of 256
// below; rte_fib6 and rte_lpm6 are tries that begin with 24 bits and go on by 8. Each has as many
// groups of 256 as fit in three eighths of the memory behind the indices, for two are built beside
// each other. A table whose rows are not added in time is given up.
#include "contender.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <rte_byteorder.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_lpm.h>
#include <rte_lpm6.h>
#include <rte_malloc.h>
#include <rte_memory.h>

enum {
	MAX_BUILD_SECONDS = 10,
	GROUP_BYTES = 256 * 4,
	LARGE_PAGE_BYTES = 2 << 20,
	INDEX_MIB = 160, // of two tables, 64 MiB each, and what else they need
	SOCKET = 0,
};

static struct rte_fib *fib;
static struct rte_fib6 *fib6;
static struct rte_lpm *lpm;
static struct rte_lpm6 *lpm6;
static uint32_t n_groups;
static size_t bytes_before;

static size_t heap_bytes(void)
{
	struct rte_malloc_socket_stats stats = {0};

	rte_malloc_get_socket_stats(SOCKET, &stats);
	return stats.heap_allocsz_bytes;
}

static size_t bytes(void)
{
	return heap_bytes() - bytes_before;
}

static uint32_t ipv4_of(const uint8_t *address)
{
	rte_be32_t word;

	memcpy(&word, address, sizeof(word));
	return rte_be_to_cpu_32(word);
}

static int fib_add(const struct prefix_row *row)
{
	return rte_fib_add(fib, ipv4_of(row->address), row->length, row->value);
}

static int fib6_add(const struct prefix_row *row)
{
	return rte_fib6_add(fib6, row->address, row->length, row->value);
}

static int lpm_add(const struct prefix_row *row)
{
	return rte_lpm_add(lpm, ipv4_of(row->address), row->length, row->value);
}

static int lpm6_add(const struct prefix_row *row)
{
	return rte_lpm6_add(lpm6, row->address, row->length, row->value);
}

static bool add_all(const struct prefix_row *rows, uint32_t n_rows,
                    int (*add)(const struct prefix_row *), char *ret_why)
{
	clock_t start = clock();

	for (uint32_t i = 0; i < n_rows; i++) {
		int r = add(&rows[i]);

		if (r < 0)
			snprintf(ret_why, WHY_BYTES, "no room for row %u of %u: %s", i, n_rows,
			         strerror(-r));
		else if (clock() - start > (clock_t)MAX_BUILD_SECONDS * CLOCKS_PER_SEC)
			snprintf(ret_why, WHY_BYTES, "only %u of %u rows added in %d s", i, n_rows,
			         MAX_BUILD_SECONDS);
		else
			continue;
		return false;
	}
	return true;
}

static bool created(const void *table, char *ret_why)
{
	if (!table)
		snprintf(ret_why, WHY_BYTES, "cannot be created: %s", rte_strerror(rte_errno));
	return table != NULL;
}

static bool fib_build(const struct prefix_row *rows, uint32_t n_rows, char *ret_why)
{
	struct rte_fib_conf conf = {.type = RTE_FIB_DIR24_8,
	                            .default_nh = PREFIX_NONE,
	                            .max_routes = (int)n_rows,
	                            .dir24_8 = {RTE_FIB_DIR24_8_4B, n_groups}};

	bytes_before = heap_bytes();
	fib = rte_fib_create("fib", SOCKET, &conf);
	return created(fib, ret_why) && add_all(rows, n_rows, fib_add, ret_why);
}

static bool fib6_build(const struct prefix_row *rows, uint32_t n_rows, char *ret_why)
{
	struct rte_fib6_conf conf = {.type = RTE_FIB6_TRIE,
	                             .default_nh = PREFIX_NONE,
	                             .max_routes = (int)n_rows,
	                             .trie = {RTE_FIB6_TRIE_4B, n_groups}};

	bytes_before = heap_bytes();
	fib6 = rte_fib6_create("fib6", SOCKET, &conf);
	return created(fib6, ret_why) && add_all(rows, n_rows, fib6_add, ret_why);
}

static bool lpm_build(const struct prefix_row *rows, uint32_t n_rows, char *ret_why)
{
	struct rte_lpm_config config = {.max_rules = n_rows, .number_tbl8s = n_groups};

	bytes_before = heap_bytes();
	lpm = rte_lpm_create("lpm", SOCKET, &config);
	return created(lpm, ret_why) && add_all(rows, n_rows, lpm_add, ret_why);
}

static bool lpm6_build(const struct prefix_row *rows, uint32_t n_rows, char *ret_why)
{
	struct rte_lpm6_config config = {.max_rules = n_rows, .number_tbl8s = n_groups};

	bytes_before = heap_bytes();
	lpm6 = rte_lpm6_create("lpm6", SOCKET, &config);
	return created(lpm6, ret_why) && add_all(rows, n_rows, lpm6_add, ret_why);
}

static void fib_release(void)
{
	rte_fib_free(fib);
}

static void fib6_release(void)
{
	rte_fib6_free(fib6);
}

static void lpm_release(void)
{
	rte_lpm_free(lpm);
}

static void lpm6_release(void)
{
	rte_lpm6_free(lpm6);
}

static void fib_find_burst(const uint8_t (*addresses)[16], uint32_t n, uint32_t *ret_found)
{
	uint32_t numbers[PREFIX_MAX_BURST];
	uint64_t found[PREFIX_MAX_BURST];

	for (uint32_t i = 0; i < n; i++)
		numbers[i] = ipv4_of(addresses[i]);
	rte_fib_lookup_bulk(fib, numbers, found, (int)n);
	for (uint32_t i = 0; i < n; i++)
		ret_found[i] = (uint32_t)found[i];
}

static uint32_t fib_find(const uint8_t *address)
{
	uint32_t number = ipv4_of(address);
	uint64_t found;

	rte_fib_lookup_bulk(fib, &number, &found, 1);
	return (uint32_t)found;
}

static void fib6_find_burst(const uint8_t (*addresses)[16], uint32_t n, uint32_t *ret_found)
{
	uint64_t found[PREFIX_MAX_BURST];

	rte_fib6_lookup_bulk(fib6, (uint8_t(*)[16])(uintptr_t)addresses, found, (int)n);
	for (uint32_t i = 0; i < n; i++)
		ret_found[i] = (uint32_t)found[i];
}

static uint32_t fib6_find(const uint8_t *address)
{
	uint64_t found;

	rte_fib6_lookup_bulk(fib6, (uint8_t(*)[16])(uintptr_t)address, &found, 1);
	return (uint32_t)found;
}

static void lpm_find_burst(const uint8_t (*addresses)[16], uint32_t n, uint32_t *ret_found)
{
	uint32_t numbers[PREFIX_MAX_BURST], found[PREFIX_MAX_BURST];

	for (uint32_t i = 0; i < n; i++)
		numbers[i] = ipv4_of(addresses[i]);
	rte_lpm_lookup_bulk(lpm, numbers, found, n);
	for (uint32_t i = 0; i < n; i++)
		ret_found[i] = found[i] & RTE_LPM_LOOKUP_SUCCESS ? found[i] & 0xffffff
		                                                 : PREFIX_NONE;
}

static uint32_t lpm_find(const uint8_t *address)
{
	uint32_t found;

	return rte_lpm_lookup(lpm, ipv4_of(address), &found) == 0 ? found : PREFIX_NONE;
}

static void lpm6_find_burst(const uint8_t (*addresses)[16], uint32_t n, uint32_t *ret_found)
{
	int32_t found[PREFIX_MAX_BURST];

	rte_lpm6_lookup_bulk_func(lpm6, (uint8_t(*)[16])(uintptr_t)addresses, found, n);
	for (uint32_t i = 0; i < n; i++)
		ret_found[i] = found[i] >= 0 ? (uint32_t)found[i] : PREFIX_NONE;
}

static uint32_t lpm6_find(const uint8_t *address)
{
	uint32_t found;

	return rte_lpm6_lookup(lpm6, address, &found) == 0 ? found : PREFIX_NONE;
}

static int add_large(const struct rte_memseg_list *list, const struct rte_memseg *segment,
                     void *argument)
{
	uint64_t *bytes_of = argument;

	bytes_of[segment->hugepage_sz == LARGE_PAGE_BYTES] += segment->len;
	return 0;
}

// All tables are from one heap, whose pages are all of one size.
static unsigned int large_percent(void)
{
	uint64_t bytes_of[2] = {0};

	rte_memseg_walk(add_large, bytes_of);
	return (unsigned int)(bytes_of[true] * 100 / (bytes_of[false] + bytes_of[true]));
}

static const struct contender contenders[] = {
	{"rte_fib6", FAMILY_IPV6, fib6_build, bytes, fib6_find, fib6_find_burst, fib6_release,
         large_percent},
	{"rte_lpm6", FAMILY_IPV6, lpm6_build, bytes, lpm6_find, lpm6_find_burst, lpm6_release,
         large_percent},
	{"rte_fib", FAMILY_IPV4, fib_build, bytes, fib_find, fib_find_burst, fib_release,
         large_percent},
	{"rte_lpm", FAMILY_IPV4, lpm_build, bytes, lpm_find, lpm_find_burst, lpm_release,
         large_percent},
};

// The kernel could make large pages of a file in memory too, where it is told to always.
static int refuse_large_pages(const struct rte_memseg_list *list, void *argument)
{
	return madvise(list->base_va, list->len, MADV_NOHUGEPAGE);
}

int dpdk_contenders_start(uint32_t max_mib, bool large_pages,
                          const struct contender **ret_contenders)
{
	char text[] = "bench_prefix --no-pci --no-shconf --no-telemetry --log-level=3 -m";
	char large[] = "--in-memory", ordinary[] = "--no-huge";
	char mib[16], *arguments[16], *rest = text;
	int n = 0;

	while ((arguments[n] = strsep(&rest, " ")) != NULL)
		n++;
	arguments[n++] = mib;
	arguments[n++] = large_pages ? large : ordinary;
	snprintf(mib, sizeof(mib), "%u", max_mib);
	n_groups = (max_mib - INDEX_MIB) / 8 * 3 * (1024 * 1024 / GROUP_BYTES);
	if (rte_eal_init(n, arguments) < 0)
		return -rte_errno;
	if (!large_pages)
		rte_memseg_list_walk(refuse_large_pages, NULL);
	*ret_contenders = contenders;
	return sizeof(contenders) / sizeof(contenders[0]);
}
