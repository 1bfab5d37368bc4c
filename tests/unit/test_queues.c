#include "test_all.h"

#include "made_machine.h"

#include "probe/doctor/queues.h"

static void a_queue_or_more_for_each_worker_is_all_right(void **state)
{
	queues_check(1, 1, false, &machine_findings);
	queues_check(4, 2, false, &machine_findings);
	machine_assert_said("ok  queues: found 1 to ask for, polled by 1 worker\n"
	                    "ok  queues: found 4 to ask for, polled by 2 workers\n");
}

static void workers_without_a_queue_are_told_what_to_do(void **state)
{
	queues_check(1, 2, false, &machine_findings);
	machine_assert_said("warning  queues: found 1 to ask for, polled by 2 workers: some "
	                    "workers have nothing to poll: lower workers, let the device have "
	                    "more queues, or set spread: inner\n");
}

static void workers_without_a_queue_count_what_others_pass(void **state)
{
	queues_check(1, 2, true, &machine_findings);
	machine_assert_said("ok  queues: found 1 to ask for, polled by 2 workers\n");
}

static void files_have_no_queues(void **state)
{
	queues_check(0, 1, false, &machine_findings);
	machine_assert_said("");
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, machine_make, machine_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(a_queue_or_more_for_each_worker_is_all_right),
		ON_MACHINE(workers_without_a_queue_are_told_what_to_do),
		ON_MACHINE(workers_without_a_queue_count_what_others_pass),
		ON_MACHINE(files_have_no_queues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
