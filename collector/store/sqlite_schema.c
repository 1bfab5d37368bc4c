#include "sqlite.h"

#include <errno.h>
#include <stdio.h>

// The version of the tables below, in the file's user_version. The application_id, "6GAU", tells
// our files from those of other programs.
enum {
	APPLICATION_ID = 0x36474155,
	SCHEMA_VERSION = 4,
	// Files of the version before are brought up to this one.
	OLDER_SCHEMA_VERSION = SCHEMA_VERSION - 1,
};

static const char schema[] =
	// Raw reports: the truth everything else is recomputed from.
	"CREATE TABLE report ("
	"  probe TEXT NOT NULL, spool BLOB NOT NULL, sequence INTEGER NOT NULL,"
	"  start_ns INTEGER NOT NULL," // of the one-minute window it belongs to
	"  received_ns INTEGER NOT NULL, crc INTEGER NOT NULL, payload BLOB NOT NULL,"
	"  PRIMARY KEY (probe, spool, sequence)) STRICT;"
	"CREATE INDEX report_by_window ON report (start_ns, probe);"

	"CREATE TABLE probe ("
	"  name TEXT PRIMARY KEY, spool BLOB NOT NULL, last_sequence INTEGER NOT NULL,"
	"  last_seen_ns INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE link ("
	"  id INTEGER PRIMARY KEY, probe TEXT NOT NULL, name TEXT NOT NULL,"
	"  surface INTEGER NOT NULL, capacity_bps INTEGER NOT NULL,"
	"  first_seen_ns INTEGER NOT NULL, last_seen_ns INTEGER NOT NULL,"
	"  state INTEGER NOT NULL DEFAULT 0,"
	"  UNIQUE (probe, name)) STRICT;"

	// Windows to be made anew.
	"CREATE TABLE dirty ("
	"  start_ns INTEGER NOT NULL, probe TEXT NOT NULL, generation INTEGER NOT NULL,"
	"  PRIMARY KEY (start_ns, probe)) STRICT, WITHOUT ROWID;"

	"CREATE TABLE link_cell ("
	"  start_ns INTEGER NOT NULL, link INTEGER NOT NULL REFERENCES link (id),"
	"  surface INTEGER NOT NULL, observed_ns INTEGER NOT NULL,"
	"  received_frames INTEGER NOT NULL, ipv4_frames INTEGER NOT NULL,"
	"  ipv6_frames INTEGER NOT NULL, other_frames INTEGER NOT NULL,"
	"  malformed_frames INTEGER NOT NULL, missed_frames INTEGER NOT NULL,"
	"  no_buffer_frames INTEGER NOT NULL, error_frames INTEGER NOT NULL,"
	"  ring_full_frames INTEGER NOT NULL,"
	"  truncated_frames INTEGER NOT NULL, deep_frames INTEGER NOT NULL,"
	"  wire_bytes INTEGER NOT NULL, down_ns INTEGER NOT NULL DEFAULT 0,"
	"  n_queues INTEGER NOT NULL DEFAULT 0,"
	"  fullest_queue_frames INTEGER NOT NULL DEFAULT 0,"
	"  PRIMARY KEY (start_ns, link)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX link_cell_by_link ON link_cell (link, start_ns);"
	"CREATE TABLE traffic_cell ("
	"  start_ns INTEGER NOT NULL, link INTEGER NOT NULL REFERENCES link (id),"
	"  carrier INTEGER NOT NULL, payload INTEGER NOT NULL, transition INTEGER NOT NULL,"
	"  packets INTEGER NOT NULL, carrier_bytes INTEGER NOT NULL,"
	"  payload_bytes INTEGER NOT NULL,"
	"  PRIMARY KEY (start_ns, link, carrier, payload, transition)) STRICT, WITHOUT ROWID;"

	// Reports that were refused, with the reason.
	"CREATE TABLE dead_letter ("
	"  id INTEGER PRIMARY KEY, probe TEXT NOT NULL, spool BLOB NOT NULL, sequence INTEGER,"
	"  received_ns INTEGER NOT NULL, crc INTEGER NOT NULL, reason TEXT NOT NULL,"
	"  payload BLOB NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX dead_letter_once"
	"  ON dead_letter (probe, spool, coalesce(sequence, -1), crc);";

// From the version before: links know their state, cells how long theirs was down and how its
// queues shared the frames. Nobody had reported any of it, so nothing has to be made anew.
static const char schema_change[] =
	"ALTER TABLE link ADD COLUMN state INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE link_cell ADD COLUMN down_ns INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE link_cell ADD COLUMN n_queues INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE link_cell ADD COLUMN fullest_queue_frames INTEGER NOT NULL DEFAULT 0;";

const char *const sqlite_statements[N_STATEMENTS] = {
	[STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
	[STATEMENT_COMMIT] = "COMMIT",
	[STATEMENT_ROLLBACK] = "ROLLBACK",
	[STATEMENT_FIND_REPORT] = "SELECT crc, payload FROM report"
				  " WHERE probe = ?1 AND spool = ?2 AND sequence = ?3",
	[STATEMENT_COUNT_WINDOW_REPORTS] =
		"SELECT count(*) FROM report WHERE start_ns = ?1 AND probe = ?2",
	[STATEMENT_INSERT_REPORT] = "INSERT INTO report VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[STATEMENT_MARK_WINDOW] =
		"INSERT INTO dirty VALUES (?1, ?2, 1)"
		" ON CONFLICT (start_ns, probe) DO UPDATE SET generation = generation + 1",
	[STATEMENT_UPDATE_LINK] =
		"UPDATE link SET surface = ?3, capacity_bps = ?4, last_seen_ns = ?5, state = ?6"
		" WHERE probe = ?1 AND name = ?2",
	[STATEMENT_COUNT_LINKS] = "SELECT count(*), count(*) FILTER (WHERE probe = ?1) FROM link",
	[STATEMENT_INSERT_LINK] = "INSERT INTO link VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?5, ?6)",
	[STATEMENT_PUT_PROBE] =
		"INSERT INTO probe VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE SET"
		" last_sequence = iif(spool = excluded.spool,"
		"  max(last_sequence, excluded.last_sequence), excluded.last_sequence),"
		" spool = excluded.spool, last_seen_ns = excluded.last_seen_ns",
	[STATEMENT_INSERT_DEAD_LETTER] =
		"INSERT OR IGNORE INTO dead_letter VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[STATEMENT_DEAD_LETTER_SIZE] =
		"SELECT count(*), coalesce(sum(length(payload)), 0) FROM dead_letter",
	[STATEMENT_OLDEST_DEAD_LETTER] =
		"SELECT id, length(payload) FROM dead_letter ORDER BY id LIMIT 1",
	[STATEMENT_DELETE_DEAD_LETTER] = "DELETE FROM dead_letter WHERE id = ?1",
	[STATEMENT_NEXT_MARK] =
		"SELECT start_ns, probe, generation FROM dirty ORDER BY start_ns, probe LIMIT 1",
	[STATEMENT_REPORTS] = "SELECT payload FROM report WHERE start_ns = ?1 AND probe = ?2"
			      " ORDER BY spool, sequence",
	[STATEMENT_MARK_GENERATION] =
		"SELECT generation FROM dirty WHERE start_ns = ?1 AND probe = ?2",
	[STATEMENT_DELETE_MARK] = "DELETE FROM dirty WHERE start_ns = ?1 AND probe = ?2",
	[STATEMENT_DELETE_TRAFFIC_CELLS] =
		"DELETE FROM traffic_cell"
		" WHERE start_ns = ?1 AND link IN (SELECT id FROM link WHERE probe = ?2)",
	[STATEMENT_DELETE_LINK_CELLS] =
		"DELETE FROM link_cell"
		" WHERE start_ns = ?1 AND link IN (SELECT id FROM link WHERE probe = ?2)",
	[STATEMENT_INSERT_LINK_CELL] =
		"INSERT INTO link_cell SELECT ?3, id, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
		" ?14, ?15, ?16, ?17, ?18, ?19, ?20 FROM link WHERE probe = ?1 AND name = ?2",
	[STATEMENT_INSERT_TRAFFIC_CELL] =
		"INSERT INTO traffic_cell SELECT ?3, id, ?4, ?5, ?6, ?7, ?8, ?9"
		" FROM link WHERE probe = ?1 AND name = ?2",
	[STATEMENT_CELLS] =
		"SELECT c.start_ns, c.link, l.probe, l.name, c.surface, c.observed_ns,"
		" c.received_frames, c.ipv4_frames, c.ipv6_frames, c.other_frames,"
		" c.malformed_frames, c.missed_frames, c.no_buffer_frames, c.error_frames,"
		" c.ring_full_frames, c.truncated_frames, c.deep_frames,"
		" c.wire_bytes, c.down_ns, c.n_queues, c.fullest_queue_frames,"
		" t.carrier, t.payload, t.transition, t.packets, t.carrier_bytes,"
		" t.payload_bytes"
		" FROM link_cell c CROSS JOIN link l ON l.id = c.link"
		" LEFT JOIN traffic_cell t ON t.start_ns = c.start_ns AND t.link = c.link"
		" WHERE c.start_ns >= ?1 AND c.start_ns < ?2"
		" ORDER BY c.start_ns, l.probe, l.name",
	[STATEMENT_LAST_CELLS] =
		"SELECT l.probe, l.name, c.surface, l.capacity_bps, l.first_seen_ns,"
		" l.last_seen_ns, l.state, c.start_ns FROM link l CROSS JOIN link_cell c ON c.link "
		"= l.id"
		" AND c.start_ns = (SELECT max(start_ns) FROM link_cell"
		"  WHERE link = l.id AND start_ns >= ?1 AND start_ns < ?2)"
		" ORDER BY l.probe, l.name",
	[STATEMENT_PROBES] =
		"SELECT name, spool, last_sequence, last_seen_ns FROM probe ORDER BY name",
	[STATEMENT_LINKS] =
		"SELECT probe, name, surface, capacity_bps, first_seen_ns, last_seen_ns,"
		" state FROM link ORDER BY probe, name",
	[STATEMENT_COUNTS] = "SELECT count(*) FROM dirty",
};

static int pragma_value(sqlite3 *db, const char *pragma)
{
	sqlite3_stmt *statement = NULL;
	int value = -1;

	if (sqlite3_prepare_v2(db, pragma, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

static bool is_empty(sqlite3 *db)
{
	return pragma_value(db, "SELECT count(*) FROM sqlite_schema") == 0;
}

// Makes or changes the tables, and stamps the file, in one step.
static int schema_write(sqlite3 *db, const char *statements, char *why)
{
	char stamp[128];

	snprintf(stamp, sizeof(stamp), "PRAGMA application_id = %d; PRAGMA user_version = %d;",
	         APPLICATION_ID, SCHEMA_VERSION);
	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, statements, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, stamp, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	snprintf(why, STORE_WHY_BYTES, "cannot make its tables: %s", sqlite3_errmsg(db));
	return -EIO;
}

int sqlite_schema_prepare(sqlite3 *db, const char *path, char *why)
{
	int version = pragma_value(db, "PRAGMA user_version");

	if (version < 0) {
		snprintf(why, STORE_WHY_BYTES, "%s: %s, choose another file", path,
		         sqlite3_errmsg(db));
		return -EINVAL;
	}
	if (is_empty(db))
		return schema_write(db, schema, why);
	if (pragma_value(db, "PRAGMA application_id") != APPLICATION_ID) {
		snprintf(why, STORE_WHY_BYTES,
		         "%s: a database of another program, choose another file", path);
		return -EINVAL;
	}
	if (version == OLDER_SCHEMA_VERSION)
		return schema_write(db, schema_change, why);
	if (version != SCHEMA_VERSION) {
		snprintf(why, STORE_WHY_BYTES,
		         "%s: made by a program with schema version %d, this one has %d: run the "
		         "matching program or choose another file",
		         path, version, SCHEMA_VERSION);
		return -EINVAL;
	}
	return 0;
}
