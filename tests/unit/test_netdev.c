#include "test_all.h"

#include "probe/source/netdev.h"

static void an_interface_is_known_by_its_number_not_its_name(void **state)
{
	struct netdev netdev;

	assert_true(netdev_find("net_af_packet0,iface=lo", &netdev));
	assert_string_equal(netdev.name, "lo");
	assert_true(netdev_state(&netdev) == LINK_STATE_UP ||
	            netdev_state(&netdev) == LINK_STATE_DOWN);
	netdev.index += 1000000;
	assert_int_equal(netdev_state(&netdev), LINK_STATE_GONE);
}

static void what_is_not_there_is_not_found(void **state)
{
	struct netdev netdev;

	assert_false(netdev_find("net_af_packet0,iface=not-there", &netdev));
	assert_false(netdev_find("net_af_packet0,iface=a-name-longer-than-any", &netdev));
	assert_false(netdev_find("net_pcap0,rx_pcap=lo", &netdev));
	assert_int_equal(netdev_state(&(struct netdev){"not-there", 1}), LINK_STATE_GONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interface_is_known_by_its_number_not_its_name),
		cmocka_unit_test(what_is_not_there_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
