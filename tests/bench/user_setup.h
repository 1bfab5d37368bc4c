// A plan that covers every address of the traffic, and users to count by it.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "probe/meter/user_tally.h"

enum {
	// As many as 31 provinces, four carriers, three kinds of access, each in both families.
	SETUP_GROUPS = 744,
	SETUP_IPV4_ROWS = 2048,
	SETUP_IPV6_ROWS = 8192,
};

struct user_setup {
	struct user_plan plan;
	struct user_group groups[SETUP_GROUPS];
	struct user_keys keys;
	void *prefixes;
	size_t prefixes_bytes;
};

void user_setup_init(struct user_setup *setup);
void user_setup_fini(struct user_setup *setup);

// An empty tally in memory of its own, which it returns: in large pages, as far as the kernel gives
// them, or in ordinary ones, of which none was touched.
void *user_setup_tally(const struct user_setup *setup, bool large_pages,
                       struct user_tally *ret_tally);
void user_setup_tally_free(void *memory);

// Bytes of that memory in pages that were touched, as the kernel says.
size_t user_setup_touched_bytes(const void *memory);
