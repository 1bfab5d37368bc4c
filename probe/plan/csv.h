// Rows of a CSV text after RFC 4180: fields between commas, in quotes where they hold a comma, a
// quote (doubled) or the end of a line. Beyond that: blanks around a field are not part of it,
// lines that are empty or begin with # are passed over, lines end in LF or CRLF, and the text may
// begin with a byte order mark.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	CSV_MAX_FIELDS = 16, // of a row that are kept; all are counted
};

struct csv_field {
	char *text; // ends with a zero that does not count
	size_t n_bytes;
};

struct csv_row {
	uint32_t line; // where it begins, the first is 1
	uint32_t n_fields;
	struct csv_field fields[CSV_MAX_FIELDS];
};

struct csv {
	char *at, *end;
	uint32_t line; // of at
};

enum csv_result {
	CSV_ROW,
	CSV_END,
	CSV_OPEN_QUOTE, // the text ends inside quotes
	CSV_STRAY_QUOTE, // a quote inside a field that does not begin with one
	CSV_BEHIND_QUOTE, // something between the end of quotes and the comma
};

// Reads a text that is changed while it is read, and is borrowed as long as the rows are used. It
// has room for one byte more than n_bytes.
void csv_init(struct csv *csv, char *text, size_t n_bytes);

// The next row, whose fields are the text's own bytes. After a fault, ret_row->line and n_fields
// say where.
enum csv_result csv_next(struct csv *csv, struct csv_row *ret_row);
