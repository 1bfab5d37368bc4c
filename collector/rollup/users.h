// Active users of a window, by carrier, region, access and family: what the sketches of every probe
// and every scope of the window say together. Groups are disjoint, so their estimates add; time and
// probes are unions inside one group, one grade and one key.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/enums.h"
#include "proto/message.h"

struct user_figure {
	double users;
	double standard_error; // absolute: of as many users
};

// Sum over the classes and normalisations of one carrier, region, access and family.
struct user_cell {
	char carrier[MAX_GROUP_NAME_BYTES], region[MAX_GROUP_NAME_BYTES];
	enum access access;
	enum family family;
	struct user_figure grades[N_GRADES];
};

// Figures of [start_ns, end_ns). They are a lower bound whenever coverage is below 1.
struct user_window {
	uint64_t start_ns, end_ns;
	uint64_t key_id; // the key all sketches are of; 0 when there is none
	// Time of probes that is counted over that expected, 0 to 1; NAN when no probe was.
	double coverage;
	// Share of the ends of new flows whose address the plan knows; NAN where there were none.
	double plan_coverage[N_FAMILIES];
	bool mixed_keys; // some scopes were hashed with other keys only, and are left out
	bool mixed_plans; // probes or scopes had different plans
	// Some groups count users differently than under an older plan of the window; only what was
	// counted as the newest plan has it is in the figures.
	bool changed_normalisation;
	bool asymmetric; // on some link who only sent counted as confirmed
	size_t n_cells, max_cells;
	struct user_cell *cells; // sorted by carrier, region, access and family
};

void user_window_fini(struct user_window *window);

// Adds the users of a group of which no part was added before. 0; -ENOMEM.
int user_window_add(struct user_window *window, const struct report_group *group,
                    const double users[N_GRADES]);
