#include "test_all.h"

#include <string.h>

#include "made_machine.h"

#include "probe/doctor/cpu_list.h"
#include "probe/doctor/processors.h"

#define CPU "/sys/devices/system/cpu"

static void check_workers(const char *allowed, uint32_t n_workers, uint32_t n_ports)
{
	cpu_set_t set;

	assert_int_equal(cpu_list_parse(allowed, &set), 0);
	processors_check(machine_root, &set, n_workers, n_ports, &machine_findings);
}

static void check(const char *allowed, uint32_t n_ports)
{
	check_workers(allowed, 1, n_ports);
}

static void an_isolated_processor_at_full_speed_is_all_right(void **state)
{
	machine_write(CPU "/isolated", "3\n");
	machine_write(CPU "/cpu3/cpufreq/scaling_governor", "performance\n");
	check("0,3", 1);
	machine_assert_said("ok  processors: found 0,3 allowed, number 3 polls 1 port\n"
	                    "ok  isolated processors: found 3, number 3 that polls among them\n"
	                    "ok  frequency governor: found performance on processor 3\n");
}

static void without_isolation_it_says_how_to_boot(void **state)
{
	machine_write(CPU "/isolated", "\n");
	check("0-3", 1);
	machine_assert_said(
		"ok  processors: found 0-3 allowed, number 3 polls 1 port\n"
		"warning  isolated processors: found none, number 3 polls: others may run where "
		"the probe polls: boot with isolcpus=3 nohz_full=3 and start it with taskset -c "
		"0,3\n"
		"ok  frequency governor: found none to read for processor 3 (No such file or "
		"directory)\n");
}

static void isolated_processors_are_to_be_used(void **state)
{
	machine_write(CPU "/isolated", "6-7\n");
	check("0-5", 1);
	assert_non_null(strstr(machine_said(), "warning  isolated processors: found 6-7, number 5 "
	                                       "polls: start the probe with taskset -c 0,7\n"));
}

static void a_saving_governor_is_a_warning(void **state)
{
	machine_write(CPU "/isolated", "1\n");
	machine_write(CPU "/cpu1/cpufreq/scaling_governor", "powersave\n");
	check("0-1", 1);
	assert_non_null(strstr(machine_said(), "warning  frequency governor: found powersave on "
	                                       "processor 1: cpupower -c 1 frequency-set -g "
	                                       "performance\n"));
}

static void one_processor_or_many_ports_are_a_warning(void **state)
{
	machine_write(CPU "/isolated", "1\n");
	check("1", 1);
	assert_non_null(strstr(machine_said(), "warning  processors: found 1 allowed, number 1 "
	                                       "polls 1 port: polling and all else share"));
	check("0-1", 4);
	assert_non_null(strstr(machine_said(), "warning  processors: found 0-1 allowed, number 1 "
	                                       "polls 4 ports: one processor polls all ports"));
}

static void each_worker_has_a_processor_that_is_looked_at(void **state)
{
	machine_write(CPU "/isolated", "2-3\n");
	machine_write(CPU "/cpu2/cpufreq/scaling_governor", "powersave\n");
	machine_write(CPU "/cpu3/cpufreq/scaling_governor", "performance\n");
	check_workers("0-3", 2, 4);
	assert_non_null(strstr(machine_said(), "ok  processors: found 0-3 allowed, numbers 2-3 "
	                                       "poll 4 ports\nok  isolated processors: found "
	                                       "2-3, numbers 2-3 that poll among them\n"));
	assert_non_null(strstr(machine_said(), "found powersave on processor 2"));
	assert_non_null(strstr(machine_said(), "found performance on processor 3"));
}

static void workers_without_a_processor_are_a_warning(void **state)
{
	check_workers("0-1", 3, 1);
	assert_non_null(strstr(machine_said(),
	                       "warning  processors: found 0-1 allowed, for 3 workers: each wants "
	                       "one of its own: lower workers, or allow more by taskset\n"));
}

static void a_capture_file_needs_no_processor_of_its_own(void **state)
{
	check("0-1", 0);
	machine_assert_said("");
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, machine_make, machine_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(an_isolated_processor_at_full_speed_is_all_right),
		ON_MACHINE(without_isolation_it_says_how_to_boot),
		ON_MACHINE(isolated_processors_are_to_be_used),
		ON_MACHINE(a_saving_governor_is_a_warning),
		ON_MACHINE(one_processor_or_many_ports_are_a_warning),
		ON_MACHINE(each_worker_has_a_processor_that_is_looked_at),
		ON_MACHINE(workers_without_a_processor_are_a_warning),
		ON_MACHINE(a_capture_file_needs_no_processor_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
