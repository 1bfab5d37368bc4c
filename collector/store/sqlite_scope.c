// Which plans and keys users were counted with, minute by minute and in 5 minutes.
#include <string.h>

#include "sqlite.h"

// A statement about a probe at a time.
static int run(struct sqlite_store *store, enum sqlite_statement which, uint64_t start_ns,
               const char *probe)
{
	sqlite3_stmt *statement = sqlite_start(store, which);

	sqlite_bind_uint(statement, 1, start_ns);
	sqlite_bind_text(statement, 2, probe);
	return sqlite_finish(statement);
}

static int insert_minute(struct sqlite_store *store, const struct store_mark *mark,
                         const struct user_minute_plan *plan)
{
	sqlite3_stmt *statement;
	uint64_t id = 0;
	int error = sqlite_find_plan(store, &plan->plan, &id);

	if (error || id == 0)
		return error;
	statement = sqlite_start(store, STATEMENT_INSERT_USER_MINUTE);
	sqlite_bind_uint(statement, 1, mark->start_ns);
	sqlite_bind_text(statement, 2, mark->probe);
	sqlite_bind_uint(statement, 3, id);
	for (int family = 0; family < N_FAMILIES; family++) {
		sqlite_bind_uint(statement, 4 + family, plan->covered_ends[family]);
		sqlite_bind_uint(statement, 4 + N_FAMILIES + family, plan->uncovered_ends[family]);
	}
	sqlite_bind_uint(statement, 4 + 2 * N_FAMILIES, plan->is_asymmetric);
	sqlite_bind_uint(statement, 5 + 2 * N_FAMILIES, plan->observed_ns);
	return sqlite_finish(statement);
}

static int sum_scope(struct sqlite_store *store, const char *probe, const struct user_tile *scope)
{
	int error = run(store, STATEMENT_DELETE_SCOPES, scope->start_ns, probe);
	sqlite3_stmt *statement;

	if (error)
		return error;
	statement = sqlite_start(store, STATEMENT_INSERT_SCOPES);
	sqlite_bind_uint(statement, 1, scope->start_ns);
	sqlite_bind_text(statement, 2, probe);
	sqlite_bind_uint(statement, 3, scope->end_ns);
	return sqlite_finish(statement);
}

static int put_key(struct sqlite_store *store, const char *probe, uint64_t start_ns,
                   const struct user_minute_key *key)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_PUT_SCOPE_KEY);

	sqlite_bind_uint(statement, 1, start_ns);
	sqlite_bind_text(statement, 2, probe);
	sqlite_bind_uint(statement, 3, key->id);
	sqlite_bind_uint(statement, 4, key->start_ns);
	sqlite_bind_uint(statement, 5, key->scope_seconds);
	return sqlite_finish(statement);
}

// LIMIT: a key that a probe was given within a scope is taken to have been there for all of it.
static int observe_keys(struct sqlite_store *store, const char *probe, uint64_t start_ns)
{
	return run(store, STATEMENT_OBSERVE_KEYS, start_ns, probe);
}

// Nothing to do for a window without a plan: its reports are never taken back, so it had none
// before.
int sqlite_replace_scopes(struct sqlite_store *store, const struct store_mark *mark,
                          const struct user_minute *users)
{
	struct user_tile scope = user_tile_at(USER_LEVEL_SCOPE, mark->start_ns);
	int error;

	if (users->n_plans == 0)
		return 0;
	error = run(store, STATEMENT_DELETE_USER_MINUTES, mark->start_ns, mark->probe);
	for (size_t i = 0; i < users->n_plans && !error; i++)
		error = insert_minute(store, mark, &users->plans[i]);
	if (!error)
		error = sum_scope(store, mark->probe, &scope);
	for (size_t i = 0; i < users->n_keys && !error; i++)
		error = put_key(store, mark->probe, scope.start_ns, &users->keys[i]);
	return error ? error : observe_keys(store, mark->probe, scope.start_ns);
}

static void read_plan(sqlite3_stmt *statement, struct user_scope *ret_scope)
{
	*ret_scope = (struct user_scope){
		.start_ns = sqlite_uint(statement, 0),
		.plan_first_ns = sqlite_uint(statement, 3),
		.plan.is_asymmetric = sqlite_uint(statement, 8) != 0,
		.plan.observed_ns = sqlite_uint(statement, 9),
	};
	sqlite_name(statement, 1, ret_scope->probe);
	if (sqlite3_column_bytes(statement, 2) == PLAN_ID_BYTES)
		memcpy(ret_scope->plan.plan.bytes, sqlite3_column_blob(statement, 2),
		       PLAN_ID_BYTES);
	for (int family = 0; family < N_FAMILIES; family++) {
		ret_scope->plan.covered_ends[family] = sqlite_uint(statement, 4 + family);
		ret_scope->plan.uncovered_ends[family] = sqlite_uint(statement,
		                                                     4 + N_FAMILIES + family);
	}
}

int sqlite_visit_scopes(struct store *base, uint64_t from_ns, uint64_t to_ns,
                        store_visit_scope *visit, void *arg)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_SCOPES);
	struct user_scope scope;
	int result, stop = 0;

	sqlite_bind_uint(statement, 1, from_ns);
	sqlite_bind_uint(statement, 2, to_ns);
	while (!stop && (result = sqlite3_step(statement)) == SQLITE_ROW) {
		read_plan(statement, &scope);
		stop = visit(arg, &scope);
	}
	return sqlite_visit_end(store, statement, result, stop);
}

int sqlite_visit_scope_keys(struct store *base, uint64_t from_ns, uint64_t to_ns,
                            store_visit_scope_key *visit, void *arg)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_SCOPE_KEYS);
	struct user_scope_key key;
	int result, stop = 0;

	sqlite_bind_uint(statement, 1, from_ns);
	sqlite_bind_uint(statement, 2, to_ns);
	while (!stop && (result = sqlite3_step(statement)) == SQLITE_ROW) {
		key.start_ns = sqlite_uint(statement, 0);
		sqlite_name(statement, 1, key.probe);
		key.key.id = sqlite_uint(statement, 2);
		key.key.start_ns = sqlite_uint(statement, 3);
		key.key.scope_seconds = (uint32_t)sqlite_uint(statement, 4);
		key.observed_ns = sqlite_uint(statement, 5);
		stop = visit(arg, &key);
	}
	return sqlite_visit_end(store, statement, result, stop);
}
