#include "config_reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config.h"

int reader_init(struct reader *reader, const char *name, const char *text, size_t n_bytes,
                char *why)
{
	// libyaml would take a byte order mark for the first line's indentation.
	if (n_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		n_bytes -= 3;
	}
	*reader = (struct reader){.name = name, .text = text, .n_bytes = n_bytes, .why = why};
	why[0] = '\0';
	if (!yaml_parser_initialize(&reader->parser))
		return reader_memory_fault(reader);
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader->parser, (const unsigned char *)text, n_bytes);
	return 0;
}

void reader_fini(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	yaml_parser_delete(&reader->parser);
}

int reader_fault(struct reader *reader, size_t line, size_t column, const char *format, ...)
{
	char sentence[CONFIG_WHY_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	for (char *letter = sentence; *letter; letter++)
		if ((unsigned char)*letter < 0x20 || *letter == 0x7f)
			*letter = '?';
	snprintf(reader->why, CONFIG_WHY_BYTES, "%.400s:%zu:%zu: %.600s", reader->name, line + 1,
	         column + 1, sentence);
	return -EINVAL;
}

int reader_memory_fault(struct reader *reader)
{
	snprintf(reader->why, CONFIG_WHY_BYTES, "%.400s: out of memory", reader->name);
	return -ENOMEM;
}

// Bytes that are not UTF-8 are found while decoding, before there are lines: the place is counted
// from their offset.
static int encoding_fault(struct reader *reader)
{
	size_t offset = reader->parser.problem_offset, line = 0, column = 0;

	for (size_t i = 0; i < offset && i < reader->n_bytes; i++) {
		unsigned char byte = (unsigned char)reader->text[i];
		if (byte == '\n') {
			line++;
			column = 0;
		} else if ((byte & 0xc0) != 0x80) {
			column++;
		}
	}
	return reader_fault(reader, line, column, "%s, write the file in UTF-8 without them",
	                    reader->parser.problem);
}

static bool has_tab_at(const struct reader *reader, const yaml_mark_t *mark)
{
	const char *line = reader->text, *end = reader->text + reader->n_bytes;

	for (size_t i = 0; i < mark->line; i++) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		if (!newline)
			return false;
		line = newline + 1;
	}
	return mark->column < (size_t)(end - line) && line[mark->column] == '\t';
}

static int syntax_fault(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;

	if (parser->error == YAML_MEMORY_ERROR)
		return reader_memory_fault(reader);
	if (parser->error == YAML_READER_ERROR)
		return encoding_fault(reader);
	if (has_tab_at(reader, &parser->problem_mark))
		return reader_fault_at(reader, parser->problem_mark,
		                       "a tab cannot stand here, indent with spaces");
	return reader_fault_at(reader, parser->problem_mark, "%s%s%s",
	                       parser->context ? parser->context : "", parser->context ? ", " : "",
	                       parser->problem ? parser->problem : "not YAML");
}

int reader_next(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	if (!yaml_parser_parse(&reader->parser, &reader->event)) {
		// What a failed parse leaves in the event is not an event.
		memset(&reader->event, 0, sizeof(reader->event));
		return syntax_fault(reader);
	}
	return 0;
}

int reader_check_plain(struct reader *reader)
{
	const yaml_event_t *event = &reader->event;
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (event->type == YAML_ALIAS_EVENT)
		return reader_fault_at(reader, event->start_mark,
		                       "aliases are not understood, write the value out");
	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	}
	if (anchor)
		return reader_fault_at(reader, event->start_mark,
		                       "anchors are not understood, remove \"&%.60s\"", anchor);
	if (tag)
		return reader_fault_at(reader, event->start_mark,
		                       "tags are not understood, remove \"%.60s\"", tag);
	return 0;
}

const char *reader_event_kind(const struct reader *reader)
{
	switch (reader->event.type) {
	case YAML_SEQUENCE_START_EVENT:
		return "a list";
	case YAML_MAPPING_START_EVENT:
		return "a mapping";
	default:
		return "a single value";
	}
}

bool reader_at_null(const struct reader *reader)
{
	const yaml_event_t *event = &reader->event;

	if (event->type != YAML_SCALAR_EVENT || event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	const char *value = (const char *)event->data.scalar.value;
	return *value == '\0' || strcmp(value, "~") == 0 || strcasecmp(value, "null") == 0;
}

int reader_expect(struct reader *reader, yaml_event_type_t type, const char *key, const char *what)
{
	const yaml_event_t *event = &reader->event;
	int error = reader_check_plain(reader);

	if (error)
		return error;
	if (reader_at_null(reader))
		return reader_fault_at(reader, event->start_mark, "\"%s\" has no value, give it %s",
		                       key, what);
	if (event->type != type)
		return reader_fault_at(reader, event->start_mark, "\"%s\" must be %s, not %s", key,
		                       what, reader_event_kind(reader));
	return 0;
}
