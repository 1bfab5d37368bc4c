// The scopes of sketches that are open: which registers of each group, key and grade were raised in
// them so far, and which of these the centre has not been told.
//
// The older key, or the only one, is counted in scopes of SCOPE_SECONDS and reported with every
// window; the younger one in scopes of LONG_SCOPE_SECONDS, reported with the windows that end a
// scope of the older. Scopes are aligned to UTC, and windows divide them, so each lies in one scope
// of each key.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/meter/user_tally.h"
#include "probe/uplink/report_build.h"
#include "proto/message.h"

#include "window.h"

struct scopes;

// Nothing counted yet, of groups in the order of report_group_compare(), by whose places tallies
// number them; they are copied. 0 or -ENOMEM.
int scopes_new(const struct report_group *groups, uint32_t n_groups, struct scopes **ret_scopes);
void scopes_free(struct scopes *scopes);

// Adds what a worker counted until the window ended, by the same plan and keys. Where the window is
// in another scope than the one before it, because the clock was set or windows were left out, that
// one is forgotten: nobody could be told of it any more. What was raised in it has been reported,
// of the younger key but for the last 5 minutes.
void scopes_add(struct scopes *scopes, struct window window, const struct user_tally *tally);

// What a report of the window says of users: of each scope that ends with it, or of all when
// closing, whole sketches, and these scopes are forgotten; of the others what was raised since the
// last call. The rows are sorted, and the scopes' own until the next call. 0, or -ENOMEM and
// nothing is forgotten.
int scopes_rows(struct scopes *scopes, struct window window, bool closing,
                struct user_rows *ret_rows);

// Bytes of memory in use, the most there was so far.
size_t scopes_bytes(const struct scopes *scopes);
