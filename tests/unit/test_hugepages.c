#include "test_all.h"

#include <stdio.h>

#include "made_machine.h"

#include "probe/doctor/hugepages.h"

static void make_pool(const char *directory, unsigned int page_kib, const char *n_free,
                      const char *n_total)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/hugepages-%ukB/free_hugepages", directory, page_kib);
	machine_write(path, n_free);
	snprintf(path, sizeof(path), "%s/hugepages-%ukB/nr_hugepages", directory, page_kib);
	machine_write(path, n_total);
}

#define NODES "/sys/devices/system/node"

static void make_nodes(const char *free_0, const char *free_1)
{
	machine_write(NODES "/online", "0-1\n");
	make_pool(NODES "/node0/hugepages", 1048576, "0\n", "0\n");
	make_pool(NODES "/node0/hugepages", 2048, free_0, "64\n");
	make_pool(NODES "/node1/hugepages", 2048, free_1, "64\n");
}

static void each_node_is_told_with_each_size(void **state)
{
	const struct hugepages_need need = {37, 0};

	make_nodes("60\n", "3\n");
	assert_int_equal(hugepages_check(machine_root, &need, &machine_findings), 126);
	machine_assert_said(
		"ok  hugepages of node 0: found 60 of 64 free of 2048 kB, 0 of 0 free of 1048576 "
		"kB\n"
		"ok  hugepages of node 1: found 3 of 64 free of 2048 kB\n"
		"ok  hugepages: found 126 MiB free, packet buffers take 37 MiB\n");
}

static void pages_far_from_the_worker_are_a_warning(void **state)
{
	const struct hugepages_need need = {37, 1};

	make_nodes("60\n", "3\n");
	hugepages_check(machine_root, &need, &machine_findings);
	machine_assert_said(
		"ok  hugepages of node 0: found 60 of 64 free of 2048 kB, 0 of 0 free of 1048576 "
		"kB\n"
		"warning  hugepages of node 1: found 3 of 64 free of 2048 kB: the worker runs on "
		"this node and wants 37 MiB here: echo 80 "
		">/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages\n"
		"ok  hugepages: found 126 MiB free, packet buffers take 37 MiB\n");
}

static void too_few_in_all_are_one_warning(void **state)
{
	const struct hugepages_need need = {37, 0};

	make_nodes("1\n", "2\n");
	hugepages_check(machine_root, &need, &machine_findings);
	machine_assert_said(
		"ok  hugepages of node 0: found 1 of 64 free of 2048 kB, 0 of 0 free of 1048576 "
		"kB\n"
		"ok  hugepages of node 1: found 2 of 64 free of 2048 kB\n"
		"warning  hugepages: found 6 MiB free, packet buffers take 37 MiB: buffers would "
		"live on ordinary pages, slower, and a network card may refuse them: sysctl -w "
		"vm.nr_hugepages=144\n");
}

static void a_kernel_without_nodes_has_one_pool(void **state)
{
	const struct hugepages_need need = {37, -1};

	make_pool("/sys/kernel/mm/hugepages", 2048, "20\n", "20\n");
	hugepages_check(machine_root, &need, &machine_findings);
	machine_assert_said("ok  hugepages: found 40 MiB free, packet buffers take 37 MiB\n");
}

static void a_kernel_without_hugepages_has_none(void **state)
{
	const struct hugepages_need need = {37, -1}, nothing = {0, -1};

	machine_write(NODES "/online", "0\n");
	assert_int_equal(hugepages_check(machine_root, &nothing, &machine_findings), 0);
	machine_assert_said("ok  hugepages of node 0: found none\n"
	                    "ok  hugepages: found 0 MiB free, none needed\n");
	hugepages_check(machine_root, &need, &machine_findings);
	assert_int_equal(machine_findings.n[SEVERITY_WARNING], 1);
}

static void nonsense_in_a_pool_is_left_out(void **state)
{
	const struct hugepages_need nothing = {0, -1};

	machine_write(NODES "/online", "0\n");
	make_pool(NODES "/node0/hugepages", 2048, "many\n", "64\n");
	make_pool(NODES "/node0/hugepages", 64, "-5\n", "64\n");
	hugepages_check(machine_root, &nothing, &machine_findings);
	machine_assert_said("ok  hugepages of node 0: found none\n"
	                    "ok  hugepages: found 0 MiB free, none needed\n");
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, machine_make, machine_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(each_node_is_told_with_each_size),
		ON_MACHINE(pages_far_from_the_worker_are_a_warning),
		ON_MACHINE(too_few_in_all_are_one_warning),
		ON_MACHINE(a_kernel_without_nodes_has_one_pool),
		ON_MACHINE(a_kernel_without_hugepages_has_none),
		ON_MACHINE(nonsense_in_a_pool_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
