// What each message of sixgauge.proto may hold on the wire, and where each field stands in the
// plain struct of message.h: one table for the walk before decoding, the decoder and the encoder.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How a field looks on the wire and in the struct. Single fields stand once, and must unless
// optional. A list belongs to a table of rows and its offset is that inside a row. A table's first
// list is always there if it has rows; a later one may be optional.
enum field_shape {
	FIELD_UINT32, // one varint below 2^32; uint32_t
	FIELD_UINT64, // one varint; uint64_t
	FIELD_BYTES, // exactly max_bytes octets; as many uint8_t
	FIELD_TEXT, // at most max_bytes of printable ASCII; char[max_bytes + 1]
	FIELD_TEXTS, // such a text for each row
	FIELD_NAMES, // the same, but UTF-8 without control characters
	FIELD_COLUMN32, // one packed string of varints below 2^32; uint32_t or enum in each row
	FIELD_COLUMN64, // one packed string of varints; uint64_t in each row
	FIELD_BLOB, // octets, no more than max_rows of its table, whose rows they are
};

// Rows of a message: a pointer and a uint32_t count in the struct.
struct schema_table {
	size_t rows_offset, count_offset;
	size_t row_bytes;
	uint32_t max_rows;
};

struct schema_field {
	uint32_t number;
	enum field_shape shape;
	uint32_t max_bytes; // of FIELD_BYTES, FIELD_TEXT, and each of FIELD_TEXTS
	size_t offset;
	const struct schema_table *table; // of lists; else NULL
	const char *name;
	// A single field that came later than its message, or a list that came later than its
	// table: older peers leave it out, and its members are 0. A single field of zeros is left
	// out by us too.
	bool optional;
};

enum {
	SCHEMA_MAX_FIELDS = 96, // of one message
};

struct schema {
	const struct schema_field *fields;
	uint32_t n_fields;
};

extern const struct schema hello_schema;
extern const struct schema hello_ack_schema;
extern const struct schema report_schema;
extern const struct schema ack_schema;
extern const struct schema goodbye_schema;
