// The zone in which days are cut, and what a change of it takes.
#include <errno.h>
#include <string.h>

#include "sqlite.h"

// Days of the old zone lie across those of the new one: they go, and are united again from the
// reports of the minutes that are still known. Scopes older than those go too, so that a window
// there does not seem to be covered.
static const char days_again[] =
	"UPDATE user_state SET n_sketches ="
	"  n_sketches - (SELECT count(*) FROM sketch WHERE level = 86400);"
	"DELETE FROM sketch WHERE level = 86400;"
	"DELETE FROM scope WHERE start_ns < (SELECT coalesce(min(start_ns), 0) FROM user_minute);"
	"DELETE FROM scope_key"
	"  WHERE start_ns < (SELECT coalesce(min(start_ns), 0) FROM user_minute);"
	"INSERT OR IGNORE INTO dirty SELECT DISTINCT start_ns, probe, 1 FROM user_minute;";

static int read_zone(struct sqlite_store *store, const char *zone, bool *ret_same, bool *ret_first)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_ZONE);
	int result = sqlite3_step(statement);
	const char *before = result == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0)
	                                          : NULL;

	*ret_same = before && strcmp(before, zone) == 0;
	*ret_first = before && *before == '\0';
	sqlite_done(statement);
	return result == SQLITE_ROW ? 0 : sqlite_errno(result);
}

static int set_zone(struct sqlite_store *store, const char *zone)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_SET_ZONE);

	sqlite_bind_text(statement, 1, zone);
	return sqlite_finish(statement);
}

int sqlite_use_zone(struct store *base, const char *zone)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	bool is_same = false, is_first = false;
	int error = read_zone(store, zone, &is_same, &is_first);

	if (error)
		return sqlite_fail(store, error);
	if (is_same)
		return 0;
	error = sqlite_finish(sqlite_start(store, STATEMENT_BEGIN));
	if (!error)
		error = set_zone(store, zone);
	if (!error && !is_first)
		error = sqlite3_exec(store->db, days_again, NULL, NULL, NULL) ? -EIO : 0;
	if (!error)
		error = sqlite_finish(sqlite_start(store, STATEMENT_COMMIT));
	return error ? sqlite_fail(store, error) : 0;
}
