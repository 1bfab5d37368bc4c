// One window of one probe, recomputed from all its reports: never incremented, so that a report
// can count only once however often the window is made.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/message.h"

#include "cell.h"
#include "user_minute.h"

enum {
	// Distinct links one probe may have; the store refuses reports that would pass it.
	WINDOW_MAX_LINKS = 1024,
};

struct window {
	uint64_t start_ns;
	size_t n_cells, capacity;
	struct cell *cells; // one per link, in the order they first appeared
	struct user_minute users;
};

void window_init(struct window *window, uint64_t start_ns);
void window_fini(struct window *window);

// Adds a report whose own window lies inside this one. 0; -ENOMEM; -E2BIG past WINDOW_MAX_LINKS;
// -ERANGE when the report lies elsewhere. After an error the window is unusable.
int window_add(struct window *window, const struct report *report);
