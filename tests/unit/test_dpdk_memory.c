#include "test_all.h"

#include "probe/source/dpdk_memory.h"

static void a_queue_has_buffers_for_its_ring_and_as_many_again(void **state)
{
	assert_int_equal(dpdk_n_buffers(1, 0), 8192);
	assert_int_equal(dpdk_n_buffers(3, 0), 3 * 8192);
}

static void workers_that_pass_frames_have_a_ring_to_every_other_one(void **state)
{
	assert_int_equal(dpdk_n_buffers(1, 1), 8192);
	assert_int_equal(dpdk_n_buffers(1, 2), 8192 + 2 * (4096 + 32));
	assert_int_equal(dpdk_n_buffers(4, 4), 4 * 8192 + 12 * (1024 + 32));
	assert_int_equal(dpdk_n_buffers(1, 16), 8192 + 240 * (256 + 32));
}

static void memory_is_for_all_buffers_and_dpdk_itself(void **state)
{
	assert_int_equal(dpdk_huge_mib(dpdk_n_buffers(1, 0)), 37);
	assert_int_equal(dpdk_ordinary_mib(dpdk_n_buffers(1, 0)), 97);
	assert_int_equal(dpdk_huge_mib(dpdk_n_buffers(1, 4)), 67);
	assert_int_equal(dpdk_ordinary_mib(dpdk_n_buffers(1, 4)), 146);
	// More than 32 bits can tell.
	assert_int_equal(dpdk_huge_mib(dpdk_n_buffers(64, 64)), 4132);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_has_buffers_for_its_ring_and_as_many_again),
		cmocka_unit_test(workers_that_pass_frames_have_a_ring_to_every_other_one),
		cmocka_unit_test(memory_is_for_all_buffers_and_dpdk_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
