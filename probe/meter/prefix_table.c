#include "prefix_table.h"

#include "prefix_build.h"
#include "prefix_line.h"
#include "prefix_order.h"

size_t prefix_table_bytes(const struct prefix_table *table)
{
	return sizeof(*table) + table->n_lines * sizeof(struct prefix_line);
}

uint32_t prefix_table_find(const struct prefix_table *table, enum family family,
                           const uint8_t *address)
{
	struct prefix_search search;

	prefix_search_begin(&search, table, family, address);
	search.found = table->roots[0][search.found];
	while (search.found & PREFIX_IS_LINE)
		prefix_search_step(&search, table);
	return search.found;
}

static inline void prefetch_line(const struct prefix_table *table, uint32_t found)
{
	if (found & PREFIX_IS_LINE)
		__builtin_prefetch(&table->lines[found & PREFIX_LINE]);
}

void prefix_table_find_burst(const struct prefix_table *table, struct prefix_search *searches,
                             uint32_t n_searches)
{
	uint8_t open[PREFIX_MAX_BURST];
	uint32_t n_open = 0;

	for (uint32_t i = 0; i < n_searches; i++) {
		searches[i].found = table->roots[0][searches[i].found];
		prefetch_line(table, searches[i].found);
		open[n_open] = (uint8_t)i;
		n_open += searches[i].found >> 31;
	}
	while (n_open > 0) {
		uint32_t n_left = 0;

		for (uint32_t i = 0; i < n_open; i++) {
			struct prefix_search *search = &searches[open[i]];

			prefix_search_step(search, table);
			prefetch_line(table, search->found);
			open[n_left] = open[i];
			n_left += search->found >> 31;
		}
		n_open = n_left;
	}
}

// In how many pieces behind the first a prefix of this length is looked up.
static uint32_t pieces(uint32_t length)
{
	return length <= 16 ? 0 : (length - 16 + 31) / 32;
}

// A row begins and ends an interval in each of its pieces at most. Of n intervals that are not the
// first of their tree a tree has at most n / 8 leaves besides its first one, and fewer inner lines
// than leaves. A row adds a tree for each piece at most, and there are no more first pieces than
// roots.
struct prefix_size prefix_table_size(const struct prefix_row *rows, uint32_t n_rows)
{
	uint64_t n_first[N_FAMILIES] = {0}, n_pieces = 0, n_trees = 0;

	for (uint32_t i = 0; i < n_rows; i++) {
		uint32_t n = pieces(rows[i].length);

		n_pieces += n;
		n_first[rows[i].family == FAMILY_IPV6] += n > 0;
		n_trees += n > 1 ? n - 1 : 0;
	}
	for (uint32_t i = 0; i < N_FAMILIES; i++)
		n_trees += n_first[i] < 1 << 16 ? n_first[i] : 1 << 16;
	return (struct prefix_size){
		.table_bytes = sizeof(struct prefix_table) +
	                       (n_trees + 2 * n_pieces / 4) * sizeof(struct prefix_line),
		.scratch_bytes = prefix_order_scratch_bytes(n_rows) +
	                         prefix_build_scratch_bytes(n_rows),
	};
}

const struct prefix_table *prefix_table_init(void *memory, void *scratch,
                                             const struct prefix_row *rows, uint32_t n_rows,
                                             enum prefix_fault *ret_fault,
                                             struct prefix_fault_place *ret_place)
{
	enum prefix_fault fault = prefix_rows_check(rows, n_rows, ret_place);
	struct prefix_table *table = memory;
	const uint32_t *order;

	if (fault == PREFIX_SOUND) {
		order = prefix_rows_order(rows, n_rows, scratch);
		fault = prefix_rows_check_repeated(rows, n_rows, order, ret_place);
	}
	*ret_fault = fault;
	if (fault != PREFIX_SOUND)
		return NULL;
	prefix_table_build(table, (uint8_t *)scratch + prefix_order_scratch_bytes(n_rows), rows,
	                   n_rows, order);
	return table;
}
