#include "report_cut.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	// Most that a row takes beside its sketch and names: each number as long as it can be.
	SKETCH_ROW_BYTES = 8, // key 1, group 2, grade 1, scope 2, length 2
	GROUP_ROW_BYTES = 16, // three names' heads 3 each, access 1, family 1, length 2, ports 3
	NOT_USED = UINT32_MAX,
};

// What the rows [at, end) need in a report of their own.
struct piece {
	uint32_t end;
	uint32_t n_groups;
	uint32_t n_data_bytes;
};

int report_cut_init(struct report_cut *cut, const struct report_users *users)
{
	*cut = (struct report_cut){.users = users};
	cut->places = calloc(users->n_groups + 1, sizeof(*cut->places));
	return cut->places != NULL ? 0 : -ENOMEM;
}

void report_cut_fini(struct report_cut *cut)
{
	free(cut->places);
}

bool report_cut_is_done(const struct report_cut *cut)
{
	return cut->at == cut->users->rows.n_rows;
}

static size_t group_bytes(const struct report_group *group)
{
	return GROUP_ROW_BYTES + strlen(group->carrier) + strlen(group->region) +
	       strlen(group->class_name);
}

// Finds how many rows fit, and marks their groups as used.
static void measure(struct report_cut *cut, size_t n_bytes, struct piece *piece)
{
	const struct report_users *users = cut->users;

	*piece = (struct piece){.end = cut->at};
	for (uint32_t i = 0; i < users->n_groups; i++)
		cut->places[i] = NOT_USED;
	for (; piece->end < users->rows.n_rows; piece->end++) {
		const struct report_sketch *row = &users->rows.rows[piece->end];
		bool is_new = cut->places[row->group] == NOT_USED;

		n_bytes += SKETCH_ROW_BYTES + row->n_bytes;
		if (is_new)
			n_bytes += group_bytes(&users->groups[row->group]);
		if (n_bytes > REPORT_BUDGET_BYTES && piece->end > cut->at)
			return;
		cut->places[row->group] = 0;
		piece->n_groups += is_new;
		piece->n_data_bytes += row->n_bytes;
	}
}

static int make_room(struct report *report, uint32_t n_groups, uint32_t n_sketches,
                     uint32_t n_data_bytes)
{
	free(report->groups);
	free(report->keys);
	free(report->sketches);
	free(report->sketch_data);
	report->groups = calloc(n_groups + 1, sizeof(*report->groups));
	report->keys = calloc(MAX_REPORT_KEYS, sizeof(*report->keys));
	report->sketches = calloc(n_sketches + 1, sizeof(*report->sketches));
	report->sketch_data = calloc(n_data_bytes + 1, 1);
	return report->groups != NULL && report->keys != NULL && report->sketches != NULL &&
	                       report->sketch_data != NULL
	               ? 0
	               : -ENOMEM;
}

// Puts what is used into the tables, in order, and notes where each group stands there.
static void add_groups(struct report_cut *cut, struct report *report)
{
	for (uint32_t i = 0; i < cut->users->n_groups; i++) {
		if (cut->places[i] == NOT_USED)
			continue;
		cut->places[i] = report->n_groups;
		report->groups[report->n_groups++] = cut->users->groups[i];
	}
}

// All that users are hashed with: a key that no user was new under was there all the same.
static void add_keys(const struct report_cut *cut, struct report *report)
{
	report->n_keys = cut->users->n_keys;
	memcpy(report->keys, cut->users->keys, report->n_keys * sizeof(*report->keys));
}

int report_cut_take(struct report_cut *cut, size_t n_bytes, struct report *report)
{
	struct piece piece;
	int r;

	measure(cut, n_bytes, &piece);
	r = make_room(report, piece.n_groups, piece.end - cut->at, piece.n_data_bytes);
	if (r < 0)
		return r;
	add_groups(cut, report);
	add_keys(cut, report);
	for (; cut->at < piece.end; cut->at++) {
		struct report_sketch row = cut->users->rows.rows[cut->at];

		row.group = cut->places[row.group];
		report->sketches[report->n_sketches++] = row;
	}
	if (piece.n_data_bytes > 0)
		memcpy(report->sketch_data, cut->users->rows.data + cut->data_at,
		       piece.n_data_bytes);
	report->n_sketch_bytes = piece.n_data_bytes;
	cut->data_at += piece.n_data_bytes;
	return 0;
}
