#include "test_all.h"

#include "made_machine.h"

#include "probe/doctor/open_files.h"

static void a_limit_that_is_just_enough_is_all_right(void **state)
{
	open_files_judge(90, 90, &machine_findings);
	machine_assert_said("ok  open files: found a limit of 90, 90 needed\n");
}

static void a_limit_too_low_is_a_fault(void **state)
{
	open_files_judge(89, 90, &machine_findings);
	machine_assert_said("fault  open files: found a limit of 89, 90 needed: ulimit -n 90, or "
	                    "LimitNOFILE= of systemd\n");
}

static void no_process_may_have_so_many(void **state)
{
	open_files_check(1, UINT64_C(1) << 62, &machine_findings);
	assert_int_equal(machine_findings.n[SEVERITY_FAULT], 1);
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, machine_make, machine_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(a_limit_that_is_just_enough_is_all_right),
		ON_MACHINE(a_limit_too_low_is_a_fault),
		ON_MACHINE(no_process_may_have_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
