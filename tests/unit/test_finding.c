#include "test_all.h"

#include "made_machine.h"

static void a_finding_is_one_line(void **state)
{
	finding_add(&machine_findings, SEVERITY_FAULT, "link a", "mend it", "%d of %s", 3, "5");
	machine_assert_said("fault  link a: found 3 of 5: mend it\n");
}

static void what_is_right_needs_no_mend(void **state)
{
	finding_add(&machine_findings, SEVERITY_OK, "clock", NULL, "it in step");
	machine_assert_said("ok  clock: found it in step\n");
}

static void foreign_text_cannot_break_the_line(void **state)
{
	finding_add(&machine_findings, SEVERITY_WARNING, "a\nok  b", "c\rd", "\033[2J%s", "\n");
	machine_assert_said("warning  a?ok  b: found ?[2J?: c?d\n");
}

static void findings_are_counted_by_severity(void **state)
{
	finding_add(&machine_findings, SEVERITY_OK, "a", NULL, "b");
	finding_add(&machine_findings, SEVERITY_FAULT, "a", "c", "b");
	finding_add(&machine_findings, SEVERITY_FAULT, "a", "c", "b");
	assert_int_equal(machine_findings.n[SEVERITY_OK], 1);
	assert_int_equal(machine_findings.n[SEVERITY_WARNING], 0);
	assert_int_equal(machine_findings.n[SEVERITY_FAULT], 2);
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, machine_make, machine_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(a_finding_is_one_line),
		ON_MACHINE(what_is_right_needs_no_mend),
		ON_MACHINE(foreign_text_cannot_break_the_line),
		ON_MACHINE(findings_are_counted_by_severity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
