#include "plan_rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/prefix_order.h"
#include "proto/names.h"

#include "plan_row.h"

static int memory_complain(const struct complaint *complaint)
{
	complain(complaint, 0, "out of memory");
	return -ENOMEM;
}

// A row takes a line at least.
static uint32_t count_lines(const char *text, size_t n_bytes)
{
	const char *end = text + n_bytes;
	uint32_t n_lines = 1;

	while ((text = memchr(text, '\n', (size_t)(end - text))) != NULL) {
		text++;
		n_lines++;
	}
	return n_lines;
}

static int rows_init(const struct complaint *complaint, struct plan_rows *rows, uint32_t n_lines)
{
	memset(rows, 0, sizeof(*rows));
	rows->max_rows = n_lines < PREFIX_MAX_ROWS ? n_lines : PREFIX_MAX_ROWS;
	rows->rows = malloc(rows->max_rows * sizeof(*rows->rows));
	rows->lines = malloc(rows->max_rows * sizeof(*rows->lines));
	rows->list = calloc(1, sizeof(*rows->list));
	return rows->rows && rows->lines && rows->list ? 0 : memory_complain(complaint);
}

void plan_rows_fini(struct plan_rows *rows)
{
	free(rows->rows);
	free(rows->lines);
	free(rows->list);
	free(rows->groups);
	memset(rows, 0, sizeof(*rows));
}

static int csv_complain(const struct complaint *complaint, const struct csv_row *csv,
                        enum csv_result result)
{
	switch (result) {
	case CSV_OPEN_QUOTE:
		return complain(complaint, csv->line,
		                "the quotes of column %" PRIu32 " do not end: close them",
		                csv->n_fields);
	case CSV_STRAY_QUOTE:
		return complain(complaint, csv->line,
		                "a quote in column %" PRIu32
		                ", which does not begin with one: put all of it in quotes and "
		                "write the quote twice",
		                csv->n_fields);
	default:
		return complain(complaint, csv->line,
		                "something stands behind the quotes of column %" PRIu32
		                ": put it inside, and write a quote that is meant twice",
		                csv->n_fields);
	}
}

static int add_users(const struct complaint *complaint, uint32_t line, const struct plan_row *row,
                     struct plan_rows *rows)
{
	uint32_t group;

	if (rows->n_rows == rows->max_rows)
		return complain(complaint, line, "more than %d rows: leave some out, or join them",
		                PREFIX_MAX_ROWS);
	if (group_list_add(rows->list, &row->group, &group) < 0)
		return complain(complaint, line,
		                "more than %d groups: carrier, region, access, class, family, "
		                "user_len and port_block together make one; use fewer of them",
		                MAX_REPORT_GROUPS);
	rows->rows[rows->n_rows] = row->prefix;
	rows->rows[rows->n_rows].value = group + 1;
	rows->lines[rows->n_rows++] = line;
	return 0;
}

static int add_transition(const struct complaint *complaint, uint32_t line,
                          const struct plan_row *row, struct plan_rows *rows)
{
	struct transition_prefix prefix = {.length = row->prefix.length,
	                                   .transition = (uint8_t)row->transition};
	uint32_t n_alike = 0;

	memcpy(prefix.address, row->prefix.address, sizeof(prefix.address));
	for (uint32_t i = 0; i < rows->n_transitions; i++) {
		const struct transition_prefix *earlier = &rows->transitions[i];

		if (earlier->length == prefix.length &&
		    memcmp(earlier->address, prefix.address, sizeof(prefix.address)) == 0)
			return complain(complaint, line,
			                "the same prefix is one of %s in line %" PRIu32
			                " already: keep one of the two",
			                transition_name((enum transition)earlier->transition),
			                rows->transition_lines[i]);
		n_alike += earlier->transition == prefix.transition;
	}
	if (n_alike == PLAN_MAX_TRANSITION_ROWS)
		return complain(complaint, line, "more than %d prefixes of %s: join or leave out",
		                PLAN_MAX_TRANSITION_ROWS, transition_name(row->transition));
	rows->transitions[rows->n_transitions] = prefix;
	rows->transition_lines[rows->n_transitions++] = line;
	return 0;
}

static int add_row(const struct complaint *complaint, const struct csv_row *csv,
                   struct plan_rows *rows)
{
	struct plan_row row;
	int rc = plan_row_read(complaint, csv, &row);

	if (rc < 0)
		return rc;
	return row.is_transition ? add_transition(complaint, csv->line, &row, rows)
	                         : add_users(complaint, csv->line, &row, rows);
}

static int read_header(const struct complaint *complaint, struct csv *csv)
{
	struct csv_row row;
	enum csv_result result = csv_next(csv, &row);

	if (result == CSV_END)
		return complain(complaint, 0, "is empty: it must have a header and rows");
	return result == CSV_ROW ? plan_header_check(complaint, &row)
	                         : csv_complain(complaint, &row, result);
}

int plan_rows_read(const struct complaint *complaint, char *text, size_t n_bytes,
                   struct plan_rows *ret_rows)
{
	const char *zero = memchr(text, '\0', n_bytes);
	enum csv_result result;
	struct csv_row row;
	struct csv csv;
	int rc = rows_init(complaint, ret_rows, count_lines(text, n_bytes));

	if (rc < 0)
		return rc;
	if (zero)
		return complain(complaint, count_lines(text, (size_t)(zero - text)),
		                "a zero byte: write the file in UTF-8");
	csv_init(&csv, text, n_bytes);
	rc = read_header(complaint, &csv);
	while (rc == 0) {
		result = csv_next(&csv, &row);
		if (result == CSV_END)
			break;
		rc = result == CSV_ROW ? add_row(complaint, &row, ret_rows)
		                       : csv_complain(complaint, &row, result);
	}
	if (rc == 0 && ret_rows->n_rows == 0)
		return complain(complaint, 0,
		                "covers nothing: no row has users, add one of access mobile, "
		                "fixed, enterprise, idc, broadcast or iot");
	return rc;
}

static int transition_compare(const void *a, const void *b)
{
	const struct transition_prefix *x = a, *y = b;
	int order = memcmp(x->address, y->address, sizeof(x->address));

	return order != 0 ? order : (int)x->length - (int)y->length;
}

static int sort_groups(struct plan_rows *rows)
{
	uint16_t *places = malloc(rows->list->n * sizeof(*places));

	rows->groups = malloc(rows->list->n * sizeof(*rows->groups));
	if (!places || !rows->groups) {
		free(places);
		return -ENOMEM;
	}
	group_list_sort(rows->list, rows->groups, places);
	for (uint32_t i = 0; i < rows->n_rows; i++)
		rows->rows[i].value = places[rows->rows[i].value - 1] + 1U;
	rows->n_groups = rows->list->n;
	free(rows->list);
	rows->list = NULL;
	free(places);
	return 0;
}

static int sort_prefixes(struct plan_rows *rows)
{
	struct prefix_row *sorted = malloc(rows->n_rows * sizeof(*sorted));
	uint32_t *lines = malloc(rows->n_rows * sizeof(*lines));
	void *scratch = malloc(prefix_order_scratch_bytes(rows->n_rows));
	int rc = sorted && lines && scratch ? 0 : -ENOMEM;

	if (rc == 0) {
		const uint32_t *order = prefix_rows_order(rows->rows, rows->n_rows, scratch);

		for (uint32_t i = 0; i < rows->n_rows; i++) {
			sorted[i] = rows->rows[order[i]];
			lines[i] = rows->lines[order[i]];
		}
		free(rows->rows);
		free(rows->lines);
		rows->rows = sorted;
		rows->lines = lines;
		sorted = NULL;
		lines = NULL;
	}
	free(sorted);
	free(lines);
	free(scratch);
	return rc;
}

int plan_rows_sort(const struct complaint *complaint, struct plan_rows *rows)
{
	int rc = sort_groups(rows);

	if (rc == 0)
		rc = sort_prefixes(rows);
	// Their lines were only needed while they were read.
	qsort(rows->transitions, rows->n_transitions, sizeof(rows->transitions[0]),
	      transition_compare);
	return rc < 0 ? memory_complain(complaint) : 0;
}
