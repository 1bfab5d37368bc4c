#include "test_all.h"

#include <string.h>

#include "proto/bytes.h"
#include "tests/gen/layers.h"
#include "tests/gen/packet_builder.h"

static struct packet_builder builder;

static struct path path_of(enum family family)
{
	struct path path = {.source_port = 40000, .destination_port = 443};

	if (family == FAMILY_IPV4) {
		path.source = address_ipv4(0x0a000001);
		path.destination = address_ipv4(0xc6120001);
	} else {
		path.source = address_ipv6(UINT64_C(0x20010db8) << 32, 1);
		path.destination = address_ipv6(UINT64_C(0x20010db8) << 32, 2);
	}
	return path;
}

// Sum of 16-bit words as a receiver forms it: 0xffff when the checksum inside is right.
static uint32_t sum_words(uint32_t sum, const uint8_t *bytes, uint32_t n_bytes)
{
	for (uint32_t i = 0; i < n_bytes; i++)
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint32_t receiver_sum(const struct path *path, uint8_t protocol)
{
	uint32_t n_bytes = packet_bytes(&builder);
	uint32_t sum = n_bytes + protocol;

	sum = sum_words(sum, path->source.bytes, address_bytes(path->source.family));
	sum = sum_words(sum, path->destination.bytes, address_bytes(path->source.family));
	return sum_words(sum, packet_data(&builder), n_bytes);
}

static void checksums_add_up_for_every_length_and_family(void **state)
{
	(void)state;
	for (enum family family = 0; family < N_FAMILIES; family++) {
		struct path path = path_of(family);

		for (uint32_t n_bytes = 0; n_bytes < 70; n_bytes++) {
			packet_begin(&builder, n_bytes, n_bytes);
			packet_push_tcp(&builder, &path, 1, 2, TCP_ACK);
			assert_int_equal(receiver_sum(&path, PROTOCOL_TCP), 0xffff);
			packet_begin(&builder, n_bytes, n_bytes);
			packet_push_udp(&builder, &path);
			assert_int_equal(receiver_sum(&path, PROTOCOL_UDP), 0xffff);
		}
	}
}

static void an_echo_of_ipv6_sums_the_addresses_and_one_of_ipv4_does_not(void **state)
{
	struct path ipv4 = path_of(FAMILY_IPV4);
	struct path ipv6 = path_of(FAMILY_IPV6);

	(void)state;
	packet_begin(&builder, 56, 3);
	packet_push_echo(&builder, &ipv4, false, 1);
	assert_int_equal(sum_words(0, packet_data(&builder), packet_bytes(&builder)), 0xffff);
	packet_begin(&builder, 56, 3);
	packet_push_echo(&builder, &ipv6, true, 1);
	assert_int_equal(receiver_sum(&ipv6, PROTOCOL_ICMPV6), 0xffff);
}

static void an_ipv4_header_says_its_length_and_sums_up(void **state)
{
	struct path path = path_of(FAMILY_IPV4);
	const uint8_t *header;

	(void)state;
	packet_begin(&builder, 100, 0);
	packet_push_ip(&builder, &path, PROTOCOL_UDP);
	header = packet_data(&builder);
	assert_int_equal(header[0], 0x45);
	assert_int_equal(header[2] << 8 | header[3], 120);
	assert_int_equal(sum_words(0, header, 20), 0xffff);
	assert_memory_equal(header + 12, path.source.bytes, 4);
}

static void an_ipv6_header_says_the_length_behind_it(void **state)
{
	struct path path = path_of(FAMILY_IPV6);
	const uint8_t *header;

	(void)state;
	packet_begin(&builder, 100, 0);
	packet_push_ip_fragment(&builder, &path, PROTOCOL_UDP, 7, 1280, true);
	header = packet_data(&builder);
	assert_int_equal(header[0], 0x60);
	assert_int_equal(header[4] << 8 | header[5], 108);
	assert_int_equal(header[6], PROTOCOL_FRAGMENT);
	assert_int_equal(header[40], PROTOCOL_UDP);
	assert_int_equal(header[42] << 8 | header[43], 1280 | 1);
}

static void gtpu_counts_what_follows_its_first_eight_bytes(void **state)
{
	(void)state;
	packet_begin(&builder, 40, 0);
	packet_push_gtpu(&builder, 1, 0);
	assert_int_equal(packet_bytes(&builder), 48);
	assert_int_equal(packet_data(&builder)[3], 40);
	packet_begin(&builder, 40, 0);
	packet_push_gtpu(&builder, 1, 9);
	assert_int_equal(packet_bytes(&builder), 56);
	assert_int_equal(packet_data(&builder)[3], 48);
}

static void padding_only_lengthens_a_short_frame(void **state)
{
	(void)state;
	packet_begin(&builder, 59, 1);
	packet_pad(&builder, 60);
	assert_int_equal(packet_bytes(&builder), 60);
	assert_int_equal(packet_data(&builder)[59], 0);
	packet_pad(&builder, 10);
	assert_int_equal(packet_bytes(&builder), 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums_add_up_for_every_length_and_family),
		cmocka_unit_test(an_echo_of_ipv6_sums_the_addresses_and_one_of_ipv4_does_not),
		cmocka_unit_test(an_ipv4_header_says_its_length_and_sums_up),
		cmocka_unit_test(an_ipv6_header_says_the_length_behind_it),
		cmocka_unit_test(gtpu_counts_what_follows_its_first_eight_bytes),
		cmocka_unit_test(padding_only_lengthens_a_short_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
