// From marks and reports to windows of cells.
#include <errno.h>

#include "sqlite.h"

int sqlite_next_mark(struct store *base, struct store_mark *ret_mark)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_NEXT_MARK);
	int result = sqlite3_step(statement);

	if (result == SQLITE_ROW) {
		ret_mark->start_ns = sqlite_uint(statement, 0);
		sqlite_name(statement, 1, ret_mark->probe);
		ret_mark->generation = sqlite_uint(statement, 2);
	}
	sqlite_done(statement);
	if (result == SQLITE_ROW)
		return 0;
	return result == SQLITE_DONE ? -ENOENT : sqlite_fail(store, sqlite_errno(result));
}

static void bind_mark(sqlite3_stmt *statement, const struct store_mark *mark)
{
	sqlite_bind_uint(statement, 1, mark->start_ns);
	sqlite_bind_text(statement, 2, mark->probe);
}

int sqlite_visit_reports(struct store *base, const struct store_mark *mark,
                         store_visit_payload *visit, void *arg)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_REPORTS);
	int result, stop = 0;

	bind_mark(statement, mark);
	while (!stop && (result = sqlite3_step(statement)) == SQLITE_ROW) {
		struct store_payload payload = {
			.bytes = sqlite3_column_blob(statement, 0),
			.n_bytes = (size_t)sqlite3_column_bytes(statement, 0),
		};

		stop = visit(arg, &payload);
	}
	sqlite_done(statement);
	if (stop)
		return stop;
	return result == SQLITE_DONE ? 0 : sqlite_fail(store, sqlite_errno(result));
}

static int delete_by_mark(struct sqlite_store *store, enum sqlite_statement which,
                          const struct store_mark *mark)
{
	sqlite3_stmt *statement = sqlite_start(store, which);

	bind_mark(statement, mark);
	return sqlite_finish(statement);
}

static int insert_link_cell(struct sqlite_store *store, const struct cell *cell)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_INSERT_LINK_CELL);
	int at = 7;

	sqlite_bind_text(statement, 1, cell->probe);
	sqlite_bind_text(statement, 2, cell->link);
	sqlite_bind_uint(statement, 3, cell->start_ns);
	sqlite_bind_uint(statement, 4, (uint64_t)cell->surface);
	sqlite_bind_uint(statement, 5, cell->observed_ns);
	sqlite_bind_uint(statement, 6, cell->received_frames);
	for (int verdict = 0; verdict < N_FRAME_VERDICTS; verdict++)
		sqlite_bind_uint(statement, at++, cell->frames[verdict]);
	for (int reason = 0; reason < N_DROP_REASONS; reason++)
		sqlite_bind_uint(statement, at++, cell->dropped_frames[reason]);
	sqlite_bind_uint(statement, at++, cell->truncated_frames);
	sqlite_bind_uint(statement, at++, cell->deep_frames);
	sqlite_bind_uint(statement, at++, cell->wire_bytes);
	sqlite_bind_uint(statement, at++, cell->down_ns);
	sqlite_bind_uint(statement, at++, cell->n_queues);
	sqlite_bind_uint(statement, at++, cell->fullest_queue_frames);
	return sqlite_finish(statement);
}

static int insert_traffic_cell(struct sqlite_store *store, const struct cell *cell, int carrier,
                               int payload, int transition)
{
	const struct cell_traffic *traffic = &cell->traffic[carrier][payload][transition];
	sqlite3_stmt *statement;

	if (traffic->packets == 0)
		return 0;
	statement = sqlite_start(store, STATEMENT_INSERT_TRAFFIC_CELL);
	sqlite_bind_text(statement, 1, cell->probe);
	sqlite_bind_text(statement, 2, cell->link);
	sqlite_bind_uint(statement, 3, cell->start_ns);
	sqlite_bind_uint(statement, 4, (uint64_t)carrier);
	sqlite_bind_uint(statement, 5, (uint64_t)payload);
	sqlite_bind_uint(statement, 6, (uint64_t)transition);
	sqlite_bind_uint(statement, 7, traffic->packets);
	sqlite_bind_uint(statement, 8, traffic->carrier_bytes);
	sqlite_bind_uint(statement, 9, traffic->payload_bytes);
	return sqlite_finish(statement);
}

static int insert_cell(struct sqlite_store *store, const struct cell *cell)
{
	int error = insert_link_cell(store, cell);

	for (int carrier = 0; carrier < N_FAMILIES; carrier++)
		for (int payload = 0; payload < N_FAMILIES; payload++)
			for (int transition = 0; transition < N_TRANSITIONS && !error; transition++)
				error = insert_traffic_cell(store, cell, carrier, payload,
				                            transition);
	return error;
}

// True in ret_same when no report has come since the mark was read.
static int mark_is_same(struct sqlite_store *store, const struct store_mark *mark, bool *ret_same)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_MARK_GENERATION);
	int result;

	bind_mark(statement, mark);
	result = sqlite3_step(statement);
	*ret_same = result == SQLITE_ROW && sqlite_uint(statement, 0) == mark->generation;
	sqlite_done(statement);
	return result == SQLITE_ROW || result == SQLITE_DONE ? 0 : sqlite_errno(result);
}

static int replace_all(struct sqlite_store *store, const struct store_mark *mark,
                       const struct window *window, uint64_t now_ns)
{
	int error = delete_by_mark(store, STATEMENT_DELETE_TRAFFIC_CELLS, mark);
	bool is_same;

	if (!error)
		error = delete_by_mark(store, STATEMENT_DELETE_LINK_CELLS, mark);
	for (size_t i = 0; i < window->n_cells && !error; i++)
		error = insert_cell(store, &window->cells[i]);
	if (!error)
		error = sqlite_replace_scopes(store, mark, &window->users);
	if (!error)
		error = sqlite_unite_sketches(store, window, now_ns);
	if (!error)
		error = mark_is_same(store, mark, &is_same);
	if (error || !is_same)
		return error;
	return delete_by_mark(store, STATEMENT_DELETE_MARK, mark);
}

// Cells and unions can be made again from the reports, and the mark that asks for it goes in the
// same transaction: if a power cut takes both, nothing is lost. So this one commit need not wait
// for the disk; the next batch of reports syncs it along.
int sqlite_replace_window(struct store *base, const struct store_mark *mark,
                          const struct window *window, uint64_t now_ns)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	int error;

	sqlite3_exec(store->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
	error = sqlite_finish(sqlite_start(store, STATEMENT_BEGIN));
	if (!error)
		error = replace_all(store, mark, window, now_ns);
	if (!error)
		error = sqlite_finish(sqlite_start(store, STATEMENT_COMMIT));
	if (error)
		sqlite_fail(store, error);
	sqlite3_exec(store->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	return error;
}
