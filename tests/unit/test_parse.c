#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/parse.h"

static const uint8_t tcp_over_ipv6[] = {
	2,    0,    0,    0,    0, 2,  2, 0,  0,    0, 0,    1,    0x86, 0xdd, // Ethernet
	0x60, 0,    0,    0,    0, 20, 6, 64, 0x20, 1, 0x0d, 0xb8, 0,    0,    0, 0, 0, 0, 0, 0,
	0,    0,    0,    1, // from ::1
	0x20, 1,    0x0d, 0xb8, 0, 0,  0, 0,  0,    0, 0,    0,    0,    0,    0, 2, // to ::2
	3,    0xe8, 1,    0xbb, 0, 0,  0, 1,  0,    0, 0,    0,    0x50, 2,    0, 0, 0, 0, 0, 0};

static void addresses_are_those_of_the_payload_header(void **state)
{
	const struct frame frame = {tcp_over_ipv6, sizeof(tcp_over_ipv6), sizeof(tcp_over_ipv6), 0};
	struct packet packet;

	packet_parse(LINK_ETHERNET, &frame, &packet);
	assert_memory_equal(packet.source, tcp_over_ipv6 + 22, 16);
	assert_memory_equal(packet.destination, tcp_over_ipv6 + 38, 16);
	assert_int_equal(packet.n_headers, 3);
}

// Cut anywhere and claiming any length, a frame is parsed alike by both paths and never read past
// its end, which the allocation of exactly its size lets a sanitizer see.
static void the_short_path_agrees_with_the_walk_wherever_a_frame_is_cut(void **state)
{
	for (uint32_t captured = 0; captured <= sizeof(tcp_over_ipv6); captured++) {
		uint8_t *bytes = malloc(captured ? captured : 1);

		assert_non_null(bytes);
		memcpy(bytes, tcp_over_ipv6, captured);
		for (uint32_t more = 0; more < 3; more++) {
			const struct frame frame = {bytes, captured, captured + more, 0};
			struct packet by_walk, packet;

			packet_parse_by_walk(LINK_ETHERNET, &frame, &by_walk);
			packet_parse(LINK_ETHERNET, &frame, &packet);
			assert_memory_equal(&packet, &by_walk, sizeof(packet));
		}
		free(bytes);
	}
}

static uint32_t next_random(uint32_t *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 8;
}

static void the_short_path_agrees_with_the_walk_on_damaged_frames(void **state)
{
	uint8_t bytes[sizeof(tcp_over_ipv6)];
	uint32_t random = 1;

	for (int i = 0; i < 200000; i++) {
		struct packet by_walk, packet;

		memcpy(bytes, tcp_over_ipv6, sizeof(bytes));
		for (int damages = 0; damages < 3; damages++)
			bytes[12 + next_random(&random) % 46] = (uint8_t)next_random(&random);
		const struct frame frame = {bytes, sizeof(bytes), sizeof(bytes), 0};

		packet_parse_by_walk(LINK_ETHERNET, &frame, &by_walk);
		packet_parse(LINK_ETHERNET, &frame, &packet);
		assert_memory_equal(&packet, &by_walk, sizeof(packet));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_those_of_the_payload_header),
		cmocka_unit_test(the_short_path_agrees_with_the_walk_wherever_a_frame_is_cut),
		cmocka_unit_test(the_short_path_agrees_with_the_walk_on_damaged_frames),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
