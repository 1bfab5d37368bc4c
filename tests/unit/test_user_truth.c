#include "test_all.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/gen/address_plan.h"
#include "tests/gen/packet_builder.h"
#include "tests/gen/plan_file.h"
#include "tests/gen/user_truth.h"

static struct user_truth users;

static int forget(void **state)
{
	user_truth_fini(&users);
	users = (struct user_truth){0};
	return 0;
}

// A packet between a client and a server, with the client's port.
static void add(uint32_t client, uint16_t port, uint8_t protocol, bool reverse, bool acknowledges)
{
	const struct path path = {.source = address_ipv4(CLIENTS_IPV4 + client),
	                          .destination = address_ipv4(SERVERS_IPV4),
	                          .source_port = port,
	                          .destination_port = 443};
	const struct expectation expected = {.payload = FAMILY_IPV4,
	                                     .protocol = protocol,
	                                     .acknowledges = acknowledges,
	                                     .path = reverse ? path_reversed(&path) : path};

	assert_int_equal(user_truth_add(&users, &expected), 0);
}

static void assert_users(uint64_t n_sent, uint64_t n_confirmed)
{
	assert_int_equal(users.n[FAMILY_IPV4][GRADE_SENT], n_sent);
	assert_int_equal(users.n[FAMILY_IPV4][GRADE_CONFIRMED], n_confirmed);
}

static void a_handshake_confirms_with_its_third_packet(void **state)
{
	add(1, 1000, PROTOCOL_TCP, false, false);
	assert_users(1, 0);
	add(1, 1000, PROTOCOL_TCP, true, true);
	assert_users(1, 0);
	add(1, 1000, PROTOCOL_TCP, false, true);
	assert_users(1, 1);
	add(2, 1000, PROTOCOL_UDP, false, true);
	add(2, 1000, PROTOCOL_UDP, true, true);
	assert_users(2, 1);
	add(2, 1000, PROTOCOL_UDP, false, true);
	assert_users(2, 2);
	// The same ones again.
	add(1, 1001, PROTOCOL_TCP, false, false);
	add(2, 1000, PROTOCOL_UDP, false, true);
	assert_users(2, 2);
}

static void who_does_not_acknowledge_is_not_confirmed(void **state)
{
	add(1, 1000, PROTOCOL_TCP, false, false);
	add(1, 1000, PROTOCOL_TCP, true, true);
	add(1, 1000, PROTOCOL_TCP, false, false);
	add(1, 1000, PROTOCOL_TCP, false, false);
	assert_users(1, 0);
}

static void an_answer_counts_in_its_own_flow_and_after_what_it_answers(void **state)
{
	add(1, 1000, PROTOCOL_TCP, true, true);
	assert_users(0, 0);
	add(1, 1000, PROTOCOL_TCP, false, true);
	add(1, 1000, PROTOCOL_TCP, false, true);
	add(1, 1001, PROTOCOL_TCP, true, true);
	add(1, 1000, PROTOCOL_UDP, true, true);
	add(1, 1000, PROTOCOL_TCP, true, false);
	add(1, 1000, PROTOCOL_TCP, false, true);
	assert_users(1, 0);
	add(1, 1000, PROTOCOL_TCP, true, true);
	add(1, 1000, PROTOCOL_TCP, false, true);
	assert_users(1, 1);
}

static void echoes_make_no_users(void **state)
{
	for (int i = 0; i < 4; i++)
		add(1, 0, PROTOCOL_ICMP, i % 2 != 0, true);
	assert_users(0, 0);
}

static void a_subscriber_of_ipv6_is_a_network_whatever_its_interface(void **state)
{
	struct expectation expected = {.payload = FAMILY_IPV6, .protocol = PROTOCOL_UDP};

	for (uint64_t i = 0; i < 6; i++) {
		expected.path.source = address_ipv6(CLIENTS_IPV6 + i / 3, i);
		expected.path.destination = address_ipv6(SERVERS_IPV6, 1);
		assert_int_equal(user_truth_add(&users, &expected), 0);
	}
	assert_int_equal(users.n[FAMILY_IPV6][GRADE_SENT], 2);
}

static void the_plan_covers_clients_alone(void **state)
{
	struct address covered[] = {address_ipv4(CLIENTS_IPV4), address_ipv4(UINT32_C(0x0affffff)),
	                            address_ipv6(CLIENTS_IPV6 + UINT32_MAX, 1)};
	struct address others[] = {address_ipv4(SERVERS_IPV4), address_ipv4(GATEWAYS_IPV4),
	                           address_ipv6(SERVERS_IPV6, 1), address_ipv6(TEREDO_IPV6, 1),
	                           address_ipv6(CLIENTS_IPV6 - 1, 1)};

	for (size_t i = 0; i < sizeof(covered) / sizeof(covered[0]); i++)
		assert_true(plan_covers(&covered[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(plan_covers(&others[i]));
}

static void the_plan_is_written_for_a_probe(void **state)
{
	char path[] = "plan-XXXXXX", text[256];
	int descriptor = mkstemp(path);
	ssize_t n;

	assert_true(descriptor >= 0);
	assert_int_equal(plan_file_write(path), 0);
	n = read(descriptor, text, sizeof(text) - 1);
	close(descriptor);
	unlink(path);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "prefix,carrier,region,access,class,user_len,port_block\n"
	                          "10.0.0.0/8,gen,lab,mobile,,32,\n"
	                          "2001:db8::/32,gen,lab,mobile,,64,\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_handshake_confirms_with_its_third_packet, forget),
		cmocka_unit_test_teardown(who_does_not_acknowledge_is_not_confirmed, forget),
		cmocka_unit_test_teardown(
			an_answer_counts_in_its_own_flow_and_after_what_it_answers, forget),
		cmocka_unit_test_teardown(echoes_make_no_users, forget),
		cmocka_unit_test_teardown(a_subscriber_of_ipv6_is_a_network_whatever_its_interface,
	                                  forget),
		cmocka_unit_test(the_plan_covers_clients_alone),
		cmocka_unit_test(the_plan_is_written_for_a_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
