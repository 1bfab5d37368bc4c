// Inside of the SQLite back end: one connection, which alone writes and checkpoints, and its
// prepared statements.
#pragma once

#include <sqlite3.h>

#include "backend.h"

enum sqlite_statement {
	STATEMENT_BEGIN,
	STATEMENT_COMMIT,
	STATEMENT_ROLLBACK,
	STATEMENT_FIND_REPORT,
	STATEMENT_COUNT_WINDOW_REPORTS,
	STATEMENT_INSERT_REPORT,
	STATEMENT_MARK_WINDOW,
	STATEMENT_UPDATE_LINK,
	STATEMENT_COUNT_LINKS,
	STATEMENT_INSERT_LINK,
	STATEMENT_PUT_PROBE,
	STATEMENT_INSERT_DEAD_LETTER,
	STATEMENT_DEAD_LETTER_SIZE,
	STATEMENT_OLDEST_DEAD_LETTER,
	STATEMENT_DELETE_DEAD_LETTER,
	STATEMENT_NEXT_MARK,
	STATEMENT_REPORTS,
	STATEMENT_MARK_GENERATION,
	STATEMENT_DELETE_MARK,
	STATEMENT_DELETE_TRAFFIC_CELLS,
	STATEMENT_DELETE_LINK_CELLS,
	STATEMENT_INSERT_LINK_CELL,
	STATEMENT_INSERT_TRAFFIC_CELL,
	STATEMENT_CELLS,
	STATEMENT_LAST_CELLS,
	STATEMENT_PROBES,
	STATEMENT_LINKS,
	STATEMENT_FIND_PLAN,
	STATEMENT_COUNT_PLANS,
	STATEMENT_INSERT_PLAN,
	STATEMENT_FIND_GROUP,
	STATEMENT_COUNT_GROUPS,
	STATEMENT_INSERT_GROUP,
	STATEMENT_PUT_PLAN_GROUP,
	STATEMENT_PLAN_GROUPS,
	STATEMENT_DELETE_USER_MINUTES,
	STATEMENT_INSERT_USER_MINUTE,
	STATEMENT_DELETE_SCOPES,
	STATEMENT_INSERT_SCOPES,
	STATEMENT_PUT_SCOPE_KEY,
	STATEMENT_OBSERVE_KEYS,
	STATEMENT_SCOPES,
	STATEMENT_SCOPE_KEYS,
	STATEMENT_FIND_SKETCH,
	STATEMENT_INSERT_SKETCH,
	STATEMENT_UPDATE_SKETCH,
	STATEMENT_ADD_SKETCHES,
	STATEMENT_EXPIRE_SKETCHES,
	STATEMENT_EXPIRE_USER_MINUTES,
	STATEMENT_EXPIRE_SCOPES,
	STATEMENT_EXPIRE_SCOPE_KEYS,
	STATEMENT_ZONE,
	STATEMENT_SET_ZONE,
	STATEMENT_COUNTS,
	N_STATEMENTS
};

struct sqlite_store {
	struct store base;
	sqlite3 *db;
	sqlite3_stmt *statements[N_STATEMENTS];
	uint64_t n_dead_letters, dead_letter_bytes;
	int lock; // file beside the database, locked while we have it open; -1 before
	char error[STORE_WHY_BYTES]; // words of the last one
};

extern const char *const sqlite_statements[N_STATEMENTS];

// Makes or checks the tables. 0; -errno with a sentence in why.
int sqlite_schema_prepare(sqlite3 *db, const char *path, char *why);

// A statement, reset and with its old bindings gone. The caller binds, steps and leaves it with
// sqlite_done(), so that no read stays open.
sqlite3_stmt *sqlite_start(struct sqlite_store *store, enum sqlite_statement which);
void sqlite_done(sqlite3_stmt *statement);

// Steps to the end. 0; -errno.
int sqlite_finish(sqlite3_stmt *statement);

// Keeps the words of the error that just happened, rolls back what is open, and returns the error.
int sqlite_fail(struct sqlite_store *store, int error);

// -errno for a result code that is not one of success.
int sqlite_errno(int result);

void sqlite_bind_text(sqlite3_stmt *statement, int at, const char *text);
void sqlite_bind_spool(sqlite3_stmt *statement, int at, const struct spool_id *spool);
// Unsigned numbers are kept in the signed 64 bits SQLite has; ours are checked to fit.
void sqlite_bind_uint(sqlite3_stmt *statement, int at, uint64_t value);

uint64_t sqlite_uint(sqlite3_stmt *statement, int column);
// Copies at most MAX_NAME_BYTES.
void sqlite_name(sqlite3_stmt *statement, int column, char *ret_name);

int sqlite_write(struct store *store, struct store_entry *entries, size_t n_entries);
int sqlite_next_mark(struct store *store, struct store_mark *ret_mark);
int sqlite_visit_reports(struct store *store, const struct store_mark *mark,
                         store_visit_payload *visit, void *arg);
int sqlite_replace_window(struct store *store, const struct store_mark *mark,
                          const struct window *window, uint64_t now_ns);
int sqlite_visit_cells(struct store *store, uint64_t from_ns, uint64_t to_ns,
                       store_visit_cell *visit, void *arg);
int sqlite_visit_last_cells(struct store *store, uint64_t from_ns, uint64_t to_ns,
                            store_visit_last *visit, void *arg);
int sqlite_visit_probes(struct store *store, store_visit_probe *visit, void *arg);
int sqlite_visit_links(struct store *store, store_visit_link *visit, void *arg);
int sqlite_visit_scopes(struct store *store, uint64_t from_ns, uint64_t to_ns,
                        store_visit_scope *visit, void *arg);
int sqlite_visit_scope_keys(struct store *store, uint64_t from_ns, uint64_t to_ns,
                            store_visit_scope_key *visit, void *arg);
int sqlite_visit_plan_groups(struct store *store, const struct plan_id *plan,
                             store_visit_group *visit, void *arg);
int sqlite_read_sketch(struct store *store, const struct store_sketch *which,
                       struct user_sketch *ret_sketch);
int sqlite_expire(struct store *store, uint64_t now_ns);
int sqlite_use_zone(struct store *store, const char *zone);
int sqlite_count(struct store *store, struct store_counts *ret_counts);

// Ends a visit: the visitor's word first, then the statement's.
int sqlite_visit_end(struct sqlite_store *store, sqlite3_stmt *statement, int result, int stop);

// Steps to a row and reads the number in its first column; 0 in *ret_value when there is no row.
int sqlite_look_up(sqlite3_stmt *statement, uint64_t *ret_value);

__attribute__((format(printf, 3, 4))) void
sqlite_refuse(struct store_entry *entry, enum refusal refusal, const char *format, ...);

// Registers the plan and the groups of a report, and says how many it left out.
int sqlite_put_users(struct sqlite_store *store, struct store_entry *entry);

// Numbers of a plan and a group in this store; 0 when they are not registered.
int sqlite_find_plan(struct sqlite_store *store, const struct plan_id *plan, uint64_t *ret_id);
int sqlite_find_group(struct sqlite_store *store, const struct report_group *group,
                      uint64_t *ret_id);

// Inside of a transaction: what a window says about plans and keys, and its sketches.
int sqlite_replace_scopes(struct sqlite_store *store, const struct store_mark *mark,
                          const struct user_minute *users);
int sqlite_unite_sketches(struct sqlite_store *store, const struct window *window, uint64_t now_ns);

// Keeps a refused report apart, once, and lets the oldest go past the bounds.
int sqlite_keep_dead_letter(struct sqlite_store *store, const struct store_entry *entry);
int sqlite_load_dead_letter_size(struct sqlite_store *store);
