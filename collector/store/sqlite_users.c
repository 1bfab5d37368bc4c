// Plans and groups of users: registered when a report of them is stored, and shown again.
#include <stdio.h>

#include "sqlite.h"

int sqlite_find_plan(struct sqlite_store *store, const struct plan_id *plan, uint64_t *ret_id)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_FIND_PLAN);

	sqlite3_bind_blob(statement, 1, plan->bytes, PLAN_ID_BYTES, SQLITE_STATIC);
	return sqlite_look_up(statement, ret_id);
}

static void bind_group(sqlite3_stmt *statement, const struct report_group *group)
{
	sqlite_bind_text(statement, 1, group->carrier);
	sqlite_bind_text(statement, 2, group->region);
	sqlite_bind_uint(statement, 3, (uint64_t)group->access);
	sqlite_bind_text(statement, 4, group->class_name);
	sqlite_bind_uint(statement, 5, (uint64_t)group->family);
	sqlite_bind_uint(statement, 6, group->user_len);
	sqlite_bind_uint(statement, 7, group->port_block);
}

int sqlite_find_group(struct sqlite_store *store, const struct report_group *group,
                      uint64_t *ret_id)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_FIND_GROUP);

	bind_group(statement, group);
	return sqlite_look_up(statement, ret_id);
}

// Leaves one out when as many as allowed are there already. What else the report says is sound, and
// the next reports would be no better.
static int check_number(struct sqlite_store *store, enum sqlite_statement which, uint64_t max,
                        const char *what, struct store_entry *entry)
{
	uint64_t n = 0;
	int error = sqlite_look_up(sqlite_start(store, which), &n);

	if (error || n < max)
		return error;
	entry->n_left_out++;
	snprintf(entry->reason, sizeof(entry->reason),
	         "the store has seen %ju %s already: use fewer names in plans, or another store",
	         (uintmax_t)n, what);
	return 0;
}

static int put_plan(struct sqlite_store *store, struct store_entry *entry, uint64_t *ret_id)
{
	const struct report *report = entry->report;
	int error = sqlite_find_plan(store, &report->plan, ret_id);
	sqlite3_stmt *statement;

	if (!error && *ret_id == 0)
		error = check_number(store, STATEMENT_COUNT_PLANS, STORE_MAX_PLANS, "plans", entry);
	if (error || *ret_id || entry->n_left_out > 0)
		return error;
	statement = sqlite_start(store, STATEMENT_INSERT_PLAN);
	sqlite3_bind_blob(statement, 1, report->plan.bytes, PLAN_ID_BYTES, SQLITE_STATIC);
	sqlite_bind_uint(statement, 2, report->window_start_ns);
	error = sqlite_finish(statement);
	*ret_id = (uint64_t)sqlite3_last_insert_rowid(store->db);
	return error;
}

// 0 in *ret_id when the group is left out.
static int put_group(struct sqlite_store *store, struct store_entry *entry,
                     const struct report_group *group, uint64_t *ret_id)
{
	int error = sqlite_find_group(store, group, ret_id);
	sqlite3_stmt *statement;

	if (error || *ret_id)
		return error;
	if (entry->n_left_out > 0) {
		entry->n_left_out++; // the table has not shrunk since
		return 0;
	}
	error = check_number(store, STATEMENT_COUNT_GROUPS, STORE_MAX_GROUPS, "groups", entry);
	if (error || entry->n_left_out > 0)
		return error;
	statement = sqlite_start(store, STATEMENT_INSERT_GROUP);
	bind_group(statement, group);
	error = sqlite_finish(statement);
	*ret_id = (uint64_t)sqlite3_last_insert_rowid(store->db);
	return error;
}

static int put_plan_group(struct sqlite_store *store, uint64_t plan, uint64_t group)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_PUT_PLAN_GROUP);

	sqlite_bind_uint(statement, 1, plan);
	sqlite_bind_uint(statement, 2, group);
	return sqlite_finish(statement);
}

// LIMIT: groups of plans that are no longer in use stay registered.
int sqlite_put_users(struct sqlite_store *store, struct store_entry *entry)
{
	uint64_t plan = 0, group = 0;
	int error;

	if (!report_has_plan(entry->report))
		return 0;
	error = put_plan(store, entry, &plan);
	if (plan == 0)
		return error;
	for (uint32_t i = 0; i < entry->report->n_groups && !error; i++) {
		error = put_group(store, entry, &entry->report->groups[i], &group);
		if (!error && group)
			error = put_plan_group(store, plan, group);
	}
	return error;
}

static void read_group_name(sqlite3_stmt *statement, int column, char *ret_name)
{
	const unsigned char *text = sqlite3_column_text(statement, column);

	snprintf(ret_name, MAX_GROUP_NAME_BYTES, "%s", text ? (const char *)text : "");
}

static bool read_group(sqlite3_stmt *statement, struct report_group *ret_group)
{
	uint64_t access = sqlite_uint(statement, 2), family = sqlite_uint(statement, 4);

	if (access >= N_ACCESSES || family >= N_FAMILIES)
		return false;
	*ret_group = (struct report_group){
		.access = (enum access)access,
		.family = (enum family)family,
		.user_len = (uint32_t)sqlite_uint(statement, 5),
		.port_block = (uint32_t)sqlite_uint(statement, 6),
	};
	read_group_name(statement, 0, ret_group->carrier);
	read_group_name(statement, 1, ret_group->region);
	read_group_name(statement, 3, ret_group->class_name);
	return true;
}

int sqlite_visit_plan_groups(struct store *base, const struct plan_id *plan,
                             store_visit_group *visit, void *arg)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	uint64_t id = 0;
	int result = SQLITE_DONE, stop = sqlite_find_plan(store, plan, &id);
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_PLAN_GROUPS);
	struct report_group group;

	sqlite_bind_uint(statement, 1, id);
	while (!stop && (result = sqlite3_step(statement)) == SQLITE_ROW)
		if (read_group(statement, &group))
			stop = visit(arg, &group);
	return sqlite_visit_end(store, statement, result, stop);
}
