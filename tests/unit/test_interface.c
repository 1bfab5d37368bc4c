#include "test_all.h"

#include <string.h>

#include "made_machine.h"

#include "probe/doctor/interface.h"

static void make_interface(const char *flags, const char *carrier)
{
	machine_write("/sys/class/net/eth1/flags", flags);
	if (carrier != NULL)
		machine_write("/sys/class/net/eth1/carrier", carrier);
	machine_write("/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\nCapBnd:\t0\n");
}

static void check(const char *interface)
{
	interface_check(machine_root, "lab0", interface, &machine_findings);
}

static void an_interface_with_a_carrier_is_all_right(void **state)
{
	make_interface("0x1003\n", "1\n");
	check("eth1");
	machine_assert_said("ok  link lab0 interface: found eth1 up, with a carrier\n"
	                    "ok  link lab0 rights: found CAP_NET_RAW and CAP_NET_ADMIN, so it can "
	                    "be promiscuous\n");
}

static void an_interface_that_is_down_is_a_fault(void **state)
{
	make_interface("0x1002\n", NULL);
	check("eth1");
	assert_non_null(strstr(machine_said(), "fault  link lab0 interface: found eth1 to be down: "
	                                       "ip link set eth1 up\n"));
}

static void a_missing_cable_is_a_warning(void **state)
{
	make_interface("0x1003\n", "0\n");
	check("eth1");
	assert_non_null(strstr(machine_said(), "warning  link lab0 interface: found eth1 up, "
	                                       "without a carrier: "));
}

static void no_interface_is_one_fault(void **state)
{
	static const char *const names[] = {
		"eth9", "", ".", "..", "../net/eth1", "a-name-too-long-for-it"};

	make_interface("0x1003\n", "1\n");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		check(names[i]);
		assert_int_equal(machine_findings.n[SEVERITY_FAULT], i + 1);
		assert_int_equal(machine_findings.n[SEVERITY_OK], 0);
	}
}

static void a_user_without_rights_is_told(void **state)
{
	make_interface("0x1003\n", "1\n");
	machine_write("/proc/self/status", "Name:\tx\nCapEff:\t0000000000001000\n");
	check("eth1");
	assert_non_null(strstr(machine_said(), "warning  link lab0 rights: found no CAP_NET_RAW "));
}

static void what_cannot_be_read_is_said(void **state)
{
	machine_write("/sys/class/net/eth1/type", "1\n");
	check("eth1");
	machine_assert_said(
		"warning  link lab0 interface: found eth1, whose state cannot be read (No such "
		"file or directory): look at ip link\n"
		"warning  link lab0 rights: found no word of capabilities in /proc/self/status: "
		"run the probe as root\n");
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, machine_make, machine_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(an_interface_with_a_carrier_is_all_right),
		ON_MACHINE(an_interface_that_is_down_is_a_fault),
		ON_MACHINE(a_missing_cable_is_a_warning),
		ON_MACHINE(no_interface_is_one_fault),
		ON_MACHINE(a_user_without_rights_is_told),
		ON_MACHINE(what_cannot_be_read_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
