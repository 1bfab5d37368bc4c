// Sketches of users: united as windows are made, read, and deleted with age.
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "sqlite.h"

enum {
	// Rows of a level, or of another table, that one call of sqlite_expire() deletes at most. A
	// sketch has pages of its own, which takes longer.
	EXPIRE_SKETCHES = 512,
	EXPIRE_ROWS = 4096,
};

// Where the sketches of a window go: tiles of the scopes there are.
struct destination {
	uint64_t now_ns;
	struct user_tile tiles[2][N_USER_LEVELS];
};

static void destination_init(struct destination *destination, uint64_t start_ns, uint64_t now_ns)
{
	static const enum user_level scopes[2] = {USER_LEVEL_SCOPE, USER_LEVEL_HOUR};

	destination->now_ns = now_ns;
	for (int i = 0; i < 2; i++) {
		uint64_t scope_ns = user_tile_at(scopes[i], start_ns).start_ns;

		for (int level = 0; level < N_USER_LEVELS; level++)
			destination->tiles[i][level] = user_tile_at((enum user_level)level,
			                                            scope_ns);
	}
}

static void bind_sketch(sqlite3_stmt *statement, const struct store_sketch *which, uint64_t group)
{
	sqlite_bind_uint(statement, 1, user_level_seconds(which->level));
	sqlite_bind_uint(statement, 2, which->start_ns);
	sqlite_bind_uint(statement, 3, which->domain.key_id);
	sqlite_bind_uint(statement, 4, group);
	sqlite_bind_uint(statement, 5, (uint64_t)which->domain.grade);
}

// The stored sketch and the number of its row, which is 0 when there is none. -EBADMSG: there is
// one, but damaged.
static int find_sketch(struct sqlite_store *store, const struct store_sketch *which, uint64_t group,
                       uint64_t *ret_id, struct user_sketch *ret_sketch)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_FIND_SKETCH);
	int result, error = 0;

	*ret_sketch = (struct user_sketch){.domain = which->domain};
	*ret_id = 0;
	bind_sketch(statement, which, group);
	result = sqlite3_step(statement);
	if (result == SQLITE_ROW) {
		*ret_id = sqlite_uint(statement, 0);
		error = sketch_from_redis(sqlite3_column_blob(statement, 1),
		                          (size_t)sqlite3_column_bytes(statement, 1),
		                          &ret_sketch->sketch);
	}
	sqlite_done(statement);
	return result == SQLITE_ROW || result == SQLITE_DONE ? error : sqlite_errno(result);
}

static int write_sketch(struct sqlite_store *store, const struct store_sketch *which,
                        uint64_t group, uint64_t id, const struct sketch *sketch)
{
	uint8_t string[SKETCH_REDIS_BYTES];
	sqlite3_stmt *statement;

	sketch_to_redis(sketch, string);
	statement = sqlite_start(store, id ? STATEMENT_UPDATE_SKETCH : STATEMENT_INSERT_SKETCH);
	if (id)
		sqlite_bind_uint(statement, 1, id);
	else
		bind_sketch(statement, which, group);
	sqlite3_bind_blob(statement, id ? 2 : 6, string, sizeof(string), SQLITE_STATIC);
	return sqlite_finish(statement);
}

// Writes only where a register rose. A stored sketch that is damaged gives way to what is known
// now: what it held cannot be read by anybody.
static int unite_tile(struct sqlite_store *store, const struct store_sketch *which, uint64_t group,
                      const struct user_sketch *fresh, int64_t *n_new)
{
	struct user_sketch stored;
	struct sketch before;
	uint64_t id;
	int error = find_sketch(store, which, group, &id, &stored);
	bool is_damaged = error == -EBADMSG;

	if (error && !is_damaged)
		return error;
	before = stored.sketch;
	error = user_sketch_union(&stored, fresh);
	if (error || (id && !is_damaged && memcmp(&before, &stored.sketch, sizeof(before)) == 0))
		return error;
	*n_new += id == 0;
	return write_sketch(store, which, group, id, &stored.sketch);
}

static int unite_row(struct sqlite_store *store, const struct destination *destination,
                     const struct user_minute *users, const struct user_minute_sketch *row,
                     uint64_t group, int64_t *n_new)
{
	bool is_long = row->scope_seconds > SCOPE_SECONDS;
	int level = is_long ? USER_LEVEL_HOUR : USER_LEVEL_SCOPE;
	struct user_sketch fresh;
	int error = user_minute_sketch(users, row, &fresh);

	for (; level < N_USER_LEVELS && !error; level++) {
		const struct user_tile *tile = &destination->tiles[is_long][level];
		struct store_sketch which = {tile->level, tile->start_ns, fresh.domain};

		if (tile->start_ns + user_level_kept_ns(tile->level) > destination->now_ns)
			error = unite_tile(store, &which, group, &fresh, n_new);
	}
	return error;
}

static int add_to_number(struct sqlite_store *store, int64_t n)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_ADD_SKETCHES);

	sqlite3_bind_int64(statement, 1, n);
	return sqlite_finish(statement);
}

static int unite_rows(struct sqlite_store *store, const struct window *window, uint64_t now_ns,
                      const uint64_t *groups)
{
	const struct user_minute *users = &window->users;
	struct destination destination;
	int64_t n_new = 0;
	int error = 0;

	destination_init(&destination, window->start_ns, now_ns);
	for (size_t i = 0; i < users->n_sketches && !error; i++) {
		const struct user_minute_sketch *row = &users->sketches[i];

		if (groups[row->group])
			error = unite_row(store, &destination, users, row, groups[row->group],
			                  &n_new);
	}
	return error || n_new == 0 ? error : add_to_number(store, n_new);
}

int sqlite_unite_sketches(struct sqlite_store *store, const struct window *window, uint64_t now_ns)
{
	const struct user_minute *users = &window->users;
	uint64_t *groups;
	int error = 0;

	if (users->n_sketches == 0)
		return 0;
	groups = calloc(users->n_groups, sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	for (size_t i = 0; i < users->n_groups && !error; i++)
		error = sqlite_find_group(store, &users->groups[i], &groups[i]);
	if (!error)
		error = unite_rows(store, window, now_ns, groups);
	free(groups);
	return error;
}

int sqlite_read_sketch(struct store *base, const struct store_sketch *which,
                       struct user_sketch *ret_sketch)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	struct user_sketch sketch;
	uint64_t group = 0, id = 0;
	int error = sqlite_find_group(store, &which->domain.group, &group);

	if (!error)
		error = find_sketch(store, which, group, &id, &sketch);
	if (error == -EBADMSG) {
		snprintf(store->error, sizeof(store->error),
		         "a stored sketch is damaged, check the disk");
		return error;
	}
	if (error)
		return sqlite_fail(store, error);
	if (id == 0)
		return -ENOENT;
	*ret_sketch = sketch;
	return 0;
}

static int expire_level(struct sqlite_store *store, enum user_level level, uint64_t now_ns)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_EXPIRE_SKETCHES);
	uint64_t kept_ns = user_level_kept_ns(level);
	int error, n_deleted;

	sqlite_bind_uint(statement, 1, user_level_seconds(level));
	sqlite_bind_uint(statement, 2, now_ns > kept_ns ? now_ns - kept_ns + 1 : 0);
	sqlite_bind_uint(statement, 3, EXPIRE_SKETCHES);
	error = sqlite_finish(statement);
	n_deleted = sqlite3_changes(store->db);
	return error || n_deleted == 0 ? error : add_to_number(store, -(int64_t)n_deleted);
}

static int expire_rows(struct sqlite_store *store, enum sqlite_statement which, uint64_t kept_ns,
                       uint64_t now_ns)
{
	sqlite3_stmt *statement = sqlite_start(store, which);

	sqlite_bind_uint(statement, 1, now_ns > kept_ns ? now_ns - kept_ns + 1 : 0);
	sqlite_bind_uint(statement, 2, EXPIRE_ROWS);
	return sqlite_finish(statement);
}

// Minutes are kept as long as the reports of one may still come, 35 days at most.
static int expire_all(struct sqlite_store *store, uint64_t now_ns)
{
	uint64_t minute_ns = user_level_kept_ns(USER_LEVEL_HOUR);
	uint64_t scope_ns = user_level_kept_ns(USER_LEVEL_DAY);
	int error = 0;

	for (int level = 0; level < N_USER_LEVELS && !error; level++)
		error = expire_level(store, (enum user_level)level, now_ns);
	if (!error)
		error = expire_rows(store, STATEMENT_EXPIRE_USER_MINUTES, minute_ns, now_ns);
	if (!error)
		error = expire_rows(store, STATEMENT_EXPIRE_SCOPES, scope_ns, now_ns);
	if (!error)
		error = expire_rows(store, STATEMENT_EXPIRE_SCOPE_KEYS, scope_ns, now_ns);
	return error;
}

// Rows that a power cut brings back are deleted again, so that this commit need not wait for the
// disk.
int sqlite_expire(struct store *base, uint64_t now_ns)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	int error;

	sqlite3_exec(store->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
	error = sqlite_finish(sqlite_start(store, STATEMENT_BEGIN));
	if (!error)
		error = expire_all(store, now_ns);
	if (!error)
		error = sqlite_finish(sqlite_start(store, STATEMENT_COMMIT));
	if (error)
		sqlite_fail(store, error);
	sqlite3_exec(store->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	return error;
}
