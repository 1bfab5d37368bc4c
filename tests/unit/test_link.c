#include "test_all.h"

#include <stdio.h>
#include <string.h>

#include "made_machine.h"

#include "probe/doctor/link.h"

static void check(enum link_source source, const char *format)
{
	char device[256];
	char name[] = "lab0";
	const struct link_config link = {.name = name, .source = source, .device = device};

	snprintf(device, sizeof(device), format, machine_root);
	link_check(machine_root, &link, 1, &machine_findings);
}

// A capture file without a packet, little-endian, of that link type.
static void make_capture(const char *name, char link_type)
{
	const char header[24] = {'\xd4', '\xc3',   '\xb2', '\xa1', 2, 0,
	                         4,      [16] = 0, 0,      4,      0, link_type};
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", machine_root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(header, sizeof(header), 1, file), 1);
	fclose(file);
}

static void assert_last(enum severity severity, uint32_t n, const char *part)
{
	assert_int_equal(machine_findings.n[severity], n);
	assert_non_null(strstr(machine_said(), part));
}

static void devices_are_told_apart_by_their_names(void **state)
{
	check(LINK_SOURCE_DPDK, "0:3b:0.0,x=1");
	assert_last(SEVERITY_FAULT, 1, "no PCI device 0000:3b:00.0");
	check(LINK_SOURCE_DPDK, "net_af_packet0,iface=eth9");
	assert_last(SEVERITY_FAULT, 2, "no interface \"eth9\"");
	check(LINK_SOURCE_DPDK, "net_af_xdp1,iface=eth8");
	assert_last(SEVERITY_FAULT, 3, "no interface \"eth8\"");
	check(LINK_SOURCE_DPDK, "net_pcap0,iface=eth7");
	assert_last(SEVERITY_FAULT, 4, "no interface \"eth7\"");
	check(LINK_SOURCE_DPDK, "net_pcap0");
	assert_last(SEVERITY_FAULT, 5, "add rx_pcap=FILE or iface=NAME");
	check(LINK_SOURCE_DPDK, "net_null0");
	assert_last(SEVERITY_OK, 1, "virtual device net_null0");
}

static void the_name_of_an_interface_is_answered_with_a_device(void **state)
{
	machine_write("/sys/class/net/eth1/flags", "0x1003\n");
	check(LINK_SOURCE_DPDK, "eth1");
	machine_assert_said(
		"fault  link lab0 device: found an interface of the kernel: eth1: write "
		"net_af_packet0,iface=eth1\n");
	check(LINK_SOURCE_DPDK, "eth2");
	assert_int_equal(machine_findings.n[SEVERITY_WARNING], 1);
}

static void a_capture_is_looked_into(void **state)
{
	make_capture("ethernet.pcap", 1);
	make_capture("raw.pcap", 101);
	check(LINK_SOURCE_PCAP, "%s/ethernet.pcap");
	check(LINK_SOURCE_PCAP, "%s/raw.pcap");
	check(LINK_SOURCE_DPDK, "net_pcap0,rx_pcap=%s/ethernet.pcap");
	assert_last(SEVERITY_OK, 3, "ok  link lab0 capture: found a capture in ");
	check(LINK_SOURCE_DPDK, "net_pcap0,rx_pcap=%s/raw.pcap");
	assert_last(SEVERITY_FAULT, 1, "raw.pcap not recorded on Ethernet");
}

static void what_is_no_capture_is_a_fault(void **state)
{
	machine_write("/text.pcap", "this is not a capture, whatever it is called\n");
	machine_write("/empty.pcap", "");
	make_capture("strange.pcap", 119);
	check(LINK_SOURCE_PCAP, "%s/none.pcap");
	assert_last(SEVERITY_FAULT, 1, "none.pcap (No such file or directory)");
	check(LINK_SOURCE_PCAP, "%s/text.pcap");
	assert_last(SEVERITY_FAULT, 2, "text.pcap");
	check(LINK_SOURCE_PCAP, "%s/empty.pcap");
	assert_last(SEVERITY_FAULT, 3, "empty.pcap");
	check(LINK_SOURCE_PCAP, "%s/strange.pcap");
	assert_last(SEVERITY_FAULT, 4, "link type 119");
}

static void nothing_is_taken_from_what_is_no_file(void **state)
{
	check(LINK_SOURCE_PCAP, "-");
	assert_last(SEVERITY_OK, 1, "standard input");
	check(LINK_SOURCE_PCAP, "%s");
	assert_last(SEVERITY_WARNING, 1, "to be no regular file");
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, machine_make, machine_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(devices_are_told_apart_by_their_names),
		ON_MACHINE(the_name_of_an_interface_is_answered_with_a_device),
		ON_MACHINE(a_capture_is_looked_into),
		ON_MACHINE(what_is_no_capture_is_a_fault),
		ON_MACHINE(nothing_is_taken_from_what_is_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
