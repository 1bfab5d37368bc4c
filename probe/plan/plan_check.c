// Rows held against each other. They are sorted, so those that cover the next one are a stack, the
// longest on top, and only that one matters: a subscriber of a row further down is cut in two by
// the row above it, or not at all, since what lies within that is none of its own.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/meter/prefix_order.h"

#include "plan_rows.h"
#include "prefix_text.h"

enum {
	MAX_COVERS = 129, // one of each length
};

// Two rows that do not go together, and where the later of them is in the file.
struct pair {
	uint32_t line;
	uint32_t row, other;
};

struct checking {
	const struct plan_rows *rows;
	uint32_t covers[MAX_COVERS];
	uint32_t n_covers;
	struct pair repeated, cutting, foreign; // the first of each; line 0: there is none
	uint32_t n_foreign;
};

static bool is_covered(const struct prefix_row *row, const struct prefix_row *cover)
{
	struct prefix_address a = prefix_row_address(row), b = prefix_row_address(cover);
	unsigned __int128 difference = (unsigned __int128)(a.high ^ b.high) << 64 | (a.low ^ b.low);

	return row->family == cover->family &&
	       (cover->length == 0 || difference >> (128 - cover->length) == 0);
}

static const struct report_group *group_of(const struct plan_rows *rows, uint32_t row)
{
	return &rows->groups[rows->rows[row].value - 1];
}

static void note(struct pair *pair, uint32_t line, uint32_t row, uint32_t other)
{
	if (pair->line == 0 || line < pair->line)
		*pair = (struct pair){line, row, other};
}

// Of two rows with one prefix the later is at fault; they are sorted by line too.
static void check_pair(struct checking *checking, uint32_t row, uint32_t cover)
{
	const struct plan_rows *rows = checking->rows;
	const struct report_group *group = group_of(rows, row), *above = group_of(rows, cover);
	uint32_t line = rows->lines[row];

	if (rows->rows[row].length == rows->rows[cover].length) {
		note(&checking->repeated, line, row, cover);
		return;
	}
	if (rows->rows[row].length > above->user_len)
		note(&checking->cutting, line, row, cover);
	if (strcmp(group->carrier, above->carrier) != 0) {
		note(&checking->foreign, line, row, cover);
		checking->n_foreign++;
	}
}

static void check_row(struct checking *checking, uint32_t row)
{
	const struct prefix_row *rows = checking->rows->rows;

	while (checking->n_covers > 0 &&
	       !is_covered(&rows[row], &rows[checking->covers[checking->n_covers - 1]]))
		checking->n_covers--;
	if (checking->n_covers > 0) {
		uint32_t cover = checking->covers[checking->n_covers - 1];

		check_pair(checking, row, cover);
		if (rows[cover].length == rows[row].length)
			return;
	}
	checking->covers[checking->n_covers++] = row;
}

static int complain_repeated(const struct complaint *complaint, const struct plan_rows *rows,
                             const struct pair *pair)
{
	char text[PREFIX_TEXT_BYTES];

	prefix_text_write(&rows->rows[pair->row], text);
	return complain(complaint, pair->line,
	                "prefix %s stands in line %" PRIu32 " already: keep one of the two", text,
	                rows->lines[pair->other]);
}

static int complain_cutting(const struct complaint *complaint, const struct plan_rows *rows,
                            const struct pair *pair)
{
	char text[PREFIX_TEXT_BYTES], cover[PREFIX_TEXT_BYTES];
	const struct prefix_row *row = &rows->rows[pair->row];

	prefix_text_write(row, text);
	prefix_text_write(&rows->rows[pair->other], cover);
	return complain(complaint, pair->line,
	                "prefix %s would cut a subscriber of %s in line %" PRIu32
	                " in two, whose user_len is %" PRIu32
	                ": make that one %u or more, or this prefix shorter",
	                text, cover, rows->lines[pair->other],
	                group_of(rows, pair->other)->user_len, row->length);
}

static void write_foreign(const struct complaint *complaint, const struct plan_rows *rows,
                          const struct pair *pair, char *text)
{
	char row[PREFIX_TEXT_BYTES], cover[PREFIX_TEXT_BYTES];

	prefix_text_write(&rows->rows[pair->row], row);
	prefix_text_write(&rows->rows[pair->other], cover);
	snprintf(text, PLAN_NESTED_BYTES,
	         "%.200s:%" PRIu32 ": %s of \"%s\" in %s of \"%s\", line %" PRIu32, complaint->name,
	         pair->line, row, group_of(rows, pair->row)->carrier, cover,
	         group_of(rows, pair->other)->carrier, rows->lines[pair->other]);
}

int plan_rows_check(const struct complaint *complaint, const struct plan_rows *rows,
                    struct plan_nested *ret_nested)
{
	struct checking checking = {.rows = rows};

	for (uint32_t i = 0; i < rows->n_rows; i++)
		check_row(&checking, i);
	if (checking.repeated.line > 0)
		return complain_repeated(complaint, rows, &checking.repeated);
	if (checking.cutting.line > 0)
		return complain_cutting(complaint, rows, &checking.cutting);
	*ret_nested = (struct plan_nested){.n_rows = checking.n_foreign};
	if (checking.n_foreign > 0)
		write_foreign(complaint, rows, &checking.foreign, ret_nested->first);
	return 0;
}
