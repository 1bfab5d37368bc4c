// What the API asks.
#include <string.h>

#include "sqlite.h"

// Columns 0 to 20 of a row of cells; the stored numbers were checked when they came in, but the
// file is not ours alone, so what we index by is checked again.
static void read_link_cell(sqlite3_stmt *statement, struct cell *ret_cell)
{
	uint64_t surface = sqlite_uint(statement, 4);

	*ret_cell = (struct cell){.start_ns = sqlite_uint(statement, 0)};
	sqlite_name(statement, 2, ret_cell->probe);
	sqlite_name(statement, 3, ret_cell->link);
	ret_cell->surface = surface < N_SURFACES ? (enum surface)surface : SURFACE_METRO;
	ret_cell->observed_ns = sqlite_uint(statement, 5);
	ret_cell->received_frames = sqlite_uint(statement, 6);
	for (int verdict = 0; verdict < N_FRAME_VERDICTS; verdict++)
		ret_cell->frames[verdict] = sqlite_uint(statement, 7 + verdict);
	for (int reason = 0; reason < N_DROP_REASONS; reason++)
		ret_cell->dropped_frames[reason] = sqlite_uint(statement, 11 + reason);
	ret_cell->truncated_frames = sqlite_uint(statement, 15);
	ret_cell->deep_frames = sqlite_uint(statement, 16);
	ret_cell->wire_bytes = sqlite_uint(statement, 17);
	ret_cell->down_ns = sqlite_uint(statement, 18);
	ret_cell->n_queues = (uint32_t)sqlite_uint(statement, 19);
	ret_cell->fullest_queue_frames = sqlite_uint(statement, 20);
}

// Columns 21 to 26, which are NULL for a link without traffic.
static void read_traffic_cell(sqlite3_stmt *statement, struct cell *cell)
{
	uint64_t carrier = sqlite_uint(statement, 21);
	uint64_t payload = sqlite_uint(statement, 22);
	uint64_t transition = sqlite_uint(statement, 23);

	if (sqlite3_column_type(statement, 21) == SQLITE_NULL || carrier >= N_FAMILIES ||
	    payload >= N_FAMILIES || transition >= N_TRANSITIONS)
		return;
	cell->traffic[carrier][payload][transition] = (struct cell_traffic){
		.packets = sqlite_uint(statement, 24),
		.carrier_bytes = sqlite_uint(statement, 25),
		.payload_bytes = sqlite_uint(statement, 26),
	};
}

// A cell is as many rows as it has kinds of traffic, one behind the other: it is complete when
// the first row of the next one comes, or the end.
int sqlite_visit_cells(struct store *base, uint64_t from_ns, uint64_t to_ns,
                       store_visit_cell *visit, void *arg)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_CELLS);
	struct cell cell;
	uint64_t link = 0; // ids of links begin at 1
	int result, stop = 0;

	sqlite_bind_uint(statement, 1, from_ns);
	sqlite_bind_uint(statement, 2, to_ns);
	while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
		if (sqlite_uint(statement, 1) != link ||
		    sqlite_uint(statement, 0) != cell.start_ns) {
			if (link && (stop = visit(arg, &cell)) != 0)
				break;
			link = sqlite_uint(statement, 1);
			read_link_cell(statement, &cell);
		}
		read_traffic_cell(statement, &cell);
	}
	if (result == SQLITE_DONE && link)
		stop = visit(arg, &cell);
	return sqlite_visit_end(store, statement, result, stop);
}

static void read_link(sqlite3_stmt *statement, struct store_link *ret_link)
{
	uint64_t surface = sqlite_uint(statement, 2);
	uint64_t state = sqlite_uint(statement, 6);

	sqlite_name(statement, 0, ret_link->probe);
	sqlite_name(statement, 1, ret_link->name);
	ret_link->surface = surface < N_SURFACES ? (enum surface)surface : SURFACE_METRO;
	ret_link->capacity_bps = sqlite_uint(statement, 3);
	ret_link->first_seen_ns = sqlite_uint(statement, 4);
	ret_link->last_seen_ns = sqlite_uint(statement, 5);
	ret_link->state = state < N_LINK_STATES ? (enum link_state)state : LINK_STATE_UNKNOWN;
}

int sqlite_visit_last_cells(struct store *base, uint64_t from_ns, uint64_t to_ns,
                            store_visit_last *visit, void *arg)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_LAST_CELLS);
	struct store_link link;
	int result, stop = 0;

	sqlite_bind_uint(statement, 1, from_ns);
	sqlite_bind_uint(statement, 2, to_ns);
	while (!stop && (result = sqlite3_step(statement)) == SQLITE_ROW) {
		read_link(statement, &link);
		stop = visit(arg, &link, sqlite_uint(statement, 7));
	}
	return sqlite_visit_end(store, statement, result, stop);
}

int sqlite_visit_links(struct store *base, store_visit_link *visit, void *arg)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_LINKS);
	struct store_link link;
	int result, stop = 0;

	while (!stop && (result = sqlite3_step(statement)) == SQLITE_ROW) {
		read_link(statement, &link);
		stop = visit(arg, &link);
	}
	return sqlite_visit_end(store, statement, result, stop);
}

static void read_probe(sqlite3_stmt *statement, struct store_probe *ret_probe)
{
	*ret_probe = (struct store_probe){
		.last_sequence = sqlite_uint(statement, 2),
		.last_seen_ns = sqlite_uint(statement, 3),
	};
	sqlite_name(statement, 0, ret_probe->name);
	if (sqlite3_column_bytes(statement, 1) == SPOOL_ID_BYTES)
		memcpy(ret_probe->spool.bytes, sqlite3_column_blob(statement, 1), SPOOL_ID_BYTES);
	if (sqlite3_column_bytes(statement, 4) == PLAN_ID_BYTES)
		memcpy(ret_probe->plan.bytes, sqlite3_column_blob(statement, 4), PLAN_ID_BYTES);
	for (int i = 0; i < MAX_REPORT_KEYS; i++)
		if (sqlite3_column_type(statement, 5 + i) != SQLITE_NULL)
			ret_probe->keys[ret_probe->n_keys++] = sqlite_uint(statement, 5 + i);
}

int sqlite_visit_probes(struct store *base, store_visit_probe *visit, void *arg)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_PROBES);
	struct store_probe probe;
	int result, stop = 0;

	while (!stop && (result = sqlite3_step(statement)) == SQLITE_ROW) {
		read_probe(statement, &probe);
		stop = visit(arg, &probe);
	}
	return sqlite_visit_end(store, statement, result, stop);
}

int sqlite_count(struct store *base, struct store_counts *ret_counts)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_COUNTS);
	int result = sqlite3_step(statement);

	if (result == SQLITE_ROW)
		*ret_counts = (struct store_counts){
			.dirty_windows = sqlite_uint(statement, 0),
			.dead_letters = store->n_dead_letters,
			.sketches = sqlite_uint(statement, 1),
		};
	sqlite_done(statement);
	return result == SQLITE_ROW ? 0 : sqlite_fail(store, sqlite_errno(result));
}
