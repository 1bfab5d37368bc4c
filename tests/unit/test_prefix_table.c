#include "test_all.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/prefix_table.h"
#include "tests/gen/prefix_set.h"

#include "prefix_naive.h"

enum {
	RED_ZONE_BYTES = 4096,
	RED = 0xa5,
	MAX_RANDOM_ROWS = 48,
	MANY_QUERIES = 200, // more than PREFIX_MAX_BURST
	MILLION = 1000000,
};

// A table in memory of the size asked for.
struct built {
	uint8_t *memory;
	const struct prefix_table *table;
	enum prefix_fault fault;
	struct prefix_fault_place place;
};

// Zeroed, with a red zone behind.
static uint8_t *red_memory(size_t n_bytes)
{
	uint8_t *memory = aligned_alloc(64, (n_bytes + RED_ZONE_BYTES + 63) / 64 * 64);

	assert_non_null(memory);
	memset(memory, 0, n_bytes);
	memset(memory + n_bytes, RED, RED_ZONE_BYTES);
	return memory;
}

static void assert_red(const uint8_t *memory, size_t n_bytes)
{
	for (size_t i = 0; i < RED_ZONE_BYTES; i++)
		assert_true(memory[n_bytes + i] == RED);
}

static struct built built_from(const struct prefix_row *rows, uint32_t n_rows)
{
	struct prefix_size size = prefix_table_size(rows, n_rows);
	uint8_t *scratch = red_memory(size.scratch_bytes);
	struct built built = {.memory = red_memory(size.table_bytes)};

	built.table = prefix_table_init(built.memory, scratch, rows, n_rows, &built.fault,
	                                &built.place);
	assert_red(built.memory, size.table_bytes);
	assert_red(scratch, size.scratch_bytes);
	// The table needs neither the rows nor this any more.
	memset(scratch, RED, size.scratch_bytes);
	free(scratch);
	if (built.table)
		assert_in_range(prefix_table_bytes(built.table), 1, size.table_bytes);
	return built;
}

static struct prefix_row row_of(const char *address, uint8_t length, uint32_t value)
{
	bool is_ipv6 = strchr(address, ':') != NULL;
	struct prefix_row row = {
		.family = is_ipv6 ? FAMILY_IPV6 : FAMILY_IPV4, .length = length, .value = value};

	assert_int_equal(inet_pton(is_ipv6 ? AF_INET6 : AF_INET, address, row.address), 1);
	return row;
}

static uint32_t found(const struct built *built, const char *address)
{
	struct prefix_row row = row_of(address, 0, 0);

	return prefix_table_find(built->table, (enum family)row.family, row.address);
}

static void the_longest_prefix_has_the_answer(void **state)
{
	const struct prefix_row rows[] = {
		row_of("2001:db8:1::", 48, 1),
		row_of("2001:db8::", 32, 2),
		row_of("2001:db8:1:8000::", 49, 3),
		row_of("2001:db8:1:8000::5", 128, 4),
		row_of("10.0.0.0", 8, 5),
		row_of("10.1.0.0", 16, 6),
		row_of("10.1.2.0", 24, 7),
		row_of("10.1.2.3", 32, 8),
		row_of("2001:db8:1:8000:1::", 80, 9),
		row_of("10.1.2.2", 31, 10),
	};
	struct built built = built_from(rows, sizeof(rows) / sizeof(rows[0]));

	assert_int_equal(built.fault, PREFIX_SOUND);
	assert_int_equal(found(&built, "2001:db8::"), 2);
	assert_int_equal(found(&built, "2001:db8:1::"), 1);
	assert_int_equal(found(&built, "2001:db8:1:7fff:ffff:ffff:ffff:ffff"), 1);
	assert_int_equal(found(&built, "2001:db8:1:8000::4"), 3);
	assert_int_equal(found(&built, "2001:db8:1:8000::5"), 4);
	assert_int_equal(found(&built, "2001:db8:1:8000::6"), 3);
	assert_int_equal(found(&built, "2001:db8:1:8000:1:ffff::"), 9);
	assert_int_equal(found(&built, "2001:db8:2::"), 2);
	assert_int_equal(found(&built, "2001:db9::"), PREFIX_NONE);
	assert_int_equal(found(&built, "10.255.255.255"), 5);
	assert_int_equal(found(&built, "10.1.3.0"), 6);
	assert_int_equal(found(&built, "10.1.2.4"), 7);
	assert_int_equal(found(&built, "10.1.2.3"), 8);
	assert_int_equal(found(&built, "10.1.2.2"), 10);
	assert_int_equal(found(&built, "11.0.0.0"), PREFIX_NONE);
	free(built.memory);
}

static void an_empty_table_answers_nothing(void **state)
{
	struct built built = built_from(NULL, 0);

	assert_int_equal(built.fault, PREFIX_SOUND);
	assert_int_equal(found(&built, "0.0.0.0"), PREFIX_NONE);
	assert_int_equal(found(&built, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), PREFIX_NONE);
	free(built.memory);
}

static void a_default_row_answers_for_its_family_alone(void **state)
{
	const struct prefix_row rows[] = {row_of("::", 0, 2), row_of("2400::", 12, 1)};
	struct built built = built_from(rows, 2);

	assert_int_equal(found(&built, "::"), 2);
	assert_int_equal(found(&built, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 2);
	assert_int_equal(found(&built, "240f:ffff::"), 1);
	assert_int_equal(found(&built, "1.2.3.4"), PREFIX_NONE);
	free(built.memory);
}

static void the_largest_value_is_an_answer_too(void **state)
{
	const struct prefix_row rows[] = {row_of("::", 0, PREFIX_MAX_VALUE),
	                                  row_of("1.2.3.4", 32, PREFIX_MAX_VALUE)};
	struct built built = built_from(rows, 2);

	assert_int_equal(found(&built, "2001:db8::"), PREFIX_MAX_VALUE);
	assert_int_equal(found(&built, "1.2.3.4"), PREFIX_MAX_VALUE);
	free(built.memory);
}

// The one that comes first in the list of all that repeat, however far from what it repeats.
static void a_repeated_row_is_named(void **state)
{
	struct prefix_row rows[] = {
		row_of("2001:db8::", 32, 1), row_of("10.0.0.0", 8, 2),
		row_of("2001:db8::", 33, 3), row_of("10.0.0.0", 9, 4),
		row_of("2001:db8::", 32, 5), row_of("10.0.0.0", 8, 2),
		row_of("2001:db8::", 32, 6),
	};
	struct built built = built_from(rows, 7);

	assert_int_equal(built.fault, PREFIX_REPEATED);
	assert_null(built.table);
	assert_int_equal(built.place.row, 4);
	assert_int_equal(built.place.first_row, 0);
	free(built.memory);
	built = built_from(rows + 1, 6);
	assert_int_equal(built.fault, PREFIX_REPEATED);
	assert_int_equal(built.place.row, 4);
	assert_int_equal(built.place.first_row, 0);
	free(built.memory);
}

static void expect_fault(const struct prefix_row *bad, enum prefix_fault expected)
{
	const struct prefix_row rows[] = {row_of("2001:db8::", 32, 1), *bad, *bad};
	struct built built = built_from(rows, 3);

	assert_null(built.table);
	assert_int_equal(built.fault, expected);
	assert_int_equal(built.place.row, 1);
	free(built.memory);
}

static void a_faulty_row_is_named(void **state)
{
	struct prefix_row row = row_of("2001:db8::1", 127, 1);

	expect_fault(&row, PREFIX_BITS_BEHIND);
	row = row_of("10.0.0.1", 31, 1);
	expect_fault(&row, PREFIX_BITS_BEHIND);
	row = row_of("10.0.0.0", 32, 1);
	row.address[4] = 1;
	expect_fault(&row, PREFIX_BITS_BEHIND);
	row = row_of("10.0.0.0", 33, 1);
	expect_fault(&row, PREFIX_BAD_LENGTH);
	row = row_of("2001:db8::", 129, 1);
	expect_fault(&row, PREFIX_BAD_LENGTH);
	row = row_of("2001:db8::", 48, PREFIX_NONE);
	expect_fault(&row, PREFIX_BAD_VALUE);
	row = row_of("2001:db8::", 48, PREFIX_MAX_VALUE + 1u);
	expect_fault(&row, PREFIX_BAD_VALUE);
	row.family = N_FAMILIES;
	expect_fault(&row, PREFIX_BAD_FAMILY);
}

// Another length, and an address that shares its first bits with one of a few.
static struct prefix_row random_row(struct random *random, uint32_t value)
{
	struct prefix_row row = {.family = (uint8_t)random_below(random, N_FAMILIES),
	                         .value = value};
	uint32_t n_shared = random_below(random, 17);
	uint32_t pattern = random_below(random, 3);

	row.length = (uint8_t)random_below(random, row.family == FAMILY_IPV4 ? 33 : 129);
	for (uint32_t i = 0; i < 16; i++)
		row.address[i] = i < n_shared ? (uint8_t)(pattern * 0x7f)
		                              : (uint8_t)random_bits(random);
	if (row.family == FAMILY_IPV4)
		memset(row.address + 4, 0, 12);
	prefix_row_cut(&row);
	return row;
}

// Different rows; as many values as rows, or few, so that neighbours often have the same.
static uint32_t random_rows(struct random *random, struct prefix_row *rows)
{
	uint32_t n_wanted = random_below(random, MAX_RANDOM_ROWS + 1), n = 0;
	uint32_t n_values = random_below(random, 2) ? MAX_RANDOM_ROWS : 2;

	for (uint32_t i = 0; i < n_wanted; i++) {
		bool is_new = true;

		rows[n] = random_row(random, 1 + i % n_values);
		for (uint32_t other = 0; other < n; other++)
			is_new &= rows[other].family != rows[n].family ||
			          rows[other].length != rows[n].length ||
			          memcmp(rows[other].address, rows[n].address, 16) != 0;
		n += is_new;
	}
	return n;
}

struct query {
	enum family family;
	uint8_t address[16];
};

// Singly and in a burst.
static void check_queries(const struct built *built, const struct prefix_row *rows, uint32_t n_rows,
                          const struct query *queries, uint32_t n_queries)
{
	struct prefix_search searches[MANY_QUERIES];

	for (uint32_t i = 0; i < n_queries; i++)
		prefix_search_begin(&searches[i], built->table, queries[i].family,
		                    queries[i].address);
	prefix_table_find_burst(built->table, searches, n_queries);
	for (uint32_t i = 0; i < n_queries; i++) {
		const struct query *query = &queries[i];
		uint32_t expected = prefix_naive_find(rows, n_rows, query->family, query->address);

		assert_int_equal(searches[i].found, expected);
		assert_int_equal(prefix_table_find(built->table, query->family, query->address),
		                 expected);
	}
}

// The first and the last address of a row, their neighbours, one within, and one anywhere.
static void check_around(const struct built *built, const struct prefix_row *rows, uint32_t n_rows,
                         const struct prefix_row *row, struct random *random)
{
	struct query queries[6];

	for (uint32_t i = 0; i < 6; i++)
		queries[i].family = (enum family)row->family;
	memcpy(queries[0].address, row->address, 16);
	memcpy(queries[1].address, row->address, 16);
	prefix_address_step(queries[1].address, queries[1].family, false);
	prefix_row_last(row, queries[2].address);
	prefix_row_last(row, queries[3].address);
	prefix_address_step(queries[3].address, queries[3].family, true);
	prefix_set_address(random, row, queries[4].address);
	for (uint32_t i = 0; i < 16; i++)
		queries[5].address[i] = (uint8_t)random_bits(random);
	check_queries(built, rows, n_rows, queries, 6);
}

static void random_tables_answer_as_a_search_of_all_rows(void **state)
{
	struct prefix_row rows[MAX_RANDOM_ROWS];
	struct random random = {7};

	for (int round = 0; round < 4000; round++) {
		uint32_t n_rows = random_rows(&random, rows);
		struct built built = built_from(rows, n_rows);

		assert_int_equal(built.fault, PREFIX_SOUND);
		for (uint32_t i = 0; i < n_rows; i++)
			check_around(&built, rows, n_rows, &rows[i], &random);
		free(built.memory);
	}
}

// A row of each length at the same place, and at the end of the one before.
static void rows_of_all_lengths_nest(void **state)
{
	struct prefix_row rows[2 * 129];
	struct random random = {8};

	for (int ones = 0; ones < 2; ones++) {
		uint32_t n_rows = 0;
		struct built built;

		for (uint32_t family = 0; family < N_FAMILIES; family++)
			for (uint32_t length = 0; length <= (family == FAMILY_IPV4 ? 32 : 128);
			     length++) {
				struct prefix_row *row = &rows[n_rows];

				*row = (struct prefix_row){.family = (uint8_t)family,
				                           .length = (uint8_t)length,
				                           .value = ++n_rows};
				memset(row->address, ones ? 0xff : 0,
				       family == FAMILY_IPV4 ? 4 : 16);
				prefix_row_cut(row);
			}
		built = built_from(rows, n_rows);
		assert_int_equal(built.fault, PREFIX_SOUND);
		for (uint32_t i = 0; i < n_rows; i++)
			check_around(&built, rows, n_rows, &rows[i], &random);
		free(built.memory);
	}
}

// Rows with gaps between them, as many as fill a line, a level or begin the next one.
static void trees_of_any_height_are_whole(void **state)
{
	enum {
		MAX_ROWS = 8 * 16 * 16 + 40
	};
	static struct prefix_row rows[MAX_ROWS];

	for (uint32_t n_rows = 1; n_rows < MAX_ROWS; n_rows += n_rows < 300 ? 1 : 37) {
		struct built built;

		for (uint32_t i = 0; i < n_rows; i++) {
			rows[i] = row_of("2001:db8::", 48, i + 1);
			rows[i].address[4] = (uint8_t)((2 * i) >> 8);
			rows[i].address[5] = (uint8_t)(2 * i);
		}
		built = built_from(rows, n_rows);
		assert_int_equal(built.fault, PREFIX_SOUND);
		for (uint32_t i = 0; i < n_rows; i++) {
			uint8_t address[16];

			prefix_row_last(&rows[i], address);
			assert_int_equal(prefix_table_find(built.table, FAMILY_IPV6, address),
			                 i + 1);
			prefix_address_step(address, FAMILY_IPV6, true);
			assert_int_equal(prefix_table_find(built.table, FAMILY_IPV6, address),
			                 PREFIX_NONE);
		}
		free(built.memory);
	}
}

// Both families, with answers from one line to the last piece.
static void draw_queries(struct random *random, const struct prefix_row *rows, uint32_t n_rows,
                         struct query *ret_queries, uint32_t n_queries)
{
	for (uint32_t i = 0; i < n_queries; i++) {
		const struct prefix_row *row = &rows[random_below(random, n_rows)];

		ret_queries[i].family = (enum family)row->family;
		prefix_set_address(random, row, ret_queries[i].address);
	}
}

// Bursts of all sizes, and more searches than one burst holds.
static void a_burst_answers_each_for_itself(void **state)
{
	static struct prefix_row rows[2000];
	struct query queries[MANY_QUERIES];
	struct random random = {9};
	struct built built;

	prefix_set_make(rows, 1000, FAMILY_IPV4, 1);
	prefix_set_make(rows + 1000, 1000, FAMILY_IPV6, 2);
	built = built_from(rows, 2000);
	assert_int_equal(built.fault, PREFIX_SOUND);
	for (uint32_t n = 0; n <= PREFIX_MAX_BURST; n++) {
		draw_queries(&random, rows, 2000, queries, n);
		check_queries(&built, rows, 2000, queries, n);
	}
	draw_queries(&random, rows, 2000, queries, MANY_QUERIES);
	check_queries(&built, rows, 2000, queries, MANY_QUERIES);
	free(built.memory);
}

static bool is_prefix_of(const struct prefix_row *a, const struct prefix_row *b)
{
	return a->length < b->length && prefix_naive_covers(a, (enum family)b->family, b->address);
}

// A million rows of both families in a bound of memory. The first address of a row is answered by
// that row or by a longer one that begins there too.
static void a_million_rows_take_little_memory(void **state)
{
	struct prefix_row *rows = malloc(2 * MILLION * sizeof(*rows));
	struct built built;

	assert_non_null(rows);
	prefix_set_make(rows, MILLION, FAMILY_IPV6, 3);
	prefix_set_make(rows + MILLION, MILLION, FAMILY_IPV4, 4);
	for (uint32_t i = 0; i < MILLION; i++)
		rows[MILLION + i].value += MILLION;
	built = built_from(rows, 2 * MILLION);
	assert_int_equal(built.fault, PREFIX_SOUND);
	assert_in_range(prefix_table_size(rows, 2 * MILLION).table_bytes, 1, 240 << 20);
	assert_in_range(prefix_table_bytes(built.table), 1, 170 << 20);
	for (uint32_t i = 0; i < 2 * MILLION; i++) {
		uint32_t value = prefix_table_find(built.table, (enum family)rows[i].family,
		                                   rows[i].address);

		assert_true(value == i + 1 ||
		            (value != PREFIX_NONE && is_prefix_of(&rows[i], &rows[value - 1])));
	}
	free(built.memory);
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_prefix_has_the_answer),
		cmocka_unit_test(an_empty_table_answers_nothing),
		cmocka_unit_test(a_default_row_answers_for_its_family_alone),
		cmocka_unit_test(the_largest_value_is_an_answer_too),
		cmocka_unit_test(a_repeated_row_is_named),
		cmocka_unit_test(a_faulty_row_is_named),
		cmocka_unit_test(random_tables_answer_as_a_search_of_all_rows),
		cmocka_unit_test(rows_of_all_lengths_nest),
		cmocka_unit_test(trees_of_any_height_are_whole),
		cmocka_unit_test(a_burst_answers_each_for_itself),
		cmocka_unit_test(a_million_rows_take_little_memory),
	};

	return cmocka_run_group_tests_name("prefix_table", tests, NULL, NULL);
}
