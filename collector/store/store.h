// Where reports are kept and windows are made from them. One interface, several back ends; each
// must pass tests/backend/test_store.c.
//
// What every back end promises:
//  - store_write() is atomic and durable: when it returns 0 everything in the batch survives a
//    power cut, otherwise nothing of it has happened.
//  - A report is known by (probe, spool, sequence) and stored once. The window it belongs to is
//    marked dirty in the same step, so no crash can lose the mark.
//  - store_replace_window() puts a window's cells in place of the old ones and takes the mark away,
//    in one step, unless a report has touched the window since the mark was read. In the same step
//    what the window says about users is put in the place of what it said before, and its sketches
//    are united with those of the tiles they lie in: registers only rise, so that it can be done
//    again.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/refusal.h"
#include "collector/rollup/cell.h"
#include "collector/rollup/user_census.h"
#include "collector/rollup/user_level.h"
#include "collector/rollup/user_sketch.h"
#include "collector/rollup/window.h"
#include "proto/message.h"

enum {
	STORE_WHY_BYTES = 512,
	// Reports of one probe that may begin in one window: a report each second from four runs.
	STORE_MAX_WINDOW_REPORTS = 240,
	STORE_MAX_LINKS = 16384, // of all probes together
	// Groups of users of all plans ever reported, and such plans.
	STORE_MAX_GROUPS = 16384,
	STORE_MAX_PLANS = 4096,
	// Refused reports kept apart; past either bound the oldest go.
	STORE_MAX_DEAD_LETTERS = 1000,
	STORE_MAX_DEAD_LETTER_BYTES = 64 << 20,
};

struct store;

enum store_outcome {
	STORE_STORED,
	STORE_DUPLICATE, // the same report was stored before; nothing changed
	STORE_REFUSED, // kept apart for the reason given
};

// A report as it arrived. When it was refused already it is kept apart instead of being stored,
// unless the very same report was stored before.
struct store_entry {
	char probe[MAX_NAME_BYTES];
	struct spool_id spool;
	bool has_sequence; // false only together with a refusal
	uint64_t sequence;
	uint64_t received_ns;
	uint32_t crc;
	uint8_t *payload;
	size_t payload_bytes;
	struct report *report; // NULL when it could not be decoded
	void *owner; // the caller's own; no store looks at it
	enum refusal refusal; // the store may refuse it too
	char reason[MAX_TEXT_BYTES]; // of the refusal, or of what is left out, for people
	// Set by store_write(): groups of users, or a plan, that are past what the store takes. The
	// report is stored nevertheless, but these do not count.
	uint32_t n_left_out;
	enum store_outcome outcome; // set by store_write()
};

// A window of a probe that must be made anew. The generation grows with every report.
struct store_mark {
	char probe[MAX_NAME_BYTES];
	uint64_t start_ns;
	uint64_t generation;
};

struct store_probe {
	char name[MAX_NAME_BYTES];
	struct spool_id spool; // the one last heard of
	uint64_t last_sequence; // highest stored of that spool
	uint64_t last_seen_ns; // when its last report came
	// The plan and the keys its last reports named; all zero and none without a plan.
	struct plan_id plan;
	uint32_t n_keys;
	uint64_t keys[MAX_REPORT_KEYS];
};

struct store_link {
	char probe[MAX_NAME_BYTES], name[MAX_NAME_BYTES];
	enum surface surface;
	uint64_t capacity_bps;
	uint64_t first_seen_ns, last_seen_ns; // when its first and last report came
	enum link_state state; // by its last report
};

struct store_payload {
	const uint8_t *bytes;
	size_t n_bytes;
};

struct store_counts {
	uint64_t dirty_windows, dead_letters, sketches;
};

// Which sketch of users: the users of a domain in one tile.
struct store_sketch {
	enum user_level level;
	uint64_t start_ns;
	struct user_identity_domain domain;
};

// Visitors borrow what they are shown. A visitor that does not return 0 ends the visit, which then
// returns the same.
typedef int store_visit_payload(void *arg, const struct store_payload *payload);
typedef int store_visit_cell(void *arg, const struct cell *cell);
typedef int store_visit_last(void *arg, const struct store_link *link, uint64_t last_start_ns);
typedef int store_visit_probe(void *arg, const struct store_probe *probe);
typedef int store_visit_link(void *arg, const struct store_link *link);
typedef int store_visit_scope(void *arg, const struct user_scope *scope);
typedef int store_visit_scope_key(void *arg, const struct user_scope_key *key);
typedef int store_visit_group(void *arg, const struct report_group *group);

// Opens the store at an address such as "sqlite:/var/lib/sixgauge/centre.db", making it if it does
// not exist. 0; or -errno with one sentence in why (STORE_WHY_BYTES): what is wrong and the mend.
int store_open(const char *address, struct store **ret_store, char *why);
void store_close(struct store *store);

// One sentence about the address if no store can be opened by it, else NULL. Opens nothing.
const char *store_check_address(const char *address);

// The functions below return 0 or -errno; after an error store_error() has the back end's words.
const char *store_error(const struct store *store);

int store_write(struct store *store, struct store_entry *entries, size_t n_entries);

// The newest mark, so that what comes late does not keep the present waiting; -ENOENT when every
// window is up to date. What is made does not depend on the order.
int store_next_mark(struct store *store, struct store_mark *ret_mark);

// Payloads of all reports of the marked window, in the order of their keys.
int store_visit_reports(struct store *store, const struct store_mark *mark,
                        store_visit_payload *visit, void *arg);
// Sketches of tiles that are not kept any more at now_ns are left out.
int store_replace_window(struct store *store, const struct store_mark *mark,
                         const struct window *window, uint64_t now_ns);

// Cells of windows that start in [from_ns, to_ns), ordered by start, probe and link.
int store_visit_cells(struct store *store, uint64_t from_ns, uint64_t to_ns,
                      store_visit_cell *visit, void *arg);

// Links with a cell in [from_ns, to_ns), each with the newest start among those and the surface
// it then had; ordered by probe and link.
int store_visit_last_cells(struct store *store, uint64_t from_ns, uint64_t to_ns,
                           store_visit_last *visit, void *arg);

// Ordered by name, and by probe and link.
int store_visit_probes(struct store *store, store_visit_probe *visit, void *arg);
int store_visit_links(struct store *store, store_visit_link *visit, void *arg);

// Scopes of users that start in [from_ns, to_ns), and the keys of each, ordered by start and probe;
// keys of the short scope before those of the long one.
int store_visit_scopes(struct store *store, uint64_t from_ns, uint64_t to_ns,
                       store_visit_scope *visit, void *arg);
int store_visit_scope_keys(struct store *store, uint64_t from_ns, uint64_t to_ns,
                           store_visit_scope_key *visit, void *arg);

// Groups that were ever reported under a plan, in the order of report_group_compare().
int store_visit_plan_groups(struct store *store, const struct plan_id *plan,
                            store_visit_group *visit, void *arg);

// One sketch of users; -ENOENT when there is none; -EBADMSG when what is stored is damaged.
int store_read_sketch(struct store *store, const struct store_sketch *which,
                      struct user_sketch *ret_sketch);

// Deletes sketches and scopes of users that are not kept any more. A few at a time, so that nobody
// waits for it, but more than a minute of one probe adds.
int store_expire(struct store *store, uint64_t now_ns);

// Says in which zone the process cuts days. If it was another one before, the sketches of days are
// deleted, and the windows still known minute by minute are marked, so that they are made anew.
int store_use_zone(struct store *store, const char *zone);

int store_count(struct store *store, struct store_counts *ret_counts);
