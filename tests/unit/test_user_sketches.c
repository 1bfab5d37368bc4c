#include "test_all.h"

#include <stdlib.h>
#include <string.h>

#include "proto/siphash.h"

#include "probe/meter/user_sketches.h"

enum {
	N_SETS = 7,
	MAX_HASHES = 40000,
};

struct store {
	struct user_sketches sketches;
	struct user_set sets[N_SETS];
	void *blocks;
};

static struct store *store_new(void)
{
	struct store *store = calloc(1, sizeof(*store));

	assert_non_null(store);
	store->blocks = aligned_alloc(64, user_sketches_block_bytes(N_SETS));
	assert_non_null(store->blocks);
	// Blocks may hold anything.
	memset(store->blocks, 0xa5, user_sketches_block_bytes(N_SETS));
	user_sketches_init(&store->sketches, store->sets, store->blocks);
	return store;
}

static void store_free(struct store *store)
{
	free(store->blocks);
	free(store);
}

static uint64_t hash_of(uint32_t number)
{
	static const struct siphash_key key = {5, 6};

	return siphash_2_4(&key, &number, sizeof(number));
}

// What a set must be, by the one operation every back end shares.
struct expected {
	struct sketch grades[N_GRADES];
};

static void add_both(struct store *store, struct expected *expected, uint32_t set, uint64_t hash,
                     uint32_t grades)
{
	user_sketches_add(&store->sketches, set, hash, grades);
	for (int grade = 0; grade < N_GRADES; grade++)
		if (grades >> grade & 1)
			sketch_add(&expected->grades[grade], hash);
}

static void expect_equal(const struct store *store, uint32_t set, const struct expected *expected)
{
	static const struct sketch nothing;

	for (int grade = 0; grade < N_GRADES; grade++) {
		struct sketch merged = {0};
		bool any = user_sketches_merge(&store->sketches, set, (enum grade)grade, &merged);

		assert_memory_equal(&merged, &expected->grades[grade], sizeof(merged));
		assert_int_equal(any, memcmp(&merged, &nothing, sizeof(merged)) != 0);
	}
}

// Checked often while a set is small, and whenever it has taken another form.
static void a_set_of_any_size_is_the_sketch_of_its_hashes(void **state)
{
	struct store *store = store_new();
	struct expected *expected = calloc(1, sizeof(*expected));
	uint32_t n_forms = 0, form = USER_SET_EMPTY;

	for (uint32_t i = 0; i < MAX_HASHES; i++) {
		// Half of the users are confirmed, some before they are noted as having sent.
		uint32_t grades = 1 + (uint32_t)(hash_of(~i) % 3);

		user_sketches_prefetch(&store->sketches, 3, hash_of(i), grades);
		add_both(store, expected, 3, hash_of(i), grades);
		if (i < 100 || i % 5000 == 0 || store->sets[3].form != form)
			expect_equal(store, 3, expected);
		n_forms += store->sets[3].form != form;
		form = store->sets[3].form;
	}
	expect_equal(store, 3, expected);
	assert_int_equal(n_forms, N_USER_SET_FORMS - 1);
	assert_int_equal(form, USER_SET_DENSE);
	free(expected);
	store_free(store);
}

static void hashes_in_any_order_and_again_change_nothing(void **state)
{
	struct store *store = store_new();
	struct expected *expected = calloc(1, sizeof(*expected));

	for (uint32_t i = 0; i < 5000; i++)
		add_both(store, expected, 0, hash_of(i), 1 << GRADE_SENT);
	for (uint32_t i = 5000; i-- > 0;)
		add_both(store, expected, 1, hash_of(i), 1 << GRADE_SENT);
	for (uint32_t i = 0; i < 5000; i++)
		add_both(store, expected, 1, hash_of(i / 2), 1 << GRADE_SENT);
	expect_equal(store, 0, expected);
	expect_equal(store, 1, expected);
	free(expected);
	store_free(store);
}

// Sets take over blocks that others have outgrown; none may show what those held.
static void sets_that_grow_by_turns_do_not_mix(void **state)
{
	struct store *store = store_new();
	struct expected *expected = calloc(N_SETS, sizeof(*expected));

	for (uint32_t i = 0; i < MAX_HASHES; i++) {
		uint32_t one = (uint32_t)(hash_of(~i) % N_SETS);
		uint32_t other = (uint32_t)(hash_of(~i) >> 32) % N_SETS;
		// Uneven: the first set gets many, the last few.
		uint32_t set = one < other ? one : other;

		add_both(store, &expected[set], set, hash_of(i), 1 + i % 3);
	}
	for (uint32_t set = 0; set < N_SETS; set++)
		expect_equal(store, set, &expected[set]);
	free(expected);
	store_free(store);
}

static void the_worst_case_fits_the_memory_asked_for(void **state)
{
	struct store *store = store_new();

	for (uint32_t i = 0; i < 3000; i++)
		for (uint32_t set = 0; set < N_SETS; set++)
			user_sketches_add(&store->sketches, set, hash_of(i), 1 << GRADE_SENT);
	for (uint32_t set = 0; set < N_SETS; set++)
		assert_int_equal(store->sets[set].form, USER_SET_DENSE);
	assert_true(user_sketches_bytes(&store->sketches) <= user_sketches_block_bytes(N_SETS));
	store_free(store);
}

static void what_is_forgotten_is_gone(void **state)
{
	struct store *store = store_new();
	struct expected *expected = calloc(1, sizeof(*expected));
	struct sketch sketch = {0};

	for (uint32_t i = 0; i < 3000; i++)
		user_sketches_add(&store->sketches, i % N_SETS, hash_of(i), 3);
	user_sketches_reset(&store->sketches, N_SETS);
	for (uint32_t set = 0; set < N_SETS; set++)
		assert_false(user_sketches_merge(&store->sketches, set, GRADE_SENT, &sketch));
	assert_int_equal(user_sketches_bytes(&store->sketches), 0);
	assert_int_equal(store->sketches.n_registers[GRADE_SENT], 0);
	for (uint32_t i = 0; i < 100; i++)
		add_both(store, expected, 2, hash_of(i), 1 << GRADE_CONFIRMED);
	expect_equal(store, 2, expected);
	free(expected);
	store_free(store);
}

static uint64_t registers_of(const struct sketch *sketch)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		n += sketch_get(sketch, i) != 0;
	return n;
}

static void registers_are_counted_in_every_form(void **state)
{
	struct store *store = store_new();
	struct expected *expected = calloc(1, sizeof(*expected));

	for (uint32_t i = 0; i < MAX_HASHES; i++) {
		add_both(store, expected, 0, hash_of(i), 1 + i % 3);
		if (i % 4001 != 0)
			continue;
		for (int grade = 0; grade < N_GRADES; grade++)
			assert_int_equal(store->sketches.n_registers[grade],
			                 registers_of(&expected->grades[grade]));
	}
	free(expected);
	store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_of_any_size_is_the_sketch_of_its_hashes),
		cmocka_unit_test(hashes_in_any_order_and_again_change_nothing),
		cmocka_unit_test(sets_that_grow_by_turns_do_not_mix),
		cmocka_unit_test(the_worst_case_fits_the_memory_asked_for),
		cmocka_unit_test(what_is_forgotten_is_gone),
		cmocka_unit_test(registers_are_counted_in_every_form),
	};

	return cmocka_run_group_tests_name("user_sketches", tests, NULL, NULL);
}
