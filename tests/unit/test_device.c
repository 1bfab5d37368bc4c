#include "test_all.h"

#include "probe/source/device.h"

static void a_pci_address_is_told_from_other_names(void **state)
{
	assert_true(device_is_pci("0000:3b:00.0"));
	assert_true(device_is_pci("0000:3b:00.0,mprq_en=1"));
	assert_false(device_is_pci("0000:3b:00.0x"));
	assert_false(device_is_pci("3b:00.0"));
	assert_false(device_is_pci("net_pcap0,rx_pcap=0000:3b:00.0"));
	assert_false(device_is_pci(""));
}

static void an_address_is_written_as_the_kernel_does(void **state)
{
	char address[DEVICE_PCI_BYTES];

	device_pci_address("0:3B:0.1,mprq_en=1", address);
	assert_string_equal(address, "0000:3b:00.1");
}

static void arguments_are_found_by_their_whole_name(void **state)
{
	const char *device = "net_pcap0,rx_iface=a,iface=eth1,empty=,rx_pcap=/x/y=z";
	char value[16];

	assert_true(device_argument(device, "iface", sizeof(value), value));
	assert_string_equal(value, "eth1");
	assert_true(device_argument(device, "rx_iface", sizeof(value), value));
	assert_string_equal(value, "a");
	assert_true(device_argument(device, "empty", sizeof(value), value));
	assert_string_equal(value, "");
	assert_true(device_argument(device, "rx_pcap", sizeof(value), value));
	assert_string_equal(value, "/x/y=z");
	assert_false(device_argument(device, "pcap", sizeof(value), value));
	assert_false(device_argument(device, "net_pcap0", sizeof(value), value));
	assert_false(device_argument("iface=eth1", "iface", sizeof(value), value));
}

static void a_value_that_does_not_fit_is_cut_off(void **state)
{
	char value[4];

	assert_true(device_argument("a,b=cdefgh", "b", sizeof(value), value));
	assert_string_equal(value, "cde");
}

static void a_card_has_as_many_queues_as_workers_and_others_what_they_were_given(void **state)
{
	assert_int_equal(device_n_queues("0000:3b:00.0,mprq_en=1", 0, 7), 7);
	assert_int_equal(device_n_queues("net_pcap0,rx_pcap=a,rx_pcap=b", 0, 1), 2);
	assert_int_equal(device_n_queues("net_pcap0,iface=eth0", 0, 4), 1);
	assert_int_equal(device_n_queues("net_af_packet0,iface=eth0,qpairs=3", 0, 2), 3);
	assert_int_equal(device_n_queues("net_af_packet0,iface=eth0,qpairs=300", 0, 2), 64);
	assert_int_equal(device_n_queues("net_af_packet0,iface=eth0", 0, 2), 1);
	assert_int_equal(device_n_queues("net_af_xdp0,iface=eth0,queue_count=2", 0, 1), 2);
	assert_int_equal(device_n_queues("net_tap0", 0, 8), 8);
	assert_int_equal(device_n_queues("net_memif0,role=server", 0, 8), 1);
}

static void the_queues_that_were_asked_for_are_asked_for(void **state)
{
	assert_int_equal(device_n_queues("net_memif0,role=server", 2, 8), 2);
	assert_int_equal(device_n_queues("0000:3b:00.0", 3, 8), 3);
}

static void only_a_live_capture_stamps_frames_on_arrival(void **state)
{
	assert_true(device_stamps_arrival("net_pcap0,iface=eth0"));
	assert_true(device_stamps_arrival("net_pcap0,rx_iface=eth0"));
	assert_false(device_stamps_arrival("net_pcap0,rx_pcap=file"));
	assert_false(device_stamps_arrival("net_af_packet0,iface=eth0"));
}

static void a_device_names_the_interface_it_watches(void **state)
{
	char name[16] = "";

	assert_true(device_interface("net_af_packet0,qpairs=2,iface=eth0", sizeof(name), name));
	assert_string_equal(name, "eth0");
	assert_true(device_interface("net_pcap0,rx_iface=eth1", sizeof(name), name));
	assert_string_equal(name, "eth1");
	assert_true(device_interface("net_pcap0,rx_iface_in=eth2", sizeof(name), name));
	assert_string_equal(name, "eth2");
	assert_false(device_interface("net_pcap0,rx_pcap=file", sizeof(name), name));
	assert_false(device_interface("net_memif0,role=server", sizeof(name), name));
	assert_false(device_interface("0000:3b:00.0,iface=x", sizeof(name), name));
}

static void devices_are_opened_again_where_the_driver_leaves_nothing_behind(void **state)
{
	assert_true(device_reopens("net_af_packet0,iface=eth0"));
	assert_true(device_reopens("net_pcap0,rx_iface=eth0"));
	assert_false(device_reopens("net_af_xdp0,iface=eth0"));
	assert_false(device_reopens("net_tap0,iface=tap6"));
	assert_false(device_reopens("0000:3b:00.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pci_address_is_told_from_other_names),
		cmocka_unit_test(an_address_is_written_as_the_kernel_does),
		cmocka_unit_test(arguments_are_found_by_their_whole_name),
		cmocka_unit_test(a_value_that_does_not_fit_is_cut_off),
		cmocka_unit_test(
			a_card_has_as_many_queues_as_workers_and_others_what_they_were_given),
		cmocka_unit_test(the_queues_that_were_asked_for_are_asked_for),
		cmocka_unit_test(only_a_live_capture_stamps_frames_on_arrival),
		cmocka_unit_test(a_device_names_the_interface_it_watches),
		cmocka_unit_test(devices_are_opened_again_where_the_driver_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
