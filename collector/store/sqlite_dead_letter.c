// Refused reports, kept apart for people to look at.
#include "sqlite.h"

int sqlite_load_dead_letter_size(struct sqlite_store *store)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_DEAD_LETTER_SIZE);
	int result = sqlite3_step(statement);

	if (result == SQLITE_ROW) {
		store->n_dead_letters = sqlite_uint(statement, 0);
		store->dead_letter_bytes = sqlite_uint(statement, 1);
	}
	sqlite_done(statement);
	return result == SQLITE_ROW ? 0 : sqlite_errno(result);
}

static int oldest_dead_letter(struct sqlite_store *store, uint64_t *ret_id, uint64_t *ret_bytes)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_OLDEST_DEAD_LETTER);
	int result = sqlite3_step(statement);

	if (result == SQLITE_ROW) {
		*ret_id = sqlite_uint(statement, 0);
		*ret_bytes = sqlite_uint(statement, 1);
	}
	sqlite_done(statement);
	return result == SQLITE_ROW ? 0 : sqlite_errno(result);
}

static int drop_oldest(struct sqlite_store *store)
{
	uint64_t id = 0, n_bytes = 0;
	int error = oldest_dead_letter(store, &id, &n_bytes);
	sqlite3_stmt *statement;

	if (error)
		return error;
	statement = sqlite_start(store, STATEMENT_DELETE_DEAD_LETTER);
	sqlite_bind_uint(statement, 1, id);
	error = sqlite_finish(statement);
	if (error)
		return error;
	store->n_dead_letters--;
	store->dead_letter_bytes -= n_bytes;
	return 0;
}

static int insert(struct sqlite_store *store, const struct store_entry *entry)
{
	sqlite3_stmt *statement = sqlite_start(store, STATEMENT_INSERT_DEAD_LETTER);

	sqlite_bind_text(statement, 1, entry->probe);
	sqlite_bind_spool(statement, 2, &entry->spool);
	if (entry->has_sequence)
		sqlite_bind_uint(statement, 3, entry->sequence);
	sqlite_bind_uint(statement, 4, entry->received_ns);
	sqlite_bind_uint(statement, 5, entry->crc);
	sqlite_bind_text(statement, 6, entry->reason);
	sqlite3_bind_blob(statement, 7, entry->payload, (int)entry->payload_bytes, SQLITE_STATIC);
	return sqlite_finish(statement);
}

int sqlite_keep_dead_letter(struct sqlite_store *store, const struct store_entry *entry)
{
	int error = insert(store, entry);

	if (error || sqlite3_changes(store->db) == 0)
		return error;
	store->n_dead_letters++;
	store->dead_letter_bytes += entry->payload_bytes;
	while (!error && (store->n_dead_letters > STORE_MAX_DEAD_LETTERS ||
	                  store->dead_letter_bytes > STORE_MAX_DEAD_LETTER_BYTES))
		error = drop_oldest(store);
	return error;
}
