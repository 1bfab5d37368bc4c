#include "test_all.h"

#include "probe/memory.h"

#include "vm_flags.h"

static void what_meters_hold_is_in_no_core_dump(void **state)
{
	size_t n_bytes = 1 << 21;
	char *memory = memory_take(n_bytes);

	assert_non_null(memory);
	assert_true(vm_has_flag(memory, " dd"));
	assert_true(vm_has_flag(memory + n_bytes - 1, " dd"));
	assert_false(vm_has_flag(&n_bytes, " dd"));
	memory_give_back(memory, n_bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_meters_hold_is_in_no_core_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
