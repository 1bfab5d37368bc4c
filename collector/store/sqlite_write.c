// The batch: every report and every refused one of it in one transaction.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sqlite.h"

static void bind_key(sqlite3_stmt *statement, const struct store_entry *entry)
{
	sqlite_bind_text(statement, 1, entry->probe);
	sqlite_bind_spool(statement, 2, &entry->spool);
	sqlite_bind_uint(statement, 3, entry->sequence);
}

static bool is_same(sqlite3_stmt *found, const struct store_entry *entry)
{
	return sqlite_uint(found, 0) == entry->crc &&
	       (size_t)sqlite3_column_bytes(found, 1) == entry->payload_bytes &&
	       memcmp(sqlite3_column_blob(found, 1), entry->payload, entry->payload_bytes) == 0;
}

enum key_state {
	KEY_FREE,
	KEY_SAME, // taken by the very same report
	KEY_OTHER,
};

static int find_report(struct sqlite_store *store, const struct store_entry *entry,
                       enum key_state *ret_state)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_FIND_REPORT);
	int result;

	bind_key(statement, entry);
	result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		*ret_state = is_same(statement, entry) ? KEY_SAME : KEY_OTHER;
	sqlite_done(statement);
	return result == SQLITE_ROW || result == SQLITE_DONE ? 0 : sqlite_errno(result);
}

static int count(sqlite3_stmt *statement, int column, uint64_t *ret_count)
{
	int result = sqlite3_step(statement);

	if (result == SQLITE_ROW)
		*ret_count = sqlite_uint(statement, column);
	return result == SQLITE_ROW ? 0 : sqlite_errno(result);
}

void sqlite_refuse(struct store_entry *entry, enum refusal refusal, const char *format, ...)
{
	va_list arguments;

	entry->refusal = refusal;
	va_start(arguments, format);
	vsnprintf(entry->reason, sizeof(entry->reason), format, arguments);
	va_end(arguments);
}

// Refuses a report that would pass a bound of its window.
static int check_window(struct sqlite_store *store, struct store_entry *entry, uint64_t start_ns)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_COUNT_WINDOW_REPORTS);
	uint64_t n_reports = 0;
	int error;

	sqlite_bind_uint(statement, 1, start_ns);
	sqlite_bind_text(statement, 2, entry->probe);
	error = count(statement, 0, &n_reports);
	sqlite_done(statement);
	if (!error && n_reports >= STORE_MAX_WINDOW_REPORTS)
		sqlite_refuse(entry, REFUSAL_BOUND,
		              "more than %d reports of this probe begin in one minute: use longer "
		              "windows",
		              STORE_MAX_WINDOW_REPORTS);
	return error;
}

static void bind_link(sqlite3_stmt *statement, const struct store_entry *entry,
                      const struct report_link *link)
{
	sqlite_bind_text(statement, 1, entry->probe);
	sqlite_bind_text(statement, 2, link->name);
	sqlite_bind_uint(statement, 3, (uint64_t)link->surface);
	sqlite_bind_uint(statement, 4, link->capacity_bps);
	sqlite_bind_uint(statement, 5, entry->received_ns);
	sqlite_bind_uint(statement, 6, (uint64_t)link->state);
}

static int check_links(struct sqlite_store *store, struct store_entry *entry)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_COUNT_LINKS);
	uint64_t n_all = 0, n_own = 0;
	int error;

	sqlite_bind_text(statement, 1, entry->probe);
	error = count(statement, 0, &n_all);
	n_own = error ? 0 : sqlite_uint(statement, 1);
	sqlite_done(statement);
	if (n_own >= WINDOW_MAX_LINKS)
		sqlite_refuse(entry, REFUSAL_BOUND,
		              "this probe has named %d links before: reuse link names",
		              WINDOW_MAX_LINKS);
	else if (n_all >= STORE_MAX_LINKS)
		sqlite_refuse(entry, REFUSAL_BOUND,
		              "the store holds %d links already: reuse link names",
		              STORE_MAX_LINKS);
	return error;
}

static int put_link(struct sqlite_store *store, struct store_entry *entry,
                    const struct report_link *link)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_UPDATE_LINK);
	int error;

	bind_link(statement, entry, link);
	error = sqlite_finish(statement);
	if (error || sqlite3_changes(store->db) > 0)
		return error;
	error = check_links(store, entry);
	if (error || entry->refusal)
		return error;
	statement = sqlite_start(store, STATEMENT_INSERT_LINK);
	bind_link(statement, entry, link);
	return sqlite_finish(statement);
}

// LIMIT: links that come before one that is refused stay registered.
static int put_links(struct sqlite_store *store, struct store_entry *entry)
{
	for (uint32_t i = 0; i < entry->report->n_links; i++) {
		int error = put_link(store, entry, &entry->report->links[i]);

		if (error || entry->refusal)
			return error;
	}
	return 0;
}

static int insert_report(struct sqlite_store *store, const struct store_entry *entry,
                         uint64_t start_ns)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_INSERT_REPORT);

	bind_key(statement, entry);
	sqlite_bind_uint(statement, 4, start_ns);
	sqlite_bind_uint(statement, 5, entry->received_ns);
	sqlite_bind_uint(statement, 6, entry->crc);
	sqlite3_bind_blob(statement, 7, entry->payload, (int)entry->payload_bytes, SQLITE_STATIC);
	return sqlite_finish(statement);
}

static int mark_window(struct sqlite_store *store, const char *probe, uint64_t start_ns)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_MARK_WINDOW);

	sqlite_bind_uint(statement, 1, start_ns);
	sqlite_bind_text(statement, 2, probe);
	return sqlite_finish(statement);
}

// Whether a report says which keys its probe has. A fragment, which has no links, need not name
// those it does not use. Without a plan there are none.
static bool names_keys(const struct report *report)
{
	return report->n_links > 0 && (report->n_keys > 0 || !report_has_plan(report));
}

static int put_probe(struct sqlite_store *store, const struct store_entry *entry)
{
	const struct report *report = entry->report;
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_PUT_PROBE);

	bind_key(statement, entry);
	sqlite_bind_uint(statement, 4, entry->received_ns);
	if (report_has_plan(report)) {
		sqlite3_bind_blob(statement, 5, report->plan.bytes, PLAN_ID_BYTES, SQLITE_STATIC);
		for (uint32_t i = 0; i < report->n_keys; i++)
			sqlite_bind_uint(statement, 6 + (int)i, report->keys[i].id);
	}
	sqlite_bind_uint(statement, 8, names_keys(report));
	return sqlite_finish(statement);
}

// Stores a report under a key that is free, or sets the refusal.
static int store_report(struct sqlite_store *store, struct store_entry *entry)
{
	uint64_t start_ns = cell_window_start(entry->report->window_start_ns);
	int error = check_window(store, entry, start_ns);

	if (!error && !entry->refusal)
		error = put_links(store, entry);
	if (error || entry->refusal)
		return error;
	error = sqlite_put_users(store, entry);
	if (!error)
		error = insert_report(store, entry, start_ns);
	if (!error)
		error = mark_window(store, entry->probe, start_ns);
	return error ? error : put_probe(store, entry);
}

static int write_entry(struct sqlite_store *store, struct store_entry *entry)
{
	enum key_state key = KEY_FREE;
	int error = entry->has_sequence ? find_report(store, entry, &key) : 0;

	entry->outcome = key == KEY_SAME ? STORE_DUPLICATE : STORE_STORED;
	entry->n_left_out = 0;
	if (error || key == KEY_SAME)
		return error;
	if (!entry->refusal && key == KEY_OTHER)
		sqlite_refuse(entry, REFUSAL_CONFLICT,
		              "quarantined: another report is stored under this probe, spool and "
		              "sequence: give the probe a new spool");
	if (!entry->refusal)
		error = store_report(store, entry);
	if (error || !entry->refusal)
		return error;
	entry->outcome = STORE_REFUSED;
	return sqlite_keep_dead_letter(store, entry);
}

int sqlite_write(struct store *base, struct store_entry *entries, size_t n_entries)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	int error = sqlite_finish(sqlite_start(store, STATEMENT_BEGIN));

	for (size_t i = 0; i < n_entries && !error; i++)
		error = write_entry(store, &entries[i]);
	if (!error)
		error = sqlite_finish(sqlite_start(store, STATEMENT_COMMIT));
	if (!error)
		return 0;
	error = sqlite_fail(store, error);
	sqlite_load_dead_letter_size(store);
	return error;
}
