#include "test_all.h"

#include "made_machine.h"

#include "probe/doctor/clock_state.h"

static void a_clock_in_step_is_all_right(void **state)
{
	const struct timex timex = {.maxerror = 100000};

	clock_state_judge(TIME_OK, &timex, &machine_findings);
	machine_assert_said("ok  clock: found it in step, at most 100000 us off\n");
}

static void a_clock_nobody_keeps_is_a_warning(void **state)
{
	const struct timex kept = {0}, unkept = {.status = STA_UNSYNC};

	clock_state_judge(TIME_ERROR, &kept, &machine_findings);
	clock_state_judge(TIME_OK, &unkept, &machine_findings);
	assert_int_equal(machine_findings.n[SEVERITY_WARNING], 2);
}

static void a_clock_that_may_be_far_off_is_a_warning(void **state)
{
	const struct timex timex = {.maxerror = 250000};

	clock_state_judge(TIME_OK, &timex, &machine_findings);
	machine_assert_said("warning  clock: found it in step, but perhaps 250 ms off: windows "
	                    "begin by this clock: use a nearer time server\n");
}

static void the_real_clock_gets_one_finding(void **state)
{
	clock_state_check(&machine_findings);
	assert_int_equal(machine_findings.n[SEVERITY_OK] + machine_findings.n[SEVERITY_WARNING], 1);
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, machine_make, machine_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(a_clock_in_step_is_all_right),
		ON_MACHINE(a_clock_nobody_keeps_is_a_warning),
		ON_MACHINE(a_clock_that_may_be_far_off_is_a_warning),
		ON_MACHINE(the_real_clock_gets_one_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
