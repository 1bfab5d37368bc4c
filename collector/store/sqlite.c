#include "sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int sqlite_errno(int result)
{
	switch (result & 0xff) {
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return -EACCES;
	default:
		return -EIO;
	}
}

sqlite3_stmt *sqlite_start(struct sqlite_store *store, enum sqlite_statement which)
{
	sqlite3_stmt *statement = store->statements[which];

	sqlite_done(statement);
	return statement;
}

void sqlite_done(sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

int sqlite_finish(sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement);

	sqlite_done(statement);
	return result == SQLITE_DONE || result == SQLITE_ROW ? 0 : sqlite_errno(result);
}

int sqlite_fail(struct sqlite_store *store, int error)
{
	snprintf(store->error, sizeof(store->error), "%s", sqlite3_errmsg(store->db));
	if (!sqlite3_get_autocommit(store->db))
		sqlite_finish(sqlite_start(store, STATEMENT_ROLLBACK));
	return error;
}

int sqlite_visit_end(struct sqlite_store *store, sqlite3_stmt *statement, int result, int stop)
{
	sqlite_done(statement);
	if (stop)
		return stop;
	return result == SQLITE_DONE ? 0 : sqlite_fail(store, sqlite_errno(result));
}

int sqlite_look_up(sqlite3_stmt *statement, uint64_t *ret_value)
{
	int result = sqlite3_step(statement);

	*ret_value = result == SQLITE_ROW ? sqlite_uint(statement, 0) : 0;
	sqlite_done(statement);
	return result == SQLITE_ROW || result == SQLITE_DONE ? 0 : sqlite_errno(result);
}

void sqlite_bind_text(sqlite3_stmt *statement, int at, const char *text)
{
	sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

void sqlite_bind_spool(sqlite3_stmt *statement, int at, const struct spool_id *spool)
{
	sqlite3_bind_blob(statement, at, spool->bytes, SPOOL_ID_BYTES, SQLITE_STATIC);
}

void sqlite_bind_uint(sqlite3_stmt *statement, int at, uint64_t value)
{
	sqlite3_bind_int64(statement, at, value < INT64_MAX ? (sqlite3_int64)value : INT64_MAX);
}

uint64_t sqlite_uint(sqlite3_stmt *statement, int column)
{
	sqlite3_int64 value = sqlite3_column_int64(statement, column);

	return value > 0 ? (uint64_t)value : 0;
}

void sqlite_name(sqlite3_stmt *statement, int column, char *ret_name)
{
	const unsigned char *text = sqlite3_column_text(statement, column);

	snprintf(ret_name, MAX_NAME_BYTES, "%s", text ? (const char *)text : "");
}

static const char *sqlite_error(const struct store *store)
{
	return ((const struct sqlite_store *)store)->error;
}

static void sqlite_close(struct store *base)
{
	struct sqlite_store *store = (struct sqlite_store *)base;

	for (int i = 0; i < N_STATEMENTS; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	if (store->lock >= 0)
		close(store->lock);
	free(store);
}

static const struct store_backend sqlite_backend = {
	.close = sqlite_close,
	.error = sqlite_error,
	.write = sqlite_write,
	.next_mark = sqlite_next_mark,
	.visit_reports = sqlite_visit_reports,
	.replace_window = sqlite_replace_window,
	.visit_cells = sqlite_visit_cells,
	.visit_last_cells = sqlite_visit_last_cells,
	.visit_probes = sqlite_visit_probes,
	.visit_links = sqlite_visit_links,
	.visit_scopes = sqlite_visit_scopes,
	.visit_scope_keys = sqlite_visit_scope_keys,
	.visit_plan_groups = sqlite_visit_plan_groups,
	.read_sketch = sqlite_read_sketch,
	.expire = sqlite_expire,
	.use_zone = sqlite_use_zone,
	.count = sqlite_count,
};

// Makes the directory the file is to lie in, so that the first start on a new machine needs no
// preparation. What goes wrong here goes wrong again, and is told, when the file is opened.
static void make_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory;

	if (!slash || slash == path)
		return;
	directory = strndup(path, (size_t)(slash - path));
	if (directory)
		mkdir(directory, 0750);
	free(directory);
}

// One collector owns a file: another on the same one would make it wait for locks and not see its
// windows. SQLite's own locks come and go with each transaction, so a file beside it is locked; the
// kernel lets go of it however we end.
static int sqlite_lock(struct sqlite_store *store, const char *path, char *why)
{
	char *name;

	if (asprintf(&name, "%s-lock", path) < 0)
		return -ENOMEM;
	store->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	free(name);
	if (store->lock >= 0 && flock(store->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	snprintf(why, STORE_WHY_BYTES, "%s: %s", path,
	         store->lock >= 0
	                 ? "another collector has it open: stop that one or choose another file"
	                 : "unable to open its lock: give a file in a directory it may write to");
	return -EBUSY;
}

static int sqlite_connect(struct sqlite_store *store, const char *path, char *why)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	int result;

	result = sqlite3_open_v2(path, &store->db, flags, NULL);
	if (result == SQLITE_OK) {
		sqlite3_busy_timeout(store->db, 2000);
		result = sqlite3_exec(store->db,
		                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		                      "PRAGMA wal_autocheckpoint = 1000",
		                      NULL, NULL, NULL);
	}
	if (result == SQLITE_OK)
		return 0;
	snprintf(why, STORE_WHY_BYTES, "%s: %s: %s", path,
	         store->db ? sqlite3_errmsg(store->db) : "out of memory",
	         result == SQLITE_NOTADB ? "choose another file"
	                                 : "give a file in a directory it may write to");
	return sqlite_errno(result);
}

static int sqlite_prepare_all(struct sqlite_store *store, char *why)
{
	for (int i = 0; i < N_STATEMENTS; i++) {
		int result = sqlite3_prepare_v3(store->db, sqlite_statements[i], -1,
		                                SQLITE_PREPARE_PERSISTENT, &store->statements[i],
		                                NULL);

		if (result != SQLITE_OK) {
			snprintf(why, STORE_WHY_BYTES, "its tables are not as expected: %s",
			         sqlite3_errmsg(store->db));
			return sqlite_errno(result);
		}
	}
	return 0;
}

int sqlite_open(const char *path, struct store **ret_store, char *why)
{
	struct sqlite_store *store = calloc(1, sizeof(*store));
	int error;

	if (!store) {
		snprintf(why, STORE_WHY_BYTES, "%s: out of memory", path);
		return -ENOMEM;
	}
	store->base.backend = &sqlite_backend;
	store->lock = -1;
	make_directory(path);
	error = sqlite_lock(store, path, why);
	if (!error)
		error = sqlite_connect(store, path, why);
	if (!error)
		error = sqlite_schema_prepare(store->db, path, why);
	if (!error)
		error = sqlite_prepare_all(store, why);
	if (!error && (error = sqlite_load_dead_letter_size(store)) < 0)
		snprintf(why, STORE_WHY_BYTES, "%s: %s", path, sqlite3_errmsg(store->db));
	if (error) {
		sqlite_close(&store->base);
		return error;
	}
	*ret_store = &store->base;
	return 0;
}
