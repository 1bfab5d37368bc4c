#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "config_file.h"
#include "config_reader.h"
#include "config_scalar.h"

enum {
	MAX_FIELDS = 64, // of one mapping
};

// How deep these functions call each other is the schema's doing: what the schema does not foresee
// is refused where it begins, so no file can make them recurse further.

static size_t schema_fields(const struct config_schema *schema)
{
	size_t n = 0;

	while (schema->fields[n].key)
		n++;
	return n;
}

static int scalar_store(struct reader *reader, const struct config_field *field, const char *value,
                        const yaml_mark_t *mark, void *slot)
{
	char why[CONFIG_WHY_BYTES];
	int error = config_scalar_read(field, value, slot, why);

	if (error == -ENOMEM)
		return reader_memory_fault(reader);
	if (error)
		return reader_fault_at(reader, *mark, "%s", why);
	return 0;
}

static int scalar_read(struct reader *reader, const struct config_field *field, void *slot)
{
	const yaml_event_t *event = &reader->event;
	int error = reader_expect(reader, YAML_SCALAR_EVENT, field->key, "a single value");

	if (error)
		return error;
	const char *value = (const char *)event->data.scalar.value;
	size_t n_bytes = event->data.scalar.length;
	if (n_bytes >= CONFIG_MAX_TEXT_BYTES)
		return reader_fault_at(reader, event->start_mark, "\"%s\" is longer than %d bytes",
		                       field->key, CONFIG_MAX_TEXT_BYTES - 1);
	if (strlen(value) != n_bytes)
		return reader_fault_at(reader, event->start_mark, "\"%s\" holds a zero byte",
		                       field->key);
	return scalar_store(reader, field, value, &event->start_mark, slot);
}

// Makes room for one more element of that size, zeroed, and counts it. NULL with a fault when
// there is none.
static void *list_append(struct reader *reader, const struct config_field *field, size_t *n,
                         void **items, size_t size, int *ret_error)
{
	if (*n == CONFIG_MAX_LIST) {
		*ret_error = reader_fault_at(reader, reader->event.start_mark,
		                             "\"%s\" has more than %d elements", field->key,
		                             CONFIG_MAX_LIST);
		return NULL;
	}
	char *grown = reallocarray(*items, *n + 1, size);
	if (!grown) {
		*ret_error = reader_memory_fault(reader);
		return NULL;
	}
	*items = grown;
	return memset(grown + (*n)++ * size, 0, size);
}

static int mapping_read(struct reader *reader, const struct config_schema *schema, char *values);

static int text_append(struct reader *reader, const struct config_field *field,
                       struct config_texts *texts)
{
	int error = 0;
	void *items = texts->items;
	char **slot = list_append(reader, field, &texts->n, &items, sizeof(*slot), &error);

	texts->items = items;
	return slot ? scalar_read(reader, field, slot) : error;
}

static int row_append(struct reader *reader, const struct config_field *field,
                      struct config_rows *rows)
{
	int error = reader_expect(reader, YAML_MAPPING_START_EVENT, field->key,
	                          "a list of mappings");
	void *row;

	if (error)
		return error;
	row = list_append(reader, field, &rows->n, &rows->items, field->rows->size, &error);
	return row ? mapping_read(reader, field->rows, row) : error;
}

static int list_read(struct reader *reader, const struct config_field *field, void *slot)
{
	bool is_texts = field->type == CONFIG_TEXTS;
	int error = reader_expect(reader, YAML_SEQUENCE_START_EVENT, field->key,
	                          is_texts ? "a list" : "a list of mappings");
	yaml_mark_t start = reader->event.start_mark;
	size_t n = 0;

	if (error)
		return error;
	for (;; n++) {
		error = reader_next(reader);
		if (error || reader->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		error = is_texts ? text_append(reader, field, slot)
		                 : row_append(reader, field, slot);
		if (error)
			break;
	}
	if (!error && n == 0 && field->required)
		return reader_fault_at(reader, start,
		                       "\"%s\" is empty, give it at least one element", field->key);
	return error;
}

static int group_read(struct reader *reader, const struct config_field *field, char *slot)
{
	int error = reader_expect(reader, YAML_MAPPING_START_EVENT, field->key, "a mapping");

	return error ? error : mapping_read(reader, field->rows, slot);
}

// The value that begins with the current event; its last event is current afterwards.
static int value_read(struct reader *reader, const struct config_field *field, char *slot)
{
	switch (field->type) {
	case CONFIG_TEXTS:
	case CONFIG_ROWS:
		return list_read(reader, field, slot);
	case CONFIG_GROUP:
		return group_read(reader, field, slot);
	default:
		return scalar_read(reader, field, slot);
	}
}

static int unknown_key(struct reader *reader, const struct config_schema *schema, const char *key)
{
	const char *keys[MAX_FIELDS + 1];
	char list[CONFIG_WHY_BYTES / 2] = "";
	size_t n = 0, n_list = 0;

	for (; schema->fields[n].key; n++) {
		keys[n] = schema->fields[n].key;
		if (n_list < sizeof(list))
			n_list += (size_t)snprintf(list + n_list, sizeof(list) - n_list, "%s%s",
			                           n ? ", " : "", keys[n]);
	}
	keys[n] = NULL;
	const char *nearest = cli_nearest(key, keys);
	if (nearest)
		return reader_fault_at(reader, reader->event.start_mark,
		                       "unknown key \"%.60s\", did you mean \"%s\"?", key, nearest);
	return reader_fault_at(reader, reader->event.start_mark,
	                       "unknown key \"%.60s\", the keys here are %s", key, list);
}

static int check_key(struct reader *reader)
{
	int error = reader_check_plain(reader);

	if (!error && reader->event.type != YAML_SCALAR_EVENT)
		return reader_fault_at(reader, reader->event.start_mark,
		                       "a key must be one word, not %s", reader_event_kind(reader));
	return error;
}

static const struct config_field *field_find(const struct config_schema *schema, const char *key)
{
	for (const struct config_field *field = schema->fields; field->key; field++)
		if (strcmp(field->key, key) == 0)
			return field;
	return NULL;
}

static int absent_fill(struct reader *reader, const struct config_schema *schema,
                       const size_t *lines, const yaml_mark_t *start, char *values);

// What an absent key stands for.
static int absent_read(struct reader *reader, const struct config_field *field,
                       const yaml_mark_t *start, char *slot)
{
	static const size_t none_given[MAX_FIELDS];

	if (field->required)
		return reader_fault_at(reader, *start, "missing key \"%s\"%s%s", field->key,
		                       field->help ? ": " : "", field->help ? field->help : "");
	if (field->type == CONFIG_GROUP)
		return absent_fill(reader, field->rows, none_given, start, slot);
	if (field->preset)
		return scalar_store(reader, field, field->preset, start, slot);
	return 0;
}

// Fills the fields whose keys were not given: those without a line.
static int absent_fill(struct reader *reader, const struct config_schema *schema,
                       const size_t *lines, const yaml_mark_t *start, char *values)
{
	int error = 0;

	assert(schema_fields(schema) <= MAX_FIELDS);
	for (size_t i = 0; schema->fields[i].key && !error; i++)
		if (lines[i] == 0)
			error = absent_read(reader, &schema->fields[i], start,
			                    values + schema->fields[i].offset);
	return error;
}

// One key that is the current event, and its value.
static int pair_read(struct reader *reader, const struct config_schema *schema, size_t *lines,
                     char *values)
{
	int error = check_key(reader);

	if (error)
		return error;
	const char *key = (const char *)reader->event.data.scalar.value;
	const struct config_field *field = field_find(schema, key);
	if (!field)
		return unknown_key(reader, schema, key);
	size_t *line = &lines[field - schema->fields];
	if (*line)
		return reader_fault_at(reader, reader->event.start_mark,
		                       "\"%s\" was given in line %zu already, keep one", field->key,
		                       *line);
	*line = reader->event.start_mark.line + 1;
	error = reader_next(reader);
	return error ? error : value_read(reader, field, values + field->offset);
}

// The mapping whose start is the current event; its end is current afterwards.
static int mapping_read(struct reader *reader, const struct config_schema *schema, char *values)
{
	size_t lines[MAX_FIELDS] = {0}; // where each key was given
	yaml_mark_t start = reader->event.start_mark;

	assert(schema_fields(schema) <= MAX_FIELDS);
	for (;;) {
		int error = reader_next(reader);
		if (error)
			return error;
		if (reader->event.type == YAML_MAPPING_END_EVENT)
			return absent_fill(reader, schema, lines, &start, values);
		error = pair_read(reader, schema, lines, values);
		if (error)
			return error;
	}
}

static int empty_fault(struct reader *reader)
{
	return reader_fault(reader, 0, 0, "the file is empty, write {} to take every preset");
}

// Stream start, one document holding one mapping, stream end.
static int stream_read(struct reader *reader, const struct config_schema *schema, char *values)
{
	int error = reader_next(reader);

	if (!error)
		error = reader_next(reader);
	if (!error && reader->event.type == YAML_STREAM_END_EVENT)
		return empty_fault(reader);
	if (!error)
		error = reader_next(reader);
	if (!error && reader_at_null(reader))
		return empty_fault(reader);
	if (!error)
		error = reader_check_plain(reader);
	if (!error && reader->event.type != YAML_MAPPING_START_EVENT)
		return reader_fault_at(reader, reader->event.start_mark,
		                       "the file must be a mapping of \"key: value\" lines, not %s",
		                       reader_event_kind(reader));
	if (!error)
		error = mapping_read(reader, schema, values);
	if (!error)
		error = reader_next(reader);
	if (!error)
		error = reader_next(reader);
	if (!error && reader->event.type != YAML_STREAM_END_EVENT)
		return reader_fault_at(reader, reader->event.start_mark,
		                       "a second document begins here, keep one");
	return error;
}

int config_parse(const char *name, const char *text, size_t n_bytes,
                 const struct config_schema *schema, void *ret_values, char *why)
{
	struct reader reader;

	memset(ret_values, 0, schema->size);
	int error = reader_init(&reader, name, text, n_bytes, why);
	if (error)
		return error;
	error = stream_read(&reader, schema, ret_values);
	reader_fini(&reader);
	return error;
}

int config_load(const char *path, const struct config_schema *schema, void *ret_values, char *why)
{
	char *text;
	size_t n_bytes;

	memset(ret_values, 0, schema->size);
	int error = config_file_read(path, &text, &n_bytes, why);
	if (error)
		return error;
	error = config_parse(path, text, n_bytes, schema, ret_values, why);
	free(text);
	return error;
}

static void field_fini(const struct config_field *field, char *slot)
{
	struct config_texts *texts = (void *)slot;
	struct config_rows *rows = (void *)slot;

	switch (field->type) {
	case CONFIG_TEXT:
		free(*(char **)slot);
		break;
	case CONFIG_TEXTS:
		for (size_t i = 0; i < texts->n; i++)
			free(texts->items[i]);
		free(texts->items);
		break;
	case CONFIG_ROWS:
		for (size_t i = 0; i < rows->n; i++)
			config_fini(field->rows, (char *)rows->items + i * field->rows->size);
		free(rows->items);
		break;
	case CONFIG_GROUP:
		config_fini(field->rows, slot);
		break;
	default:
		break;
	}
}

void config_fini(const struct config_schema *schema, void *values)
{
	for (const struct config_field *field = schema->fields; field->key; field++)
		field_fini(field, (char *)values + field->offset);
	memset(values, 0, schema->size);
}
