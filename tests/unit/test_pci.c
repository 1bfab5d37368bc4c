#include "test_all.h"

#include <string.h>

#include "made_machine.h"

#include "probe/doctor/pci.h"

#define ADDRESS "0000:3b:00.0"
#define CARD    "/sys/bus/pci/devices/" ADDRESS

static void make_card(const char *driver)
{
	machine_write(CARD "/class", "0x020000\n");
	machine_write(CARD "/numa_node", "-1\n");
	if (driver != NULL)
		machine_link(CARD "/driver", driver);
}

static void make_vfio(void)
{
	machine_write("/sys/bus/pci/drivers/vfio-pci/bind", "");
	machine_link(CARD "/iommu_group", "../../../kernel/iommu_groups/17");
	machine_write("/dev/vfio/17", "");
}

static void check(void)
{
	pci_check(machine_root, "lab0", ADDRESS, 1, &machine_findings);
}

static void assert_said_among_others(const char *line)
{
	assert_non_null(strstr(machine_said(), line));
}

static void a_card_that_is_ready_is_all_right(void **state)
{
	make_card("../../bus/pci/drivers/vfio-pci");
	make_vfio();
	check();
	machine_assert_said("ok  link lab0 device: found network card " ADDRESS "\n"
	                    "ok  link lab0 driver: found vfio-pci\n"
	                    "ok  link lab0 vfio: found vfio-pci in the kernel\n"
	                    "ok  link lab0 IOMMU: found group 17\n"
	                    "ok  link lab0 node: found none that is nearer than others\n");
}

static void a_card_that_is_not_there_is_one_fault(void **state)
{
	check();
	machine_assert_said("fault  link lab0 device: found no PCI device " ADDRESS
	                    ": write an address that dpdk-devbind.py --status shows\n");
}

static void another_kind_of_device_is_a_fault(void **state)
{
	machine_write(CARD "/class", "0x060000\n");
	check();
	assert_said_among_others("fault  link lab0 device: found " ADDRESS
	                         " to be no network card but of class 0x060000: ");
	assert_int_equal(machine_findings.n[SEVERITY_FAULT], 1);
}

static void a_card_of_the_kernel_is_to_be_bound(void **state)
{
	make_card("../../bus/pci/drivers/ixgbe");
	make_vfio();
	check();
	assert_said_among_others("fault  link lab0 driver: found ixgbe, a driver of the kernel: "
	                         "dpdk-devbind.py --bind=vfio-pci " ADDRESS "\n");
	assert_int_equal(machine_findings.n[SEVERITY_FAULT], 1);
}

static void a_card_without_a_driver_is_to_be_bound(void **state)
{
	make_card(NULL);
	make_vfio();
	check();
	assert_said_among_others("fault  link lab0 driver: found none (No such file or directory)"
	                         ": dpdk-devbind.py --bind=vfio-pci " ADDRESS "\n");
}

static void a_card_that_shares_needs_no_vfio(void **state)
{
	make_card("../../bus/pci/drivers/mlx5_core");
	check();
	assert_said_among_others("ok  link lab0 driver: found mlx5_core");
	assert_int_equal(machine_findings.n[SEVERITY_OK], 3);
	assert_int_equal(machine_findings.n[SEVERITY_FAULT], 0);
}

static void uio_is_a_warning(void **state)
{
	make_card("../../bus/pci/drivers/uio_pci_generic");
	check();
	assert_said_among_others("warning  link lab0 driver: found uio_pci_generic");
	assert_int_equal(machine_findings.n[SEVERITY_FAULT], 0);
}

static void without_vfio_and_iommu_both_are_faults(void **state)
{
	make_card("../../bus/pci/drivers/ixgbe");
	check();
	assert_said_among_others("fault  link lab0 vfio: found no driver vfio-pci in the kernel: "
	                         "modprobe vfio-pci\n");
	assert_said_among_others("fault  link lab0 IOMMU: found none for this card: ");
	assert_int_equal(machine_findings.n[SEVERITY_FAULT], 3);
}

static void no_iommu_mode_is_a_warning(void **state)
{
	make_card("../../bus/pci/drivers/vfio-pci");
	machine_write("/sys/bus/pci/drivers/vfio-pci/bind", "");
	machine_write("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y\n");
	check();
	assert_said_among_others("warning  link lab0 IOMMU: found none, but vfio's no-IOMMU mode");
	assert_int_equal(machine_findings.n[SEVERITY_FAULT], 0);
}

static void a_card_far_from_its_processor_is_a_warning(void **state)
{
	make_card("../../bus/pci/drivers/mlx5_core");
	machine_write(CARD "/numa_node", "1\n");
	machine_write("/sys/devices/system/node/node1/cpulist", "8-15\n");
	check();
	assert_said_among_others("warning  link lab0 node: found node 1, far from processor 1 that "
	                         "polls: start the probe with taskset -c and processors of 8-15\n");
	pci_check(machine_root, "lab0", ADDRESS, 9, &machine_findings);
	assert_said_among_others("ok  link lab0 node: found node 1, where processor 9 polls\n");
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, machine_make, machine_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(a_card_that_is_ready_is_all_right),
		ON_MACHINE(a_card_that_is_not_there_is_one_fault),
		ON_MACHINE(another_kind_of_device_is_a_fault),
		ON_MACHINE(a_card_of_the_kernel_is_to_be_bound),
		ON_MACHINE(a_card_without_a_driver_is_to_be_bound),
		ON_MACHINE(a_card_that_shares_needs_no_vfio),
		ON_MACHINE(uio_is_a_warning),
		ON_MACHINE(without_vfio_and_iommu_both_are_faults),
		ON_MACHINE(no_iommu_mode_is_a_warning),
		ON_MACHINE(a_card_far_from_its_processor_is_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
