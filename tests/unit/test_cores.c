#include "test_all.h"

#include "probe/source/cores.h"

static cpu_set_t set_of(int first, int last)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (int i = first; i <= last; i++)
		CPU_SET(i, &set);
	return set;
}

static void the_preset_leaves_one_processor_to_the_rest(void **state)
{
	cpu_set_t one = set_of(3, 3), two = set_of(0, 1), sixteen = set_of(0, 15);
	cpu_set_t many = set_of(0, 199);

	assert_int_equal(cores_preset(&one), 1);
	assert_int_equal(cores_preset(&two), 1);
	assert_int_equal(cores_preset(&sixteen), 15);
	assert_int_equal(cores_preset(&many), MAX_WORKERS);
}

static void workers_get_the_last_processors_one_each(void **state)
{
	cpu_set_t allowed = set_of(2, 7), others = set_of(2, 4);
	struct cores cores;

	cores_choose(&allowed, 3, &cores);
	assert_int_equal(cores.n_workers, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(cores.worker[i], 5 + i);
	assert_true(CPU_EQUAL(&cores.others, &others));
}

static void too_few_processors_are_shared_by_all(void **state)
{
	cpu_set_t allowed = set_of(4, 5);
	struct cores cores;

	cores_choose(&allowed, 3, &cores);
	assert_int_equal(cores.worker[0], 4);
	assert_int_equal(cores.worker[1], 5);
	assert_int_equal(cores.worker[2], 4);
	assert_true(CPU_EQUAL(&cores.others, &allowed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_preset_leaves_one_processor_to_the_rest),
		cmocka_unit_test(workers_get_the_last_processors_one_each),
		cmocka_unit_test(too_few_processors_are_shared_by_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
