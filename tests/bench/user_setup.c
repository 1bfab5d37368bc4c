#include "user_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "memory.h"

enum {
	N_ROWS = SETUP_IPV4_ROWS + SETUP_IPV6_ROWS,
	PAGE_BYTES = 4096,
};

// All of IPv4 in /11, and 2001:db8::/32 in /45, the groups of a family by turns.
static void make_rows(struct prefix_row *rows)
{
	for (uint32_t i = 0; i < SETUP_IPV4_ROWS; i++)
		rows[i] = (struct prefix_row){.address = {(uint8_t)(i >> 3), (uint8_t)(i << 5)},
		                              .family = FAMILY_IPV4,
		                              .length = 11,
		                              .value = 1 + i % (SETUP_GROUPS / 2)};
	for (uint32_t i = 0; i < SETUP_IPV6_ROWS; i++)
		rows[SETUP_IPV4_ROWS + i] = (struct prefix_row){
			.address = {0x20, 0x01, 0x0d, 0xb8, (uint8_t)(i >> 5), (uint8_t)(i << 3)},
			.family = FAMILY_IPV6,
			.length = 45,
			.value = 1 + SETUP_GROUPS / 2 + i % (SETUP_GROUPS / 2)};
}

void user_setup_init(struct user_setup *setup)
{
	struct prefix_row *rows = calloc(N_ROWS, sizeof(*rows));
	struct prefix_fault_place place;
	struct prefix_size size;
	enum prefix_fault fault;
	void *scratch;

	if (!rows)
		abort();
	make_rows(rows);
	size = prefix_table_size(rows, N_ROWS);
	scratch = memory_map(size.scratch_bytes, false);
	*setup = (struct user_setup){.prefixes = memory_map(size.table_bytes, false),
	                             .prefixes_bytes = size.table_bytes,
	                             .keys = {2, {{1, 2}, {3, 4}}}};
	for (uint32_t i = 0; i < SETUP_GROUPS; i++)
		setup->groups[i] = i < SETUP_GROUPS / 2
		                           ? (struct user_group){FAMILY_IPV4, 32, 0}
		                           : (struct user_group){FAMILY_IPV6, i % 2 ? 56 : 64, 0};
	setup->plan = (struct user_plan){.prefixes = prefix_table_init(setup->prefixes, scratch,
	                                                               rows, N_ROWS, &fault,
	                                                               &place),
	                                 .groups = setup->groups,
	                                 .n_groups = SETUP_GROUPS};
	memory_unmap(scratch, size.scratch_bytes);
	free(rows);
	if (!setup->plan.prefixes)
		abort();
}

void user_setup_fini(struct user_setup *setup)
{
	memory_unmap(setup->prefixes, setup->prefixes_bytes);
}

static size_t tally_bytes(void)
{
	return (user_tally_memory_bytes(SETUP_GROUPS, MAX_USER_KEYS) + PAGE_BYTES - 1) /
	       PAGE_BYTES * PAGE_BYTES;
}

void *user_setup_tally(const struct user_setup *setup, bool large_pages,
                       struct user_tally *ret_tally)
{
	void *memory = memory_map(tally_bytes(), large_pages);

	// Gives ordinary pages back, zeroed and untouched.
	if (!large_pages && madvise(memory, tally_bytes(), MADV_DONTNEED) != 0)
		abort();
	user_tally_init(ret_tally, memory, &setup->plan, &setup->keys);
	return memory;
}

void user_setup_tally_free(void *memory)
{
	memory_unmap(memory, tally_bytes());
}

size_t user_setup_touched_bytes(const void *memory)
{
	size_t n_pages = tally_bytes() / PAGE_BYTES, n_touched = 0;
	unsigned char *touched = calloc(n_pages, 1);

	if (!touched || mincore((void *)memory, tally_bytes(), touched) != 0)
		abort();
	for (size_t i = 0; i < n_pages; i++)
		n_touched += touched[i] & 1;
	free(touched);
	return n_touched * PAGE_BYTES;
}
