#include "prefix_table.h"

#include "prefix_build.h"
#include "prefix_line.h"
#include "prefix_order.h"

enum {
	HEADER_BYTES = 64,
	MIN_ROOT_BITS = 16,
	MAX_ROOT_BITS = 24,
};

_Static_assert(sizeof(struct prefix_table) <= HEADER_BYTES, "roots begin at a cache line");

size_t prefix_table_bytes(const struct prefix_table *table)
{
	const struct prefix_line *end = table->lines + table->n_lines;

	return (size_t)((const uint8_t *)end - (const uint8_t *)table);
}

uint32_t prefix_table_find(const struct prefix_table *table, enum family family,
                           const uint8_t *address)
{
	struct prefix_search search;

	prefix_search_begin(&search, table, family, address);
	search.found = table->roots[search.found];
	while (search.found & PREFIX_IS_LINE)
		prefix_search_step(&search, table);
	return search.found;
}

// Always inline: gcc 12 takes a function that only prefetches for one without effect, and leaves
// calls of it out.
static inline __attribute__((always_inline)) void prefetch_line(const struct prefix_table *table,
                                                                uint32_t found)
{
	if (found & PREFIX_IS_LINE)
		__builtin_prefetch(&table->lines[found & PREFIX_LINE]);
}

// Up to PREFIX_MAX_BURST of them.
static void find_together(const struct prefix_table *table, struct prefix_search *searches,
                          uint32_t n_searches)
{
	uint8_t open[PREFIX_MAX_BURST];
	uint32_t n_open = 0;

	for (uint32_t i = 0; i < n_searches; i++) {
		searches[i].found = table->roots[searches[i].found];
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

void prefix_table_find_burst(const struct prefix_table *table, struct prefix_search *searches,
                             uint32_t n_searches)
{
	for (; n_searches > PREFIX_MAX_BURST; n_searches -= PREFIX_MAX_BURST) {
		find_together(table, searches, PREFIX_MAX_BURST);
		searches += PREFIX_MAX_BURST;
	}
	find_together(table, searches, n_searches);
}

// Sixteen roots for each row, within bounds.
static uint32_t root_bits_for(uint32_t n_rows)
{
	uint32_t bits = MIN_ROOT_BITS;

	while (bits < MAX_ROOT_BITS && UINT64_C(1) << bits < UINT64_C(16) * n_rows)
		bits++;
	return bits;
}

static void count_rows(const struct prefix_row *rows, uint32_t n_rows, uint32_t *ret_counts)
{
	ret_counts[FAMILY_IPV4] = ret_counts[FAMILY_IPV6] = 0;
	for (uint32_t i = 0; i < n_rows; i++)
		ret_counts[rows[i].family == FAMILY_IPV6]++;
}

// In how many pieces behind the root a prefix of this length is looked up.
static uint32_t pieces(uint32_t length, uint32_t root_bits)
{
	return length <= root_bits ? 0 : (length - root_bits + 31) / 32;
}

static uint64_t max_lines(const struct prefix_row *rows, uint32_t n_rows, enum family family,
                          uint32_t root_bits)
{
	uint64_t n_pieces = 0, n_first = 0, n_next = 0;

	for (uint32_t i = 0; i < n_rows; i++) {
		uint32_t n = (rows[i].family == FAMILY_IPV6) == family
		                     ? pieces(rows[i].length, root_bits)
		                     : 0;

		n_pieces += n;
		n_first += n > 0;
		n_next += n > 1 ? n - 1 : 0;
	}
	if (n_first > UINT64_C(1) << root_bits)
		n_first = UINT64_C(1) << root_bits;
	return n_first + n_next + n_pieces / 2;
}

// A row begins and ends an interval in each of its pieces at most. Of n intervals that are not the
// first of their tree a tree has at most n / 8 leaves besides its first one, and fewer inner lines
// than leaves. A row adds a tree for each piece at most, and there are no more first trees than
// roots.
struct prefix_size prefix_table_size(const struct prefix_row *rows, uint32_t n_rows)
{
	uint32_t counts[N_FAMILIES];
	uint64_t n_lines = 0, n_roots = 0;

	count_rows(rows, n_rows, counts);
	for (uint32_t i = 0; i < N_FAMILIES; i++) {
		uint32_t root_bits = root_bits_for(counts[i]);

		n_lines += max_lines(rows, n_rows, (enum family)i, root_bits);
		n_roots += UINT64_C(1) << root_bits;
	}
	return (struct prefix_size){
		.table_bytes = HEADER_BYTES + n_roots * sizeof(uint32_t) +
	                       n_lines * sizeof(struct prefix_line),
		.scratch_bytes = prefix_order_scratch_bytes(n_rows) +
	                         prefix_build_scratch_bytes(n_rows),
	};
}

// Roots behind the table itself, and lines behind them.
static void lay_out(struct prefix_table *table, const struct prefix_row *rows, uint32_t n_rows)
{
	uint32_t counts[N_FAMILIES], n_roots = 0;

	count_rows(rows, n_rows, counts);
	for (uint32_t i = 0; i < N_FAMILIES; i++) {
		table->root_bits[i] = root_bits_for(counts[i]);
		table->first_root[i] = n_roots;
		n_roots += UINT32_C(1) << table->root_bits[i];
	}
	table->roots = (const uint32_t *)((const uint8_t *)table + HEADER_BYTES);
	table->lines = (const struct prefix_line *)(table->roots + n_roots);
	table->n_lines = 0;
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
	lay_out(table, rows, n_rows);
	prefix_table_build(table, (uint8_t *)scratch + prefix_order_scratch_bytes(n_rows), rows,
	                   n_rows, order);
	return table;
}
