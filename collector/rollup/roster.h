// The links of a span of time: what each counted in the current step and in how many of its
// windows it was expected. A link is expected in a window if it reported in that window or in the
// 24 hours before it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "measure.h"

struct roster_link {
	char probe[MAX_NAME_BYTES], link[MAX_NAME_BYTES];
	uint32_t number; // in the order links became known; never changes
	enum surface surface; // as last reported
	uint64_t last_start_ns; // newest window it reported
	struct measure measure; // of the current step
};

struct roster {
	uint64_t now_ns; // start of the first window not closed yet
	size_t n_links, capacity;
	struct roster_link *links; // sorted by probe and link
};

// A roster whose first window starts at start_ns.
void roster_init(struct roster *roster, uint64_t start_ns);
void roster_fini(struct roster *roster);

// Makes a link known that last reported before the roster's first window. 0; -ENOMEM.
int roster_seed(struct roster *roster, const char *probe, const char *link, enum surface surface,
                uint64_t last_start_ns);

// Adds a cell; cells come ordered by start, none before a window that is closed. 0; -ENOMEM.
int roster_add(struct roster *roster, const struct cell *cell);

// Closes every window that starts before end_ns.
void roster_advance(struct roster *roster, uint64_t end_ns);

// Forgets what was counted, for the next step; the links stay known.
void roster_clear(struct roster *roster);

// Whether the link was expected or observed in the current step.
bool roster_link_present(const struct roster_link *link);

// Sum of the links on one surface.
void roster_sum_surface(const struct roster *roster, enum surface surface,
                        struct aggregate *ret_sum);

// How many surfaces have links present in the current step. Different surfaces are never added
// together: only when this is 1 is there a total.
unsigned int roster_n_surfaces(const struct roster *roster);
