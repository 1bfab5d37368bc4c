#include "test_all.h"

#include "tests/gen/truth.h"

static struct expectation packet_between(uint32_t from, uint16_t from_port, uint32_t to,
                                         uint16_t to_port)
{
	return (struct expectation){
		.verdict = FRAME_IPV4,
		.payload = FAMILY_IPV4,
		.transition = TRANSITION_NATIVE4,
		.carrier_bytes = 100,
		.payload_bytes = 60,
		.protocol = 6,
		.path = {.source = address_ipv4(from),
	                 .destination = address_ipv4(to),
	                 .source_port = from_port,
	                 .destination_port = to_port},
	};
}

static void add(struct truth *truth, struct expectation expected)
{
	assert_int_equal(truth_add(truth, &expected, 1 + truth->n_frames, false), 0);
}

static void both_directions_are_one_flow_and_two_sources(void **state)
{
	struct truth truth = {0};

	(void)state;
	add(&truth, packet_between(1, 1000, 2, 80));
	add(&truth, packet_between(2, 80, 1, 1000));
	add(&truth, packet_between(1, 1000, 2, 80));
	assert_int_equal(truth.flows[FAMILY_IPV4], 1);
	assert_int_equal(truth.sources[FAMILY_IPV4], 2);
	assert_int_equal(truth.carrier[FAMILY_IPV4].bytes, 300);
	assert_int_equal(truth.payload[FAMILY_IPV4].bytes, 180);
	truth_fini(&truth);
}

static void another_port_protocol_or_address_is_another_flow(void **state)
{
	struct truth truth = {0};
	struct expectation udp = packet_between(1, 1000, 2, 80);

	(void)state;
	udp.protocol = 17;
	add(&truth, packet_between(1, 1000, 2, 80));
	add(&truth, packet_between(1, 1001, 2, 80));
	add(&truth, packet_between(1, 80, 2, 1000));
	add(&truth, packet_between(3, 1000, 2, 80));
	add(&truth, udp);
	assert_int_equal(truth.flows[FAMILY_IPV4], 5);
	truth_fini(&truth);
}

static void addresses_of_one_network_are_counted_once_as_network(void **state)
{
	struct truth truth = {0};
	struct expectation expected = packet_between(0, 1, 0, 2);

	(void)state;
	expected.verdict = FRAME_IPV6;
	expected.payload = FAMILY_IPV6;
	for (uint64_t interface = 1; interface <= 3; interface++) {
		expected.path.source = address_ipv6(7, interface);
		expected.path.destination = address_ipv6(8, 1);
		add(&truth, expected);
	}
	assert_int_equal(truth.sources[FAMILY_IPV6], 3);
	assert_int_equal(truth.ipv6_networks, 1);
	truth_fini(&truth);
}

static void frames_that_are_not_ip_count_as_frames_alone(void **state)
{
	struct truth truth = {0};

	(void)state;
	add(&truth, (struct expectation){.verdict = FRAME_OTHER});
	add(&truth, (struct expectation){.verdict = FRAME_MALFORMED});
	assert_int_equal(truth.n_frames, 2);
	assert_int_equal(truth.frames[FRAME_OTHER], 1);
	assert_int_equal(truth.frames[FRAME_MALFORMED], 1);
	assert_int_equal(truth.carrier[FAMILY_IPV4].packets, 0);
	assert_int_equal(truth.flows[FAMILY_IPV4], 0);
	truth_fini(&truth);
}

static void a_key_set_keeps_a_hundred_thousand_keys_apart(void **state)
{
	struct key_set set = {0};
	bool is_new;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 100000; i++) {
			struct key key = {{1, (uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i >> 16)}};

			assert_int_equal(key_set_add(&set, &key, &is_new), 0);
			assert_int_equal(is_new, round == 0);
		}
	}
	assert_int_equal(set.n_keys, 100000);
	key_set_fini(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_are_one_flow_and_two_sources),
		cmocka_unit_test(another_port_protocol_or_address_is_another_flow),
		cmocka_unit_test(addresses_of_one_network_are_counted_once_as_network),
		cmocka_unit_test(frames_that_are_not_ip_count_as_frames_alone),
		cmocka_unit_test(a_key_set_keeps_a_hundred_thousand_keys_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
