// The wire format of protobuf, as far as it concerns us: a message is a row of fields; a field is a
// tag (field number << 3 | wire type, as a varint) and a value whose length the wire type tells:
//
//   0 varint: 7 bits a byte, least significant first, high bit set on all but the last
//   1 eight bytes      5 four bytes      2 a varint length, then as many bytes
//   3, 4 groups: nested, long deprecated, refused here
#include "prescan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "utf8.h"

enum wire_type_of_field {
	VARINT = 0,
	EIGHT_BYTES = 1,
	DELIMITED = 2,
	FOUR_BYTES = 5,
};

enum {
	TAG_TYPE_BITS = 3,
	MAX_VARINT_SHIFT = 63,
	MAX_FIELD_NUMBER = (1 << 29) - 1,
};

// A position in the message, and what has been met up to there.
struct walk {
	const struct schema *schema;
	const uint8_t *start, *at, *end;
	struct prescan_totals totals;
	uint32_t n_unknown;
	bool seen[SCHEMA_MAX_FIELDS]; // schema->fields[i] was met
	uint32_t n_texts[SCHEMA_MAX_FIELDS]; // elements of schema->fields[i] so far
	char *why;
	size_t n_why;
};

#define walk_fault(walk, ...) (snprintf((walk)->why, (walk)->n_why, __VA_ARGS__), -EBADMSG)

// Reads a varint in [*at, end). False when it is cut off or does not fit 64 bits.
static bool varint_read(const uint8_t **at, const uint8_t *end, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (unsigned int shift = 0; *at < end && shift <= MAX_VARINT_SHIFT; shift += 7) {
		uint8_t byte = *(*at)++;

		if (shift == MAX_VARINT_SHIFT && byte > 1)
			return false;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

static bool bytes_skip(struct walk *walk, uint64_t n_bytes)
{
	if (n_bytes > (uint64_t)(walk->end - walk->at))
		return false;
	walk->at += n_bytes;
	return true;
}

static bool value_skip(struct walk *walk, unsigned int type)
{
	uint64_t value;

	switch (type) {
	case VARINT:
		return varint_read(&walk->at, walk->end, &value);
	case EIGHT_BYTES:
		return bytes_skip(walk, 8);
	case FOUR_BYTES:
		return bytes_skip(walk, 4);
	case DELIMITED:
		return varint_read(&walk->at, walk->end, &value) && bytes_skip(walk, value);
	}
	return false;
}

static int unknown_walk(struct walk *walk, uint32_t number, unsigned int type)
{
	if (++walk->n_unknown > PRESCAN_MAX_UNKNOWN_FIELDS)
		return walk_fault(walk, "more than %d unknown fields", PRESCAN_MAX_UNKNOWN_FIELDS);
	if (!value_skip(walk, type))
		return walk_fault(walk, "field %u: its value is cut off or of wire type %u", number,
		                  type);
	return 0;
}

static int varint_walk(struct walk *walk, const struct schema_field *field)
{
	uint64_t value;

	if (!varint_read(&walk->at, walk->end, &value))
		return walk_fault(walk, "%s: its number is cut off", field->name);
	if (field->shape == FIELD_UINT32 && value > UINT32_MAX)
		return walk_fault(walk, "%s: %llu does not fit 32 bits", field->name,
		                  (unsigned long long)value);
	return 0;
}

static int column_walk(struct walk *walk, const struct schema_field *field, const uint8_t *at)
{
	uint32_t n_elements = 0;
	uint64_t value;

	for (; at < walk->at; n_elements++) {
		if (n_elements == field->table->max_rows)
			return walk_fault(walk, "%s: more than %u elements", field->name,
			                  field->table->max_rows);
		if (!varint_read(&at, walk->at, &value))
			return walk_fault(walk, "%s[%u]: its number is cut off", field->name,
			                  n_elements);
		if (field->shape == FIELD_COLUMN32 && value > UINT32_MAX)
			return walk_fault(walk, "%s[%u]: %llu does not fit 32 bits", field->name,
			                  n_elements, (unsigned long long)value);
	}
	walk->totals.n_elements += n_elements;
	return 0;
}

// Texts end up in logs and on pages: nothing in them may steer a terminal, or end a C string early.
static int text_walk(struct walk *walk, const struct schema_field *field, const uint8_t *text)
{
	for (const uint8_t *at = text; at < walk->at; at++)
		if (*at < 0x20 || *at > 0x7e)
			return walk_fault(walk, "%s: byte 0x%02x is not printable ASCII",
			                  field->name, *at);
	return 0;
}

static int name_walk(struct walk *walk, const struct schema_field *field, const uint8_t *name)
{
	size_t n_bytes = (size_t)(walk->at - name);

	if (!utf8_is_printable((const char *)name, n_bytes))
		return walk_fault(walk, "%s: not UTF-8 without control characters", field->name);
	return 0;
}

static int blob_walk(struct walk *walk, const struct schema_field *field, uint64_t n_bytes)
{
	if (n_bytes > field->table->max_rows)
		return walk_fault(walk, "%s: %llu bytes, at most %u are allowed", field->name,
		                  (unsigned long long)n_bytes, field->table->max_rows);
	return 0;
}

static int delimited_walk(struct walk *walk, const struct schema_field *field)
{
	const uint8_t *value;
	uint64_t n_bytes;

	if (!varint_read(&walk->at, walk->end, &n_bytes))
		return walk_fault(walk, "%s: its length is cut off", field->name);
	value = walk->at;
	if (!bytes_skip(walk, n_bytes))
		return walk_fault(walk, "%s: %llu bytes announced, %zu are there", field->name,
		                  (unsigned long long)n_bytes, (size_t)(walk->end - value));
	if (field->shape == FIELD_COLUMN32 || field->shape == FIELD_COLUMN64)
		return column_walk(walk, field, value);
	if (field->shape == FIELD_BLOB)
		return blob_walk(walk, field, n_bytes);
	if (n_bytes > field->max_bytes)
		return walk_fault(walk, "%s: %llu bytes, at most %u are allowed", field->name,
		                  (unsigned long long)n_bytes, field->max_bytes);
	if (field->shape == FIELD_NAMES)
		return name_walk(walk, field, value);
	if (field->shape != FIELD_BYTES)
		return text_walk(walk, field, value);
	if (n_bytes != field->max_bytes)
		return walk_fault(walk, "%s: %llu bytes instead of %u", field->name,
		                  (unsigned long long)n_bytes, field->max_bytes);
	return 0;
}

// Every field but a list of texts stands once; a decoder would let the last one win, or append.
static int repetition_check(struct walk *walk, uint32_t i)
{
	const struct schema_field *field = &walk->schema->fields[i];

	if (field->shape == FIELD_TEXTS || field->shape == FIELD_NAMES) {
		if (walk->n_texts[i]++ == field->table->max_rows)
			return walk_fault(walk, "%s: more than %u elements", field->name,
			                  field->table->max_rows);
		return 0;
	}
	if (walk->seen[i])
		return walk_fault(walk, "%s: stands twice", field->name);
	walk->seen[i] = true;
	return 0;
}

static int known_walk(struct walk *walk, uint32_t i, unsigned int type)
{
	const struct schema_field *field = &walk->schema->fields[i];
	bool is_varint = field->shape == FIELD_UINT32 || field->shape == FIELD_UINT64;
	unsigned int expected = is_varint ? VARINT : DELIMITED;
	int r = repetition_check(walk, i);

	if (r < 0)
		return r;
	if (type != expected)
		return walk_fault(walk, "%s: wire type %u instead of %u", field->name, type,
		                  expected);
	return is_varint ? varint_walk(walk, field) : delimited_walk(walk, field);
}

static int field_walk(struct walk *walk)
{
	size_t offset = (size_t)(walk->at - walk->start);
	unsigned int type;
	uint32_t number;
	uint64_t tag;

	if (!varint_read(&walk->at, walk->end, &tag) || tag >> TAG_TYPE_BITS == 0 ||
	    tag >> TAG_TYPE_BITS > MAX_FIELD_NUMBER)
		return walk_fault(walk, "byte %zu: not the tag of a field", offset);
	walk->totals.n_fields++;
	type = tag & ((1 << TAG_TYPE_BITS) - 1);
	number = (uint32_t)(tag >> TAG_TYPE_BITS);
	for (uint32_t i = 0; i < walk->schema->n_fields; i++)
		if (walk->schema->fields[i].number == number)
			return known_walk(walk, i, type);
	return unknown_walk(walk, number, type);
}

// Protobuf leaves presence to us: nothing that stands once may be missing.
static int presence_check(struct walk *walk)
{
	for (uint32_t i = 0; i < walk->schema->n_fields; i++) {
		const struct schema_field *field = &walk->schema->fields[i];

		if (!field->table && !field->optional && !walk->seen[i])
			return walk_fault(walk, "%s: missing", field->name);
	}
	return 0;
}

int prescan(const struct schema *schema, const uint8_t *bytes, size_t n_bytes,
            struct prescan_totals *ret_totals, char *why, size_t n_why)
{
	struct walk walk = {
		.schema = schema,
		.start = bytes,
		.at = bytes,
		.end = n_bytes > 0 ? bytes + n_bytes : bytes,
		.why = why,
		.n_why = n_why,
	};

	int r = 0;

	while (r == 0 && walk.at < walk.end)
		r = field_walk(&walk);
	if (r == 0)
		r = presence_check(&walk);
	if (r == 0)
		*ret_totals = walk.totals;
	return r;
}
