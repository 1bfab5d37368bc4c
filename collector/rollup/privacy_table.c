#include "privacy_table.h"

#include <errno.h>
#include <stdlib.h>

struct privacy_sum *privacy_table_total(const struct privacy_table *table)
{
	return &table->sums[0];
}

struct privacy_sum *privacy_table_sum(const struct privacy_table *table,
                                      enum privacy_dimension dimension, size_t place)
{
	return &table->sums[table->first[dimension] + place];
}

struct privacy_sum *privacy_table_sum_of(const struct privacy_table *table,
                                         const struct privacy_leaf *leaf,
                                         enum privacy_dimension dimension)
{
	return privacy_table_sum(table, dimension, leaf->places[dimension]);
}

static void number_sums(struct privacy_table *table, const size_t n_places[N_PRIVACY_DIMENSIONS])
{
	table->n_sums = 1;
	for (int dimension = 0; dimension < N_PRIVACY_DIMENSIONS; dimension++) {
		table->first[dimension] = table->n_sums;
		table->n_sums += n_places[dimension];
	}
	table->first[N_PRIVACY_DIMENSIONS] = table->n_sums;
}

// Each dimension's sums lie one behind the other in a part of numbers of its own.
static void place_leaves(struct privacy_table *table, enum privacy_dimension dimension)
{
	uint32_t *next = table->numbers + ((size_t)dimension + 1) * table->n_leaves;

	for (size_t i = 0; i < table->n_leaves; i++)
		privacy_table_sum_of(table, &table->leaves[i], dimension)->n_leaves++;
	for (size_t i = table->first[dimension]; i < table->first[dimension + 1]; i++) {
		table->sums[i].leaves = next;
		next += table->sums[i].n_leaves;
		table->sums[i].n_leaves = 0;
	}
	for (size_t i = 0; i < table->n_leaves; i++) {
		struct privacy_sum *sum = privacy_table_sum_of(table, &table->leaves[i], dimension);
		size_t at = (size_t)(sum->leaves - table->numbers) + sum->n_leaves++;

		table->numbers[at] = (uint32_t)i;
		sum->users += table->leaves[i].users;
	}
}

int privacy_table_init(struct privacy_table *table, struct privacy_leaf *leaves, size_t n_leaves,
                       const size_t n_places[N_PRIVACY_DIMENSIONS])
{
	struct privacy_sum *total;

	*table = (struct privacy_table){.n_leaves = n_leaves, .leaves = leaves};
	number_sums(table, n_places);
	table->sums = calloc(table->n_sums, sizeof(*table->sums));
	table->numbers = calloc((N_PRIVACY_DIMENSIONS + 1) * n_leaves + 1, sizeof(uint32_t));
	if (!table->sums || !table->numbers)
		return -ENOMEM;
	total = privacy_table_total(table);
	total->leaves = table->numbers;
	total->n_leaves = n_leaves;
	for (size_t i = 0; i < n_leaves; i++) {
		leaves[i].mark = PRIVACY_SHOWN;
		table->numbers[i] = (uint32_t)i;
		total->users += leaves[i].users;
	}
	for (int dimension = 0; dimension < N_PRIVACY_DIMENSIONS; dimension++)
		place_leaves(table, (enum privacy_dimension)dimension);
	return 0;
}

void privacy_table_fini(struct privacy_table *table)
{
	free(table->sums);
	free(table->numbers);
	*table = (struct privacy_table){0};
}
