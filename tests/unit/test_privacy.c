#include "test_all.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "collector/rollup/privacy.h"

enum {
	K = 100,
	MAX_LEAVES = 4096,
	MAX_EQUATIONS = 80,
	MAX_HIDDEN = 200,
};

static struct privacy_leaf leaves[MAX_LEAVES];
static struct privacy_table table;

static struct privacy_leaf leaf_of(uint32_t carrier, uint32_t region, uint32_t access,
                                   uint64_t users)
{
	return (struct privacy_leaf){.places = {carrier, region, access}, .users = users};
}

static void protect(size_t n_leaves, size_t n_carriers, size_t n_regions, size_t n_accesses,
                    uint64_t threshold)
{
	const size_t n_places[] = {n_carriers, n_regions, n_accesses};

	assert_int_equal(privacy_table_init(&table, leaves, n_leaves, n_places), 0);
	assert_int_equal(privacy_protect(&table, threshold), 0);
}

static enum privacy_mark sum_mark(enum privacy_dimension dimension, size_t place)
{
	return privacy_table_sum(&table, dimension, place)->mark;
}

// The shown sums as equations over the hidden leaves, in doubles: another way than the program's.
struct equations {
	size_t n, n_columns;
	double rows[MAX_EQUATIONS][MAX_HIDDEN];
};

static size_t column_of(size_t leaf)
{
	size_t column = 0;

	for (size_t i = 0; i < leaf; i++)
		column += leaves[i].mark != PRIVACY_SHOWN;
	return column;
}

static void set_row(double *row, const struct privacy_sum *sum)
{
	memset(row, 0, MAX_HIDDEN * sizeof(*row));
	for (size_t i = 0; i < sum->n_leaves; i++)
		if (leaves[sum->leaves[i]].mark != PRIVACY_SHOWN)
			row[column_of(sum->leaves[i])] = 1;
}

static void subtract(double *row, const double *other, double factor, size_t n)
{
	for (size_t i = 0; i < n; i++)
		row[i] -= factor * other[i];
}

static double norm(const double *row, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += row[i] * row[i];
	return sum;
}

static double product(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

// Gram and Schmidt, twice: what is left of a row when all it has of the others is taken away.
static double distance(const struct equations *equations, double *row)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < equations->n; i++)
			subtract(row, equations->rows[i],
			         product(row, equations->rows[i], equations->n_columns),
			         equations->n_columns);
	return norm(row, equations->n_columns);
}

static void add_equation(struct equations *equations, const struct privacy_sum *sum)
{
	double *row = equations->rows[equations->n];
	double length;

	assert_true(equations->n < MAX_EQUATIONS);
	set_row(row, sum);
	length = distance(equations, row);
	if (length < 1e-9)
		return;
	for (size_t i = 0; i < equations->n_columns; i++)
		row[i] /= sqrt(length);
	equations->n++;
}

static void assert_nothing_can_be_computed(void)
{
	static struct equations equations;
	double row[MAX_HIDDEN];

	equations.n = 0;
	equations.n_columns = column_of(table.n_leaves);
	assert_true(equations.n_columns <= MAX_HIDDEN);
	for (size_t i = 0; i < table.n_sums; i++)
		if (table.sums[i].mark == PRIVACY_SHOWN)
			add_equation(&equations, &table.sums[i]);
	for (size_t i = 0; i < table.n_leaves; i++) {
		if (leaves[i].mark == PRIVACY_SHOWN)
			continue;
		memset(row, 0, sizeof(row));
		row[column_of(i)] = 1;
		assert_true(distance(&equations, row) > 1e-6);
	}
	for (size_t i = 0; i < table.n_sums; i++) {
		if (table.sums[i].mark == PRIVACY_SHOWN || table.sums[0].mark != PRIVACY_SHOWN)
			continue;
		set_row(row, &table.sums[i]);
		assert_true(distance(&equations, row) > 1e-6);
	}
}

static void assert_small_are_hidden_and_the_total_is_not(uint64_t threshold)
{
	for (size_t i = 0; i < table.n_leaves; i++)
		assert_true(leaves[i].users >= threshold || leaves[i].mark != PRIVACY_SHOWN);
	for (size_t i = 0; i < table.n_sums; i++)
		assert_true(table.sums[i].users >= threshold ||
		            table.sums[i].mark != PRIVACY_SHOWN);
	assert_int_equal(table.sums[0].mark,
	                 table.sums[0].users < threshold ? PRIVACY_UNDER : PRIVACY_SHOWN);
}

// Hidden parts of a shown sum: together they could be shown, and each small one could be anything
// under the threshold, if a withheld one is at least as large as that.
static void assert_parts_are_not_bounded(const struct privacy_sum *sum, uint64_t threshold)
{
	uint64_t users = 0, n_under = 0, n_withheld = 0;

	for (size_t i = 0; i < sum->n_leaves; i++) {
		const struct privacy_leaf *leaf = &leaves[sum->leaves[i]];

		if (leaf->mark != PRIVACY_SHOWN)
			users += leaf->users;
		n_under += leaf->mark == PRIVACY_UNDER;
		n_withheld += leaf->mark == PRIVACY_WITHHELD;
	}
	assert_true(n_under + n_withheld == 0 || users >= threshold);
	if (n_under > 0 && n_withheld > 0)
		assert_true(users - n_withheld * threshold >= threshold);
	if (n_under > 0 && n_withheld == 0)
		assert_true(users <= (n_under - 1) * (threshold - 1));
}

static void assert_no_rest_is_small(uint64_t threshold)
{
	for (size_t i = 0; i < table.n_sums; i++)
		if (table.sums[i].mark == PRIVACY_SHOWN)
			assert_parts_are_not_bounded(&table.sums[i], threshold);
}

static void assert_private(uint64_t threshold)
{
	assert_small_are_hidden_and_the_total_is_not(threshold);
	assert_nothing_can_be_computed();
	assert_no_rest_is_small(threshold);
}

static void large_cells_are_all_shown(void **state)
{
	(void)state;
	leaves[0] = leaf_of(0, 0, 0, 100);
	leaves[1] = leaf_of(0, 0, 1, 1000);
	protect(2, 1, 1, 2, K);
	assert_int_equal(leaves[0].mark, PRIVACY_SHOWN);
	assert_int_equal(leaves[1].mark, PRIVACY_SHOWN);
	assert_int_equal(sum_mark(PRIVACY_ACCESS, 0), PRIVACY_SHOWN);
	privacy_table_fini(&table);
}

static void without_a_threshold_nothing_is_hidden(void **state)
{
	(void)state;
	leaves[0] = leaf_of(0, 0, 0, 0);
	leaves[1] = leaf_of(0, 0, 1, 1);
	protect(2, 1, 1, 2, 0);
	assert_int_equal(leaves[0].mark, PRIVACY_SHOWN);
	assert_int_equal(table.sums[0].mark, PRIVACY_SHOWN);
	privacy_table_fini(&table);
}

static void a_small_table_is_under_the_threshold_throughout(void **state)
{
	(void)state;
	leaves[0] = leaf_of(0, 0, 0, 0);
	leaves[1] = leaf_of(1, 0, 0, 99);
	protect(2, 2, 1, 1, K);
	for (size_t i = 0; i < table.n_sums; i++)
		assert_int_equal(table.sums[i].mark, PRIVACY_UNDER);
	assert_int_equal(leaves[1].mark, PRIVACY_UNDER);
	privacy_table_fini(&table);
}

static void an_empty_table_is_no_error(void **state)
{
	(void)state;
	protect(0, 0, 0, 0, K);
	assert_int_equal(table.sums[0].mark, PRIVACY_UNDER);
	privacy_table_fini(&table);
}

// The naive rule hides 40 alone, and the reader takes 1,000 from 1,040.
static void one_hidden_cell_is_not_the_rest_of_its_total(void **state)
{
	(void)state;
	leaves[0] = leaf_of(0, 0, 0, 40);
	leaves[1] = leaf_of(0, 0, 1, 1000);
	protect(2, 1, 1, 2, K);
	assert_int_equal(leaves[0].mark, PRIVACY_UNDER);
	assert_int_equal(leaves[1].mark, PRIVACY_WITHHELD);
	assert_int_equal(sum_mark(PRIVACY_ACCESS, 0), PRIVACY_UNDER);
	assert_int_equal(sum_mark(PRIVACY_ACCESS, 1), PRIVACY_WITHHELD);
	assert_int_equal(sum_mark(PRIVACY_CARRIER, 0), PRIVACY_SHOWN);
	assert_private(K);
	privacy_table_fini(&table);
}

// Both cells of 20 are hidden, no single one follows, but together they are 40.
static void two_small_cells_are_not_a_small_rest_together(void **state)
{
	(void)state;
	leaves[0] = leaf_of(0, 0, 0, 20);
	leaves[1] = leaf_of(0, 1, 0, 20);
	leaves[2] = leaf_of(0, 2, 0, 5000);
	leaves[3] = leaf_of(0, 3, 0, 9000);
	protect(4, 1, 4, 1, K);
	assert_int_equal(leaves[2].mark, PRIVACY_WITHHELD);
	assert_int_equal(leaves[3].mark, PRIVACY_SHOWN);
	assert_private(K);
	privacy_table_fini(&table);
}

// Two cells that are both said to be under 100 and sum up to 198 are 99 each.
static void small_cells_near_the_threshold_are_not_given_away_by_their_sum(void **state)
{
	(void)state;
	leaves[0] = leaf_of(0, 0, 0, 99);
	leaves[1] = leaf_of(0, 1, 0, 99);
	leaves[2] = leaf_of(1, 0, 0, 700);
	leaves[3] = leaf_of(1, 1, 0, 800);
	protect(4, 2, 2, 1, K);
	// With carrier 0 the two would be known; and then carrier 1 must go too.
	assert_int_equal(sum_mark(PRIVACY_CARRIER, 0), PRIVACY_WITHHELD);
	assert_int_equal(sum_mark(PRIVACY_CARRIER, 1), PRIVACY_WITHHELD);
	assert_private(K);
	privacy_table_fini(&table);
}

// A withheld cell is thought to be 100 at least: beside one of 120 a small one is at most 59,
// so a larger one must be withheld.
static void a_withheld_cell_leaves_room_for_any_small_one(void **state)
{
	(void)state;
	leaves[0] = leaf_of(0, 0, 0, 39);
	leaves[1] = leaf_of(0, 1, 0, 120);
	leaves[2] = leaf_of(0, 2, 0, 300);
	leaves[3] = leaf_of(0, 3, 0, 400);
	protect(4, 1, 4, 1, K);
	assert_int_equal(leaves[1].mark, PRIVACY_SHOWN);
	assert_int_equal(leaves[2].mark, PRIVACY_WITHHELD);
	assert_private(K);
	privacy_table_fini(&table);
}

static void where_all_is_small_nothing_is_said_of_any(void **state)
{
	(void)state;
	leaves[0] = leaf_of(0, 0, 0, 99);
	leaves[1] = leaf_of(0, 1, 0, 99);
	protect(2, 1, 2, 1, K);
	assert_int_equal(table.sums[0].mark, PRIVACY_SHOWN);
	assert_int_equal(leaves[0].mark, PRIVACY_WITHHELD);
	assert_int_equal(sum_mark(PRIVACY_REGION, 1), PRIVACY_WITHHELD);
	assert_private(K);
	privacy_table_fini(&table);
}

// Rows and columns each have two hidden cells or none, so rules that count hidden cells by sum are
// content. But carrier 0 less the region's mobile and fixed... follows from five sums at once.
static void combinations_of_several_sums_give_nothing_away(void **state)
{
	size_t n = 0;

	(void)state;
	for (uint32_t carrier = 0; carrier < 2; carrier++)
		for (uint32_t region = 0; region < 2; region++)
			for (uint32_t access = 0; access < 2; access++)
				leaves[n++] = leaf_of(carrier, region, access, 1000);
	leaves[0].users = leaves[1].users = 60;
	leaves[2].users = 60;
	protect(n, 2, 2, 2, K);
	assert_private(K);
	privacy_table_fini(&table);
}

// The table of docs/indicators.md: all four cells go, and all sums stay.
static void the_example_of_the_handbook_is_true(void **state)
{
	(void)state;
	leaves[0] = leaf_of(0, 0, 0, 40);
	leaves[1] = leaf_of(0, 0, 1, 5000);
	leaves[2] = leaf_of(1, 0, 0, 3000);
	leaves[3] = leaf_of(1, 0, 1, 9000);
	protect(4, 2, 1, 2, K);
	assert_int_equal(leaves[0].mark, PRIVACY_UNDER);
	for (size_t i = 1; i < 4; i++)
		assert_int_equal(leaves[i].mark, PRIVACY_WITHHELD);
	for (size_t i = 0; i < table.n_sums; i++)
		assert_int_equal(table.sums[i].mark, PRIVACY_SHOWN);
	assert_private(K);
	privacy_table_fini(&table);
}

static uint64_t random_state;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

// Users of very different orders of magnitude, many of them few.
static uint64_t random_users(void)
{
	return next_random() % (UINT64_C(1) << (next_random() % 24));
}

// A table in which each cell is there with that chance in 8; places without any get one.
static size_t random_table(const size_t n_places[3], uint64_t chance)
{
	size_t n = 0;

	for (uint32_t carrier = 0; carrier < n_places[0]; carrier++)
		for (uint32_t region = 0; region < n_places[1]; region++)
			for (uint32_t access = 0; access < n_places[2]; access++)
				if (next_random() % 8 < chance ||
				    (carrier == region % n_places[0] &&
				     access == region % n_places[2]) ||
				    region == (carrier + access) % n_places[1])
					leaves[n++] = leaf_of(carrier, region, access,
					                      random_users());
	return n;
}

static bool has_all_places(const size_t n_places[3], size_t n)
{
	for (int dimension = 0; dimension < 3; dimension++) {
		for (uint32_t place = 0; place < n_places[dimension]; place++) {
			size_t i = 0;

			while (i < n && leaves[i].places[dimension] != place)
				i++;
			if (i == n)
				return false;
		}
	}
	return true;
}

static void random_tables_give_nothing_away(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4000; seed++) {
		size_t n_places[3], n;

		random_state = seed * UINT64_C(0x9e3779b97f4a7c15);
		for (int dimension = 0; dimension < 3; dimension++)
			n_places[dimension] = 1 + next_random() % 5;
		n = random_table(n_places, next_random() % 9);
		if (!has_all_places(n_places, n))
			continue;
		protect(n, n_places[0], n_places[1], n_places[2], K);
		assert_private(K);
		privacy_table_fini(&table);
	}
}

static double timed_protect(size_t n, size_t n_carriers, size_t n_regions, size_t n_accesses)
{
	struct timespec before, after;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	protect(n, n_carriers, n_regions, n_accesses, K);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	return (double)(after.tv_sec - before.tv_sec) +
	       (double)(after.tv_nsec - before.tv_nsec) / 1e9;
}

static void assert_only_the_total_is_shown(void)
{
	assert_int_equal(table.sums[0].mark, PRIVACY_SHOWN);
	for (size_t i = 1; i < table.n_sums; i++)
		assert_int_equal(table.sums[i].mark, PRIVACY_WITHHELD);
	for (size_t i = 0; i < table.n_leaves; i++)
		assert_int_equal(leaves[i].mark, PRIVACY_WITHHELD);
}

static void a_table_too_wide_to_be_examined_shows_its_total_alone(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PRIVACY_MAX_SUMS; i++)
		leaves[i] = leaf_of(0, i, 0, 1000);
	protect(PRIVACY_MAX_SUMS, 1, PRIVACY_MAX_SUMS, 1, K);
	assert_only_the_total_is_shown();
	privacy_table_fini(&table);
}

// Many places with few cells each, of which one in a hundred is small: each round withholds one
// cell, and eliminates all anew. It takes 0.2 s; the bound is for sanitizers.
static void a_table_that_takes_too_long_to_examine_shows_its_total_alone(void **state)
{
	(void)state;
	random_state = 11;
	for (uint32_t i = 0; i < 1600; i++)
		leaves[i] = leaf_of(i / 400, i % 400, (i / 400 + i % 400) % 6,
		                    next_random() % 100 ? 5000 + next_random() % 100000 : 40);
	assert_true(timed_protect(1600, 4, 400, 6) < 10);
	assert_only_the_total_is_shown();
	privacy_table_fini(&table);
}

static double protect_seconds(size_t n_carriers, size_t n_regions, size_t n_accesses)
{
	const size_t n_places[] = {n_carriers, n_regions, n_accesses};
	double seconds;

	random_state = 7;
	seconds = timed_protect(random_table(n_places, 8), n_carriers, n_regions, n_accesses);
	assert_small_are_hidden_and_the_total_is_not(K);
	assert_no_rest_is_small(K);
	privacy_table_fini(&table);
	return seconds;
}

// Generous bounds, for a slow machine under sanitizers: without them a page refresh would wait.
static void the_largest_tables_take_bounded_time(void **state)
{
	double country = protect_seconds(4, 31, 6);
	double cube = protect_seconds(16, 16, 16);
	double flat = protect_seconds(1, 512, 8);
	double wide = protect_seconds(1, PRIVACY_MAX_SUMS, 6);

	(void)state;
	printf("# 744 cells %.4f s, 16 x 16 x 16 %.4f s, 512 x 8 %.4f s\n", country, cube, flat);
	assert_true(wide < 2);
	assert_true(country < 2);
	assert_true(cube < 20);
	assert_true(flat < 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_cells_are_all_shown),
		cmocka_unit_test(without_a_threshold_nothing_is_hidden),
		cmocka_unit_test(a_small_table_is_under_the_threshold_throughout),
		cmocka_unit_test(an_empty_table_is_no_error),
		cmocka_unit_test(one_hidden_cell_is_not_the_rest_of_its_total),
		cmocka_unit_test(two_small_cells_are_not_a_small_rest_together),
		cmocka_unit_test(small_cells_near_the_threshold_are_not_given_away_by_their_sum),
		cmocka_unit_test(a_withheld_cell_leaves_room_for_any_small_one),
		cmocka_unit_test(where_all_is_small_nothing_is_said_of_any),
		cmocka_unit_test(combinations_of_several_sums_give_nothing_away),
		cmocka_unit_test(the_example_of_the_handbook_is_true),
		cmocka_unit_test(random_tables_give_nothing_away),
		cmocka_unit_test(a_table_too_wide_to_be_examined_shows_its_total_alone),
		cmocka_unit_test(a_table_that_takes_too_long_to_examine_shows_its_total_alone),
		cmocka_unit_test(the_largest_tables_take_bounded_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
