#include "sqlite.h"

#include <errno.h>
#include <stdio.h>

// The version of the tables below, in the file's user_version. The application_id, "6GAU", tells
// our files from those of other programs.
enum {
	APPLICATION_ID = 0x36474155,
	SCHEMA_VERSION = 5,
	// Files from this version on are brought up to the one above.
	OLDEST_SCHEMA_VERSION = 3,
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

// Since version 5, users: the plans that were reported and the groups of each.
static const char users_schema[] =
	"CREATE TABLE plan ("
	"  id INTEGER PRIMARY KEY, plan BLOB NOT NULL UNIQUE, first_ns INTEGER NOT NULL) STRICT;"
	"CREATE TABLE user_group ("
	"  id INTEGER PRIMARY KEY, carrier TEXT NOT NULL, region TEXT NOT NULL,"
	"  access INTEGER NOT NULL, class TEXT NOT NULL, family INTEGER NOT NULL,"
	"  user_len INTEGER NOT NULL, port_block INTEGER NOT NULL,"
	"  UNIQUE (carrier, region, access, class, family, user_len, port_block)) STRICT;"
	"CREATE TABLE plan_group ("
	"  plan INTEGER NOT NULL REFERENCES plan (id),"
	"  user_group INTEGER NOT NULL REFERENCES user_group (id),"
	"  PRIMARY KEY (plan, user_group)) STRICT, WITHOUT ROWID;"

	// What the reports of a probe's minute say, and its 5 minutes summed from those.
	"CREATE TABLE user_minute ("
	"  start_ns INTEGER NOT NULL, probe TEXT NOT NULL,"
	"  plan INTEGER NOT NULL REFERENCES plan (id),"
	"  covered_ipv4 INTEGER NOT NULL, covered_ipv6 INTEGER NOT NULL,"
	"  uncovered_ipv4 INTEGER NOT NULL, uncovered_ipv6 INTEGER NOT NULL,"
	"  asymmetric INTEGER NOT NULL, observed_ns INTEGER NOT NULL,"
	"  PRIMARY KEY (start_ns, probe, plan)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE scope ("
	"  start_ns INTEGER NOT NULL, probe TEXT NOT NULL,"
	"  plan INTEGER NOT NULL REFERENCES plan (id),"
	"  covered_ipv4 INTEGER NOT NULL, covered_ipv6 INTEGER NOT NULL,"
	"  uncovered_ipv4 INTEGER NOT NULL, uncovered_ipv6 INTEGER NOT NULL,"
	"  asymmetric INTEGER NOT NULL, observed_ns INTEGER NOT NULL,"
	"  PRIMARY KEY (start_ns, probe, plan)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE scope_key ("
	"  start_ns INTEGER NOT NULL, probe TEXT NOT NULL, key INTEGER NOT NULL,"
	"  key_start_ns INTEGER NOT NULL,"
	"  seconds INTEGER NOT NULL," // shortest level that has sketches of it
	"  observed_ns INTEGER NOT NULL," // by the probe in the scope
	"  PRIMARY KEY (start_ns, probe, key)) STRICT, WITHOUT ROWID;"

	// Registers as a string of Redis. They fill pages of their own, which an index of the key
        // is quicker to search without.
	"CREATE TABLE sketch ("
	"  id INTEGER PRIMARY KEY,"
	"  level INTEGER NOT NULL," // seconds
	"  start_ns INTEGER NOT NULL, key INTEGER NOT NULL,"
	"  user_group INTEGER NOT NULL REFERENCES user_group (id), grade INTEGER NOT NULL,"
	"  registers BLOB NOT NULL,"
	"  UNIQUE (level, start_ns, key, user_group, grade)) STRICT;"

	// One row: the zone days are cut in, and how many rows sketch has.
	"CREATE TABLE user_state (zone TEXT NOT NULL, n_sketches INTEGER NOT NULL) STRICT;"
	"INSERT INTO user_state VALUES ('', 0);"
	"ALTER TABLE probe ADD COLUMN plan BLOB;"
	"ALTER TABLE probe ADD COLUMN older_key INTEGER;"
	"ALTER TABLE probe ADD COLUMN younger_key INTEGER;";

// From version 3: links know their state, cells how long theirs was down and how its queues shared
// the frames. Nobody had reported any of it, so nothing has to be made anew.
static const char schema_change_4[] =
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
		"INSERT INTO probe VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
		" ON CONFLICT (name) DO UPDATE SET"
		" last_sequence = iif(spool = excluded.spool,"
		"  max(last_sequence, excluded.last_sequence), excluded.last_sequence),"
		" spool = excluded.spool, last_seen_ns = excluded.last_seen_ns,"
		" plan = excluded.plan,"
		" older_key = iif(?8, excluded.older_key, older_key),"
		" younger_key = iif(?8, excluded.younger_key, younger_key)",
	[STATEMENT_INSERT_DEAD_LETTER] =
		"INSERT OR IGNORE INTO dead_letter VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[STATEMENT_DEAD_LETTER_SIZE] =
		"SELECT count(*), coalesce(sum(length(payload)), 0) FROM dead_letter",
	[STATEMENT_OLDEST_DEAD_LETTER] =
		"SELECT id, length(payload) FROM dead_letter ORDER BY id LIMIT 1",
	[STATEMENT_DELETE_DEAD_LETTER] = "DELETE FROM dead_letter WHERE id = ?1",
	[STATEMENT_NEXT_MARK] = "SELECT start_ns, probe, generation FROM dirty"
				" ORDER BY start_ns DESC, probe LIMIT 1",
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
		"SELECT name, spool, last_sequence, last_seen_ns, plan, older_key, younger_key"
		" FROM probe ORDER BY name",
	[STATEMENT_LINKS] =
		"SELECT probe, name, surface, capacity_bps, first_seen_ns, last_seen_ns,"
		" state FROM link ORDER BY probe, name",
	[STATEMENT_FIND_PLAN] = "SELECT id FROM plan WHERE plan = ?1",
	[STATEMENT_COUNT_PLANS] = "SELECT count(*) FROM plan",
	[STATEMENT_INSERT_PLAN] = "INSERT INTO plan VALUES (NULL, ?1, ?2)",
	[STATEMENT_FIND_GROUP] =
		"SELECT id FROM user_group WHERE carrier = ?1 AND region = ?2 AND access = ?3"
		" AND class = ?4 AND family = ?5 AND user_len = ?6 AND port_block = ?7",
	[STATEMENT_COUNT_GROUPS] = "SELECT count(*) FROM user_group",
	[STATEMENT_INSERT_GROUP] =
		"INSERT INTO user_group VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[STATEMENT_PUT_PLAN_GROUP] = "INSERT OR IGNORE INTO plan_group VALUES (?1, ?2)",
	[STATEMENT_PLAN_GROUPS] =
		"SELECT g.carrier, g.region, g.access, g.class, g.family, g.user_len, g.port_block"
		" FROM plan_group p JOIN user_group g ON g.id = p.user_group WHERE p.plan = ?1"
		" ORDER BY g.carrier, g.region, g.access, g.class, g.family, g.user_len,"
		" g.port_block",
	[STATEMENT_DELETE_USER_MINUTES] =
		"DELETE FROM user_minute WHERE start_ns = ?1 AND probe = ?2",
	[STATEMENT_INSERT_USER_MINUTE] =
		"INSERT INTO user_minute VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[STATEMENT_DELETE_SCOPES] = "DELETE FROM scope WHERE start_ns = ?1 AND probe = ?2",
	[STATEMENT_INSERT_SCOPES] =
		"INSERT INTO scope SELECT ?1, probe, plan, sum(covered_ipv4), sum(covered_ipv6),"
		" sum(uncovered_ipv4), sum(uncovered_ipv6), max(asymmetric), sum(observed_ns)"
		" FROM user_minute"
		" WHERE start_ns >= ?1 AND start_ns < ?3 AND probe = ?2 GROUP BY plan",
	[STATEMENT_PUT_SCOPE_KEY] =
		"INSERT INTO scope_key VALUES (?1, ?2, ?3, ?4, ?5, 0)"
		" ON CONFLICT (start_ns, probe, key) DO UPDATE SET seconds = excluded.seconds"
		" WHERE excluded.seconds < seconds",
	[STATEMENT_OBSERVE_KEYS] =
		"UPDATE scope_key SET observed_ns = (SELECT coalesce(sum(observed_ns), 0)"
		" FROM scope WHERE start_ns = ?1 AND probe = ?2)"
		" WHERE start_ns = ?1 AND probe = ?2",
	[STATEMENT_SCOPES] =
		"SELECT s.start_ns, s.probe, p.plan, p.first_ns, s.covered_ipv4, s.covered_ipv6,"
		" s.uncovered_ipv4, s.uncovered_ipv6, s.asymmetric, s.observed_ns"
		" FROM scope s CROSS JOIN plan p ON p.id = s.plan"
		" WHERE s.start_ns >= ?1 AND s.start_ns < ?2 ORDER BY s.start_ns, s.probe, s.plan",
	[STATEMENT_SCOPE_KEYS] =
		"SELECT start_ns, probe, key, key_start_ns, seconds, observed_ns FROM scope_key"
		" WHERE start_ns >= ?1 AND start_ns < ?2 ORDER BY start_ns, probe, seconds, key",
	[STATEMENT_FIND_SKETCH] =
		"SELECT id, registers FROM sketch WHERE level = ?1 AND start_ns = ?2 AND key = ?3"
		" AND user_group = ?4 AND grade = ?5",
	[STATEMENT_INSERT_SKETCH] = "INSERT INTO sketch VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6)",
	[STATEMENT_UPDATE_SKETCH] = "UPDATE sketch SET registers = ?2 WHERE id = ?1",
	[STATEMENT_ADD_SKETCHES] = "UPDATE user_state SET n_sketches = n_sketches + ?1",
	[STATEMENT_EXPIRE_SKETCHES] =
		"DELETE FROM sketch WHERE id IN"
		" (SELECT id FROM sketch WHERE level = ?1 AND start_ns < ?2 LIMIT ?3)",
	[STATEMENT_EXPIRE_USER_MINUTES] =
		"DELETE FROM user_minute WHERE (start_ns, probe, plan) IN"
		" (SELECT start_ns, probe, plan FROM user_minute WHERE start_ns < ?1 LIMIT ?2)",
	[STATEMENT_EXPIRE_SCOPES] =
		"DELETE FROM scope WHERE (start_ns, probe, plan) IN"
		" (SELECT start_ns, probe, plan FROM scope WHERE start_ns < ?1 LIMIT ?2)",
	[STATEMENT_EXPIRE_SCOPE_KEYS] =
		"DELETE FROM scope_key WHERE (start_ns, probe, key) IN"
		" (SELECT start_ns, probe, key FROM scope_key WHERE start_ns < ?1 LIMIT ?2)",
	[STATEMENT_ZONE] = "SELECT zone FROM user_state",
	[STATEMENT_SET_ZONE] = "UPDATE user_state SET zone = ?1",
	[STATEMENT_COUNTS] =
		"SELECT (SELECT count(*) FROM dirty), (SELECT n_sketches FROM user_state)",
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
static int schema_write(sqlite3 *db, const char *statements, const char *more, char *why)
{
	char stamp[128];

	snprintf(stamp, sizeof(stamp), "PRAGMA application_id = %d; PRAGMA user_version = %d;",
	         APPLICATION_ID, SCHEMA_VERSION);
	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, statements, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, more, NULL, NULL, NULL) == SQLITE_OK &&
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
		return schema_write(db, schema, users_schema, why);
	if (pragma_value(db, "PRAGMA application_id") != APPLICATION_ID) {
		snprintf(why, STORE_WHY_BYTES,
		         "%s: a database of another program, choose another file", path);
		return -EINVAL;
	}
	if (version >= OLDEST_SCHEMA_VERSION && version < SCHEMA_VERSION)
		return schema_write(db, version == OLDEST_SCHEMA_VERSION ? schema_change_4 : "",
		                    users_schema, why);
	if (version != SCHEMA_VERSION) {
		snprintf(why, STORE_WHY_BYTES,
		         "%s: made by a program with schema version %d, this one has %d: run the "
		         "matching program or choose another file",
		         path, version, SCHEMA_VERSION);
		return -EINVAL;
	}
	return 0;
}
