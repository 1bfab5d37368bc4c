// The users counted by one plan under one set of keys: the tallies that workers are lent to note
// them in, and the scopes that are open. Control's alone but for what it lends.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/meter/tally.h"
#include "probe/meter/user_tally.h"
#include "probe/uplink/report_build.h"
#include "proto/message.h"

#include "basis.h"
#include "scopes.h"
#include "window.h"

struct census;

// A census of the keys that are active now, for so many workers. The basis is borrowed. 0; or
// -ENOMEM; or -ENOKEY when no key is active.
int census_new(const struct basis *basis, uint64_t now_ns, uint32_t n_workers,
               uint32_t asymmetric_links, struct census **ret_census);

// Nothing of it may be lent any more. Accepts NULL.
void census_free(struct census *census);

// Whether the keys that are active now are still those it counts under.
bool census_is_current(const struct census *census, uint64_t now_ns);

// Lends a worker the user tally it will fill as its at-th (0 or 1) from this epoch on, which begins
// in the window.
struct user_tally *census_lend(struct census *census, uint32_t worker, uint32_t at, uint64_t epoch,
                               struct window window);

// Takes over what a worker noted in a tally that was lent to it until the window ended, and clears
// the tally.
void census_gather(struct census *census, struct window window, struct user_tally *tally);

// Whether anything was taken over since the last report.
bool census_has_gathered(const struct census *census);

// What a report of the window says of users: what is new since the report before, and all of each
// scope that ends with the window, or of every one when closing. It is the census's own until the
// next call. 0 or -ENOMEM.
int census_report(struct census *census, struct window window, bool closing,
                  struct report_users *ret_users);
