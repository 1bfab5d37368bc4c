// A small plan for tests, and the users a meter noted by it.
#pragma once

#include <stdlib.h>
#include <string.h>

#include "proto/identity.h"
#include "proto/sketch_registers.h"

#include "probe/meter/prefix_table.h"
#include "probe/meter/user_tally.h"

enum sample_group {
	SAMPLE_IPV4, // 10.0.0.0/8, a subscriber an address
	SAMPLE_SHARED, // 100.64.0.0/10, a subscriber 1,000 ports
	SAMPLE_FIXED, // 2001:db8::/32, a subscriber a /56
	SAMPLE_MOBILE, // 2001:db8:8000::/33, a subscriber a /64
	N_SAMPLE_GROUPS
};

struct user_sample {
	void *memory;
	struct user_plan plan;
	struct user_keys keys;
};

static const struct user_group sample_groups[N_SAMPLE_GROUPS] = {
	[SAMPLE_IPV4] = {FAMILY_IPV4, 32, 0},
	[SAMPLE_SHARED] = {FAMILY_IPV4, 32, 1000},
	[SAMPLE_FIXED] = {FAMILY_IPV6, 56, 0},
	[SAMPLE_MOBILE] = {FAMILY_IPV6, 64, 0},
};

static const struct prefix_row sample_rows[] = {
	{{10}, FAMILY_IPV4, 8, SAMPLE_IPV4 + 1},
	{{100, 64}, FAMILY_IPV4, 10, SAMPLE_SHARED + 1},
	{{0x20, 0x01, 0x0d, 0xb8}, FAMILY_IPV6, 32, SAMPLE_FIXED + 1},
	{{0x20, 0x01, 0x0d, 0xb8, 0x80}, FAMILY_IPV6, 33, SAMPLE_MOBILE + 1},
};

static const struct transition_prefix sample_transitions[] = {
	{{0x20, 0x01, 0x0d, 0xb8, 0, 0x64}, 96, TRANSITION_NAT64},
	{{0x24, 0x00, 0x12, 0x34}, 32, TRANSITION_6RD},
};

static inline void *sample_memory(size_t n_bytes)
{
	void *memory = aligned_alloc(64, (n_bytes + 63) / 64 * 64);

	if (!memory)
		abort();
	return memset(memory, 0, n_bytes);
}

// The sample's groups by these rows.
static inline void user_sample_init_rows(struct user_sample *sample, const struct prefix_row *rows,
                                         uint32_t n_rows)
{
	struct prefix_size size = prefix_table_size(rows, n_rows);
	struct prefix_fault_place place;
	enum prefix_fault fault;
	void *scratch = sample_memory(size.scratch_bytes);

	sample->memory = sample_memory(size.table_bytes);
	sample->plan = (struct user_plan){
		.prefixes = prefix_table_init(sample->memory, scratch, rows, n_rows, &fault,
	                                      &place),
		.groups = sample_groups,
		.n_groups = N_SAMPLE_GROUPS,
		.transitions = sample_transitions,
		.n_transitions = sizeof(sample_transitions) / sizeof(sample_transitions[0]),
	};
	sample->keys = (struct user_keys){2, {{1, 2}, {3, 4}}};
	free(scratch);
	if (!sample->plan.prefixes)
		abort();
}

static inline void user_sample_init(struct user_sample *sample)
{
	user_sample_init_rows(sample, sample_rows, sizeof(sample_rows) / sizeof(sample_rows[0]));
}

static inline void user_sample_fini(struct user_sample *sample)
{
	free(sample->memory);
}

// An empty tally by the sample, and the memory it lives in.
static inline void *sample_tally_new(const struct user_sample *sample, struct user_tally *tally)
{
	void *memory = sample_memory(user_tally_memory_bytes(N_SAMPLE_GROUPS, MAX_USER_KEYS));

	user_tally_init(tally, memory, &sample->plan, &sample->keys);
	return memory;
}
