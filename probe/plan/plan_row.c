#include "plan_row.h"

#include <inttypes.h>
#include <string.h>

#include "proto/base/cli.h"
#include "proto/names.h"
#include "proto/utf8.h"

#include "prefix_text.h"

enum {
	MAX_6RD_BITS = 64, // a subscriber's own prefix stands behind it
	MAX_NAT64_BITS = 96, // an IPv4 address stands behind it (RFC 6052)
};

enum column {
	COLUMN_PREFIX,
	COLUMN_CARRIER,
	COLUMN_REGION,
	COLUMN_ACCESS,
	COLUMN_CLASS,
	COLUMN_USER_LEN,
	COLUMN_PORT_BLOCK, // may be missing in a row
	N_COLUMNS
};

#define HEADER "prefix,carrier,region,access,class,user_len,port_block"
#define ACCESS_NAMES                                                                               \
	"mobile, fixed, enterprise, idc, broadcast or iot, or 6rd or nat64 for a transition "      \
	"prefix"

// A row under way.
struct reading {
	const struct complaint *complaint;
	const struct csv_row *csv;
	struct plan_row *row;
};

static const char *const column_names[N_COLUMNS] = {"prefix", "carrier",  "region",    "access",
                                                    "class",  "user_len", "port_block"};

static const struct csv_field *field_of(const struct reading *reading, enum column column)
{
	static char empty[1];
	static const struct csv_field missing = {empty, 0};

	return column < reading->csv->n_fields ? &reading->csv->fields[column] : &missing;
}

static bool is_text(const struct csv_field *field, const char *text)
{
	return field->n_bytes == strlen(text) && memcmp(field->text, text, field->n_bytes) == 0;
}

int plan_header_check(const struct complaint *complaint, const struct csv_row *csv)
{
	bool is_header = csv->n_fields == N_COLUMNS;

	for (int i = 0; i < N_COLUMNS && is_header; i++)
		is_header = is_text(&csv->fields[i], column_names[i]);
	if (is_header)
		return 0;
	return complain(complaint, csv->line, "the first row must be the header \"%s\"", HEADER);
}

static int prefix_complain(const struct reading *reading, enum prefix_text_fault fault)
{
	const char *text = field_of(reading, COLUMN_PREFIX)->text;
	uint32_t line = reading->csv->line;
	char canonical[PREFIX_TEXT_BYTES];

	switch (fault) {
	case PREFIX_TEXT_NO_LENGTH:
		return complain(reading->complaint, line,
		                "prefix \"%.60s\" has no length: write it as %.60s/LENGTH", text,
		                strchr(text, '/') ? "ADDRESS" : text);
	case PREFIX_TEXT_BAD_LENGTH:
		return complain(reading->complaint, line,
		                "prefix \"%.60s\" is longer than its address: IPv4 has 32 bits, "
		                "IPv6 128",
		                text);
	case PREFIX_TEXT_BITS_BEHIND:
		prefix_text_write(&reading->row->prefix, canonical);
		return complain(reading->complaint, line,
		                "prefix \"%.60s\" has bits behind its length: write %s", text,
		                canonical);
	case PREFIX_TEXT_SPELLING:
		prefix_text_write(&reading->row->prefix, canonical);
		return complain(reading->complaint, line,
		                "prefix \"%.60s\" is not in its canonical form: write %s", text,
		                canonical);
	default:
		return complain(reading->complaint, line,
		                "prefix \"%.60s\" is none: write it as 2001:db8::/32 or "
		                "192.0.2.0/24",
		                text);
	}
}

static int read_prefix(const struct reading *reading)
{
	const struct csv_field *field = field_of(reading, COLUMN_PREFIX);
	enum prefix_text_fault fault = prefix_text_read(field->text, field->n_bytes,
	                                                &reading->row->prefix);

	return fault == PREFIX_TEXT_SOUND ? 0 : prefix_complain(reading, fault);
}

// Names are compared and shown, so nothing in them may be invisible.
static int read_name(const struct reading *reading, enum column column, bool may_be_empty,
                     char *ret_name)
{
	const struct csv_field *field = field_of(reading, column);
	const char *name = column_names[column];
	const struct complaint *complaint = reading->complaint;
	uint32_t line = reading->csv->line;

	if (field->n_bytes == 0 && !may_be_empty)
		return complain(complaint, line, "%s is empty: name it", name);
	if (field->n_bytes >= MAX_GROUP_NAME_BYTES)
		return complain(complaint, line,
		                "%s \"%.40s...\" has %zu bytes, shorten it to %d or less", name,
		                field->text, field->n_bytes, MAX_GROUP_NAME_BYTES - 1);
	if (!utf8_is_printable(field->text, field->n_bytes))
		return complain(complaint, line,
		                "%s \"%.60s\" has control characters or is not UTF-8: write it "
		                "without them",
		                name, field->text);
	if (memchr(field->text, '/', field->n_bytes))
		return complain(complaint, line,
		                "%s \"%.60s\" has a slash, which separates the names of a group: "
		                "write it otherwise",
		                name, field->text);
	if (field->n_bytes > 0 && (field->text[0] == ' ' || field->text[field->n_bytes - 1] == ' '))
		return complain(complaint, line,
		                "%s \"%.60s\" begins or ends with a blank: remove it", name,
		                field->text);
	memcpy(ret_name, field->text, field->n_bytes);
	return 0;
}

static int read_access(const struct reading *reading)
{
	static const char *const names[] = {"mobile", "fixed", "enterprise", "idc", "broadcast",
	                                    "iot",    "6rd",   "nat64",      NULL};
	const char *text = field_of(reading, COLUMN_ACCESS)->text, *nearest;
	struct plan_row *row = reading->row;
	int access = access_from_name(text);

	if (access >= 0) {
		row->group.access = (enum access)access;
		return 0;
	}
	row->is_transition = true;
	row->transition = TRANSITION_6RD;
	if (strcmp(text, transition_name(TRANSITION_6RD)) == 0)
		return 0;
	row->transition = TRANSITION_NAT64;
	if (strcmp(text, transition_name(TRANSITION_NAT64)) == 0)
		return 0;
	nearest = cli_nearest(text, names);
	return nearest ? complain(reading->complaint, reading->csv->line,
	                          "unknown access \"%.40s\", did you mean \"%s\"?", text, nearest)
	               : complain(reading->complaint, reading->csv->line,
	                          "unknown access \"%.40s\": it must be " ACCESS_NAMES, text);
}

// Digits alone; a number too large for any column stays one.
static bool read_number(const struct csv_field *field, uint32_t *ret_number)
{
	uint32_t number = 0;

	for (size_t i = 0; i < field->n_bytes; i++) {
		if (field->text[i] < '0' || field->text[i] > '9')
			return false;
		if (number < 1000000)
			number = number * 10 + (uint32_t)(field->text[i] - '0');
	}
	*ret_number = number;
	return field->n_bytes > 0;
}

static int read_user_len(const struct reading *reading)
{
	const struct csv_field *field = field_of(reading, COLUMN_USER_LEN);
	const struct prefix_row *prefix = &reading->row->prefix;
	uint32_t most = prefix->family == FAMILY_IPV4 ? 32 : 128, length;
	uint32_t least = prefix->length > 0 ? prefix->length : 1;
	const char *text = field_of(reading, COLUMN_PREFIX)->text;

	if (reading->row->is_transition && field->n_bytes == 0)
		return 0;
	if (!read_number(field, &length))
		return complain(reading->complaint, reading->csv->line,
		                "user_len \"%.40s\" is no number: give the bits that tell one "
		                "subscriber of %.60s from another, %" PRIu32 " to %" PRIu32,
		                field->text, text, least, most);
	if (length < least)
		return complain(reading->complaint, reading->csv->line,
		                "user_len %" PRIu32
		                " is shorter than the prefix %.60s: give %" PRIu32 " to %" PRIu32,
		                length, text, least, most);
	if (length > most)
		return complain(reading->complaint, reading->csv->line,
		                "user_len %.40s is longer than an address of %.60s: give %" PRIu32
		                " to %" PRIu32,
		                field->text, text, least, most);
	reading->row->group.user_len = length;
	return 0;
}

static int read_port_block(const struct reading *reading)
{
	const struct csv_field *field = field_of(reading, COLUMN_PORT_BLOCK);
	struct plan_row *row = reading->row;
	uint32_t line = reading->csv->line, block;

	if (field->n_bytes == 0)
		return 0;
	if (row->is_transition || row->prefix.family != FAMILY_IPV4 || row->group.user_len != 32)
		return complain(reading->complaint, line,
		                "port_block \"%.40s\" is for IPv4 rows of user_len 32, where "
		                "subscribers share an address: leave it empty here",
		                field->text);
	if (!read_number(field, &block) || block < 1 || block > PLAN_MAX_PORT_BLOCK)
		return complain(reading->complaint, line,
		                "port_block \"%.40s\" is not a number of ports for one "
		                "subscriber: give 1 to %d, or leave it empty",
		                field->text, PLAN_MAX_PORT_BLOCK);
	row->group.port_block = block;
	return 0;
}

static int check_transition(const struct reading *reading)
{
	const struct plan_row *row = reading->row;
	const char *name = transition_name(row->transition);
	const char *text = field_of(reading, COLUMN_PREFIX)->text;
	uint32_t most = row->transition == TRANSITION_6RD ? MAX_6RD_BITS : MAX_NAT64_BITS;

	if (row->prefix.family != FAMILY_IPV6)
		return complain(reading->complaint, reading->csv->line,
		                "prefix %.60s is IPv4, and %s is told by a prefix of IPv6: give "
		                "that one",
		                text, name);
	if (row->prefix.length < 1 || row->prefix.length > most)
		return complain(
			reading->complaint, reading->csv->line,
			"prefix %.60s cannot be one of %s: its length must be 1 to %" PRIu32, text,
			name, most);
	return 0;
}

static int read_names(const struct reading *reading)
{
	struct plan_row *row = reading->row;
	int rc = read_name(reading, COLUMN_CARRIER, row->is_transition, row->group.carrier);

	if (rc == 0)
		rc = read_name(reading, COLUMN_REGION, row->is_transition, row->group.region);
	if (rc == 0)
		rc = read_name(reading, COLUMN_CLASS, true, row->group.class_name);
	return rc;
}

int plan_row_read(const struct complaint *complaint, const struct csv_row *csv,
                  struct plan_row *ret_row)
{
	struct reading reading = {complaint, csv, ret_row};
	int rc;

	if (csv->n_fields != N_COLUMNS && csv->n_fields != COLUMN_PORT_BLOCK)
		return complain(complaint, csv->line,
		                "%" PRIu32
		                " columns where there must be %d, or %d without the last: " HEADER,
		                csv->n_fields, N_COLUMNS, COLUMN_PORT_BLOCK);
	memset(ret_row, 0, sizeof(*ret_row));
	rc = read_prefix(&reading);
	if (rc == 0)
		rc = read_access(&reading);
	if (rc == 0)
		rc = read_names(&reading);
	if (rc == 0)
		rc = read_user_len(&reading);
	if (rc == 0)
		rc = read_port_block(&reading);
	if (rc == 0 && ret_row->is_transition)
		rc = check_transition(&reading);
	ret_row->group.family = (enum family)ret_row->prefix.family;
	return rc;
}
