#include "test_all.h"

#include <string.h>

#include "made_machine.h"

#include "probe/doctor/ordinary_pages.h"

#define LARGE_PAGES "/sys/kernel/mm/transparent_hugepage/enabled"

static void memory_that_holds_it_is_all_right(void **state)
{
	machine_write("/proc/meminfo", "MemTotal: 9999999 kB\nMemAvailable:    102400 kB\n");
	ordinary_pages_check(machine_root, (UINT64_C(99) << 20) + 1, &machine_findings);
	machine_assert_said(
		"ok  memory: found 100 MiB available, 100 MiB needed for flows and buffers\n");
}

static void too_little_memory_is_a_fault(void **state)
{
	machine_write("/proc/meminfo", "MemTotal: 9999999 kB\nMemAvailable:    102399 kB\n");
	ordinary_pages_check(machine_root, (UINT64_C(99) << 20) + 1, &machine_findings);
	machine_assert_said("fault  memory: found 99 MiB available, 100 MiB needed for flows and "
	                    "buffers: lower max_flows, or free memory\n");
}

static void memory_that_cannot_be_read_is_said(void **state)
{
	ordinary_pages_check(machine_root, 1, &machine_findings);
	machine_write("/proc/meminfo", "MemAvailable: much\n");
	ordinary_pages_check(machine_root, 1, &machine_findings);
	assert_int_equal(machine_findings.n[SEVERITY_WARNING], 2);
}

static void only_never_is_too_few_large_pages(void **state)
{
	machine_write(LARGE_PAGES, "[always] madvise never\n");
	ordinary_pages_check_large(machine_root, &machine_findings);
	machine_assert_said("ok  transparent hugepages: found [always] madvise never\n");
	machine_write(LARGE_PAGES, "always [madvise] never\n");
	ordinary_pages_check_large(machine_root, &machine_findings);
	assert_int_equal(machine_findings.n[SEVERITY_OK], 2);
	machine_write(LARGE_PAGES, "always madvise [never]\n");
	ordinary_pages_check_large(machine_root, &machine_findings);
	assert_int_equal(machine_findings.n[SEVERITY_WARNING], 1);
	assert_non_null(strstr(machine_said(), "warning  transparent hugepages: found always "
	                                       "madvise [never]: "));
}

static void a_kernel_without_large_pages_is_a_warning(void **state)
{
	ordinary_pages_check_large(machine_root, &machine_findings);
	assert_non_null(strstr(machine_said(), "warning  transparent hugepages: found no setting"));
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, machine_make, machine_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(memory_that_holds_it_is_all_right),
		ON_MACHINE(too_little_memory_is_a_fault),
		ON_MACHINE(memory_that_cannot_be_read_is_said),
		ON_MACHINE(only_never_is_too_few_large_pages),
		ON_MACHINE(a_kernel_without_large_pages_is_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
