#include "user_table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "privacy.h"
#include "proto/names.h"
#include "proto/sketch.h"

static const char *cell_name(const struct user_cell *cell, enum privacy_dimension dimension)
{
	switch (dimension) {
	case PRIVACY_CARRIER:
		return cell->carrier;
	case PRIVACY_REGION:
		return cell->region;
	default:
		return access_name(cell->access);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct user_place *)a)->name, ((const struct user_place *)b)->name);
}

static int compare_accesses(const void *a, const void *b)
{
	return access_from_name(((const struct user_place *)a)->name) -
	       access_from_name(((const struct user_place *)b)->name);
}

static int (*const comparisons[])(const void *, const void *) = {
	[PRIVACY_CARRIER] = compare_names,
	[PRIVACY_REGION] = compare_names,
	[PRIVACY_ACCESS] = compare_accesses,
};

// The distinct names of the cells of that family.
static int list_places(struct user_table *table, const struct user_window *window,
                       enum family family, enum privacy_dimension dimension)
{
	struct user_place *places = calloc(table->n_rows + 1, sizeof(*places));
	size_t n = 0, n_distinct = 0;

	if (!places)
		return -ENOMEM;
	table->places[dimension] = places;
	for (size_t i = 0; i < window->n_cells; i++)
		if (window->cells[i].family == family)
			snprintf(places[n++].name, sizeof(places->name), "%s",
			         cell_name(&window->cells[i], dimension));
	qsort(places, n, sizeof(*places), comparisons[dimension]);
	for (size_t i = 0; i < n; i++)
		if (n_distinct == 0 || strcmp(places[n_distinct - 1].name, places[i].name) != 0)
			places[n_distinct++] = places[i];
	table->n_places[dimension] = n_distinct;
	return 0;
}

const struct user_place *user_table_place(const struct user_table *table,
                                          enum privacy_dimension dimension, const char *name)
{
	struct user_place wanted;

	snprintf(wanted.name, sizeof(wanted.name), "%s", name);
	return bsearch(&wanted, table->places[dimension], table->n_places[dimension],
	               sizeof(wanted), comparisons[dimension]);
}

static uint64_t whole(double users)
{
	return users > 0 ? (uint64_t)llround(fmin(users, 1e15)) : 0;
}

static void row_init(struct user_row *row, const struct user_table *table,
                     const struct user_cell *cell)
{
	const struct user_figure *headline = &cell->grades[GRADE_CONFIRMED];

	for (int i = 0; i < N_PRIVACY_DIMENSIONS; i++) {
		enum privacy_dimension dimension = (enum privacy_dimension)i;
		const struct user_place *place = user_table_place(table, dimension,
		                                                  cell_name(cell, dimension));

		row->places[i] = (uint32_t)(place - table->places[i]);
	}
	row->value.users = whole(headline->users);
	row->value.sent = whole(cell->grades[GRADE_SENT].users);
	row->value.standard_error = headline->standard_error;
}

static int list_rows(struct user_table *table, const struct user_window *window, enum family family)
{
	size_t n = 0;
	int error = 0;

	for (int i = 0; i < N_PRIVACY_DIMENSIONS && !error; i++)
		error = list_places(table, window, family, (enum privacy_dimension)i);
	table->rows = calloc(table->n_rows + 1, sizeof(*table->rows));
	if (error || !table->rows)
		return -ENOMEM;
	for (size_t i = 0; i < window->n_cells; i++)
		if (window->cells[i].family == family)
			row_init(&table->rows[n++], table, &window->cells[i]);
	return 0;
}

// What is known of a sum's errors: the squares of those shown, and the users of the hidden rest.
struct error_sum {
	double squares, hidden_users;
};

static struct error_sum errors_of(const struct user_table *table, const struct privacy_sum *sum)
{
	struct error_sum errors = {0};

	for (size_t i = 0; i < sum->n_leaves; i++) {
		const struct user_value *value = &table->rows[sum->leaves[i]].value;

		if (value->mark == PRIVACY_SHOWN)
			errors.squares += value->standard_error * value->standard_error;
		else
			errors.hidden_users += (double)value->users;
	}
	return errors;
}

// Errors of groups are independent, so their squares add. If the hidden users were all of one group
// its error would be largest; any other division of them makes the true one smaller.
static void value_sum(struct user_value *value, const struct user_table *table,
                      const struct privacy_sum *sum)
{
	struct error_sum errors = errors_of(table, sum);
	double hidden = errors.hidden_users * sketch_relative_error(HUGE_VAL);

	value->mark = sum->mark;
	value->standard_error = sqrt(errors.squares + hidden * hidden);
	for (size_t i = 0; i < sum->n_leaves; i++) {
		value->users += table->rows[sum->leaves[i]].value.users;
		value->sent += table->rows[sum->leaves[i]].value.sent;
	}
}

static void value_sums(struct user_table *table, const struct privacy_table *privacy)
{
	value_sum(&table->total, table, privacy_table_total(privacy));
	for (int i = 0; i < N_PRIVACY_DIMENSIONS; i++)
		for (size_t place = 0; place < table->n_places[i]; place++)
			value_sum(&table->places[i][place].value, table,
			          privacy_table_sum(privacy, (enum privacy_dimension)i, place));
}

// Estimates of the two grades have errors of their own; a cell is as small as the smaller one.
static void leaf_init(struct privacy_leaf *leaf, const struct user_row *row)
{
	memcpy(leaf->places, row->places, sizeof(leaf->places));
	leaf->users = row->value.users < row->value.sent ? row->value.users : row->value.sent;
}

static int protect(struct user_table *table, struct privacy_leaf *leaves, uint64_t threshold)
{
	struct privacy_table privacy;
	int error;

	for (size_t i = 0; i < table->n_rows; i++)
		leaf_init(&leaves[i], &table->rows[i]);
	error = privacy_table_init(&privacy, leaves, table->n_rows, table->n_places);
	if (!error)
		error = privacy_protect(&privacy, threshold);
	if (!error) {
		for (size_t i = 0; i < table->n_rows; i++)
			table->rows[i].value.mark = leaves[i].mark;
		value_sums(table, &privacy);
	}
	privacy_table_fini(&privacy);
	return error;
}

int user_table_init(struct user_table *table, const struct user_window *window, enum family family,
                    uint64_t threshold)
{
	struct privacy_leaf *leaves;
	int error;

	*table = (struct user_table){0};
	for (size_t i = 0; i < window->n_cells; i++)
		table->n_rows += window->cells[i].family == family;
	leaves = calloc(table->n_rows + 1, sizeof(*leaves));
	error = leaves ? list_rows(table, window, family) : -ENOMEM;
	if (!error)
		error = protect(table, leaves, threshold);
	free(leaves);
	if (error)
		user_table_fini(table);
	return error;
}

void user_table_fini(struct user_table *table)
{
	for (int i = 0; i < N_PRIVACY_DIMENSIONS; i++)
		free(table->places[i]);
	free(table->rows);
	*table = (struct user_table){0};
}
