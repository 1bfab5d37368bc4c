#include "test_all.h"

#include <string.h>

#include "proto/arena.h"

static void memory_is_zeroed_and_aligned(void **state)
{
	static const uint8_t zeros[24];
	struct arena arena;

	(void)state;
	assert_int_equal(arena_init(&arena, 200), 0);
	for (int i = 0; i < 4; i++) {
		uint8_t *memory = arena_take(&arena, 24);

		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % ARENA_ALIGNMENT, 0);
		assert_memory_equal(memory, zeros, sizeof(zeros));
		memset(memory, 0xff, 24);
	}
	arena_fini(&arena);
}

static void the_last_byte_can_be_taken_and_not_one_more(void **state)
{
	struct arena arena;

	(void)state;
	assert_int_equal(arena_init(&arena, 33), 0);
	assert_non_null(arena_take(&arena, 1));
	assert_non_null(arena_take(&arena, 17));
	assert_false(arena.exhausted);
	assert_null(arena_take(&arena, 1));
	assert_true(arena.exhausted);
	arena_fini(&arena);
}

static void a_size_that_would_wrap_around_is_refused(void **state)
{
	struct arena arena;

	(void)state;
	assert_int_equal(arena_init(&arena, 64), 0);
	assert_non_null(arena_take(&arena, 8));
	assert_null(arena_take(&arena, SIZE_MAX));
	assert_null(arena_take(&arena, SIZE_MAX - 15));
	assert_non_null(arena_take(&arena, 48));
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(the_last_byte_can_be_taken_and_not_one_more),
		cmocka_unit_test(a_size_that_would_wrap_around_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
