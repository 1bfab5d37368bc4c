// Any rows as a plan: they are refused for a fault they have, or every address around them and in
// the rest of the input is answered as a search of all rows answers it, in the memory promised.
#include "fuzz_target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/prefix_table.h"
#include "tests/unit/prefix_naive.h"

enum {
	MAX_ROWS = 64,
	ROW_BYTES = 18,
	MAX_QUERIES = 32,
	QUERY_BYTES = 17,
	IS_RAW = 0x80, // of the first byte: rows are taken as they are
};

struct plan {
	struct prefix_row rows[MAX_ROWS];
	uint32_t n_rows;
	const struct prefix_table *table;
};

// Family, length, address. Unless it is raw, a row is made one that can be taken.
static struct prefix_row row_read(const uint8_t *bytes, bool is_raw, uint32_t value)
{
	struct prefix_row row = {.family = bytes[0], .length = bytes[1], .value = value};

	memcpy(row.address, bytes + 2, 16);
	if (is_raw)
		return row;
	row.family %= N_FAMILIES;
	row.length %= row.family == FAMILY_IPV4 ? 33 : 129;
	prefix_row_cut(&row);
	return row;
}

static bool is_same_prefix(const struct prefix_row *a, const struct prefix_row *b)
{
	return a->family == b->family && a->length == b->length &&
	       memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

static bool is_sound(const struct prefix_row *row)
{
	struct prefix_row cut = *row;

	if (row->family >= N_FAMILIES || row->length > (row->family == FAMILY_IPV4 ? 32 : 128))
		return false;
	prefix_row_cut(&cut);
	return is_same_prefix(row, &cut);
}

// The index of the first row that repeats another, or the number of rows.
static uint32_t first_repeated(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->n_rows; i++)
		for (uint32_t j = 0; j < i; j++)
			if (is_same_prefix(&plan->rows[i], &plan->rows[j]))
				return i;
	return plan->n_rows;
}

static void check_fault(const struct plan *plan, enum prefix_fault fault,
                        const struct prefix_fault_place *place)
{
	uint32_t first = 0;

	while (first < plan->n_rows && is_sound(&plan->rows[first]))
		first++;
	if (first == plan->n_rows)
		first = first_repeated(plan);
	assert((fault == PREFIX_SOUND) == (first == plan->n_rows));
	assert(fault == PREFIX_SOUND || place->row == first);
	assert((plan->table != NULL) == (fault == PREFIX_SOUND));
	assert(fault != PREFIX_REPEATED ||
	       is_same_prefix(&plan->rows[first], &plan->rows[place->first_row]));
}

static void check_address(const struct plan *plan, enum family family, const uint8_t *address)
{
	uint32_t expected = prefix_naive_find(plan->rows, plan->n_rows, family, address);
	struct prefix_search search;

	assert(prefix_table_find(plan->table, family, address) == expected);
	prefix_search_begin(&search, plan->table, family, address);
	prefix_table_find_burst(plan->table, &search, 1);
	assert(search.found == expected);
}

static void check_around(const struct plan *plan, const struct prefix_row *row)
{
	uint8_t address[16];

	memcpy(address, row->address, sizeof(address));
	check_address(plan, (enum family)row->family, address);
	prefix_address_step(address, (enum family)row->family, false);
	check_address(plan, (enum family)row->family, address);
	prefix_row_last(row, address);
	check_address(plan, (enum family)row->family, address);
	prefix_address_step(address, (enum family)row->family, true);
	check_address(plan, (enum family)row->family, address);
}

// Memory of exactly the size promised, so that a sanitizer sees a byte written behind it.
static void check_plan(struct plan *plan, const uint8_t *queries, size_t n_queries)
{
	struct prefix_size size = prefix_table_size(plan->rows, plan->n_rows);
	void *memory = aligned_alloc(64, size.table_bytes), *scratch = malloc(size.scratch_bytes);
	struct prefix_fault_place place = {0};
	enum prefix_fault fault;

	assert(memory && scratch);
	memset(memory, 0, size.table_bytes);
	plan->table = prefix_table_init(memory, scratch, plan->rows, plan->n_rows, &fault, &place);
	free(scratch);
	check_fault(plan, fault, &place);
	if (plan->table) {
		assert(prefix_table_bytes(plan->table) <= size.table_bytes);
		for (uint32_t i = 0; i < plan->n_rows; i++)
			check_around(plan, &plan->rows[i]);
		for (size_t i = 0; i < n_queries; i++)
			check_address(plan, (enum family)(queries[i * QUERY_BYTES] % N_FAMILIES),
			              queries + i * QUERY_BYTES + 1);
	}
	free(memory);
}

// Input: number of rows, rows of 18 bytes, addresses of 17.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	struct plan plan = {.n_rows = 0};
	size_t n_rows, n_queries;

	if (n_bytes < 1)
		return 0;
	n_rows = data[0] % MAX_ROWS + 1;
	if (n_rows > (n_bytes - 1) / ROW_BYTES)
		n_rows = (n_bytes - 1) / ROW_BYTES;
	for (size_t i = 0; i < n_rows; i++)
		plan.rows[plan.n_rows++] = row_read(data + 1 + i * ROW_BYTES, data[0] & IS_RAW,
		                                    (uint32_t)i + 1);
	n_queries = (n_bytes - 1 - n_rows * ROW_BYTES) / QUERY_BYTES;
	check_plan(&plan, data + 1 + n_rows * ROW_BYTES,
	           n_queries < MAX_QUERIES ? n_queries : MAX_QUERIES);
	return 0;
}
