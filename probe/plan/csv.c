#include "csv.h"

#include <stdbool.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

void csv_init(struct csv *csv, char *text, size_t n_bytes)
{
	size_t n_mark = sizeof(BYTE_ORDER_MARK) - 1;

	*csv = (struct csv){text, text + n_bytes, 1};
	*csv->end = '\0';
	if (n_bytes >= n_mark && memcmp(text, BYTE_ORDER_MARK, n_mark) == 0)
		csv->at += n_mark;
}

static bool is_blank(char letter)
{
	return letter == ' ' || letter == '\t';
}

static void skip_blanks(struct csv *csv)
{
	while (csv->at < csv->end && is_blank(*csv->at))
		csv->at++;
}

// The text is followed by a zero that is none of its bytes, so one byte more may be looked at.
static bool at_line_end(const struct csv *csv)
{
	return csv->at == csv->end || *csv->at == '\n' ||
	       (*csv->at == '\r' && (csv->at + 1 == csv->end || csv->at[1] == '\n'));
}

static void skip_line_end(struct csv *csv)
{
	if (csv->at < csv->end && *csv->at == '\r')
		csv->at++;
	if (csv->at == csv->end)
		return;
	csv->at++;
	csv->line++;
}

static void skip_line(struct csv *csv)
{
	char *end = memchr(csv->at, '\n', (size_t)(csv->end - csv->at));

	csv->at = end ? end : csv->end;
	skip_line_end(csv);
}

// To the next line with something in it.
static void skip_lines_without_row(struct csv *csv)
{
	while (csv->at < csv->end) {
		char *start = csv->at;

		if (*csv->at == '#') {
			skip_line(csv);
			continue;
		}
		skip_blanks(csv);
		if (!at_line_end(csv)) {
			csv->at = start;
			return;
		}
		skip_line_end(csv);
	}
}

// Between quotes two of them are one, and anything else is itself. The field only gets shorter, so
// it is put together in place.
static enum csv_result read_quoted(struct csv *csv, struct csv_field *field)
{
	char *to = ++csv->at;

	field->text = to;
	for (; csv->at < csv->end; csv->at++) {
		if (*csv->at == '"' && *++csv->at != '"') {
			field->n_bytes = (size_t)(to - field->text);
			skip_blanks(csv);
			return CSV_ROW;
		}
		csv->line += *csv->at == '\n';
		*to++ = *csv->at;
	}
	return CSV_OPEN_QUOTE;
}

static enum csv_result read_bare(struct csv *csv, struct csv_field *field)
{
	char *end;

	field->text = csv->at;
	while (!at_line_end(csv) && *csv->at != ',') {
		if (*csv->at == '"')
			return CSV_STRAY_QUOTE;
		csv->at++;
	}
	end = csv->at;
	while (end > field->text && is_blank(end[-1]))
		end--;
	field->n_bytes = (size_t)(end - field->text);
	return CSV_ROW;
}

static enum csv_result read_field(struct csv *csv, struct csv_field *field)
{
	enum csv_result result;

	skip_blanks(csv);
	if (csv->at == csv->end || *csv->at != '"')
		return read_bare(csv, field);
	result = read_quoted(csv, field);
	if (result == CSV_ROW && !at_line_end(csv) && *csv->at != ',')
		return CSV_BEHIND_QUOTE;
	return result;
}

// A zero goes behind each field when what stood there is not needed any more.
static enum csv_result read_fields(struct csv *csv, struct csv_row *row)
{
	for (;;) {
		struct csv_field field;
		enum csv_result result = read_field(csv, &field);
		bool is_last = at_line_end(csv);

		row->n_fields++;
		if (result != CSV_ROW)
			return result;
		if (is_last)
			skip_line_end(csv);
		else
			csv->at++;
		field.text[field.n_bytes] = '\0';
		if (row->n_fields <= CSV_MAX_FIELDS)
			row->fields[row->n_fields - 1] = field;
		if (is_last)
			return CSV_ROW;
	}
}

enum csv_result csv_next(struct csv *csv, struct csv_row *ret_row)
{
	skip_lines_without_row(csv);
	ret_row->line = csv->line;
	ret_row->n_fields = 0;
	return csv->at == csv->end ? CSV_END : read_fields(csv, ret_row);
}
