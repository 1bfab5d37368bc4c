#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "probe/meter/flow_table.h"
#include "probe/meter/parse.h"
#include "probe/meter/passage.h"

enum {
	FRAME_BYTES = 14 + 4 + 40 + 8 + 32,
	N_BURSTS = 4000,
};

static uint32_t next_random(uint32_t *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 8;
}

// Begins of frames that go the short path, with room behind for what damage makes of them.
static const uint8_t udp_over_ipv4[] = {2,    0, 0,  0,  0, 2, 2, 0, 0, 0,  0, 1,  8,  0,
                                        0x45, 0, 0,  60, 0, 1, 0, 0, 9, 17, 0, 0,  10, 0,
                                        0,    1, 10, 0,  0, 2, 0, 7, 0, 9,  0, 40, 0,  0};
static const uint8_t tcp_over_nat64[] = {
	2,    0,    0,    0, 0, 2, 2, 0,  0, 0,  0,    1,    0x81, 0,    0, 9,
	0x86, 0xdd, 0x60, 0, 0, 0, 0, 40, 6, 64, 0x20, 1,    0x0d, 0xb8, 0, 0,
	0,    0,    0,    0, 0, 0, 0, 0,  0, 1,  0,    0x64, 0xff, 0x9b, 0, 0,
	0,    0,    0,    0, 0, 0, 1, 2,  3, 4,  0,    80,   9,    9};
static const uint8_t vxlan_over_ipv4[] = {
	2, 0, 0, 0,  0, 2, 2,  0, 0, 0, 0,  1, 8, 0, 0x45, 0,    0,    60,   0, 1,
	0, 0, 9, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x12, 0xb5, 0x12, 0xb5, 0, 40};
static const uint8_t arp[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4};

static const struct {
	const uint8_t *bytes;
	uint32_t n_bytes;
} samples[] = {
	{udp_over_ipv4, sizeof(udp_over_ipv4)},
	{tcp_over_nat64, sizeof(tcp_over_nat64)},
	{vxlan_over_ipv4, sizeof(vxlan_over_ipv4)},
	{arp, sizeof(arp)},
};

// One of the samples, most often with some octets behind the addresses of Ethernet changed, and
// sometimes cut.
static struct frame draw_frame(uint8_t *bytes, uint32_t *random)
{
	uint32_t sample = next_random(random) % (sizeof(samples) / sizeof(samples[0]));
	struct frame frame = {bytes, FRAME_BYTES, FRAME_BYTES, next_random(random)};

	memset(bytes, 0, FRAME_BYTES);
	memcpy(bytes, samples[sample].bytes, samples[sample].n_bytes);
	for (uint32_t i = next_random(random) % 3; i > 0; i--)
		bytes[12 + next_random(random) % 50] = (uint8_t)next_random(random);
	if (next_random(random) % 4 == 0)
		frame.captured_bytes = next_random(random) % FRAME_BYTES;
	return frame;
}

// What the passages of a burst must be, frame by frame and by the walk alone.
static void expect(const struct frame *frame, struct tally *tally, struct passages *passages,
                   uint32_t at)
{
	struct link_tally *link = &tally->links[1];
	struct traffic_cell *cell;
	struct packet packet;

	packet_parse_by_walk(LINK_ETHERNET, frame, &packet);
	tally->first_ns = frame->time_ns < tally->first_ns ? frame->time_ns : tally->first_ns;
	tally->last_ns = frame->time_ns > tally->last_ns ? frame->time_ns : tally->last_ns;
	link->frames[packet.verdict]++;
	link->wire_bytes += frame->wire_bytes;
	link->truncated_frames += frame->captured_bytes < frame->wire_bytes;
	link->deep_frames += (packet.flags & PACKET_DEEP) != 0;
	if (packet.n_ip_headers == 0)
		return;
	cell = &link->traffic[packet.carrier][packet.payload][packet.transition];
	cell->packets++;
	cell->carrier_bytes += packet.carrier_bytes;
	cell->payload_bytes += packet.payload_bytes;
	link->flows[packet.payload].fragments += (packet.flags & PACKET_FRAGMENT) != 0;
	passages->present |= UINT64_C(1) << at;
	passages->at[at].direction = (uint8_t)flow_key_of_packet(&packet, &passages->at[at].key);
	passages->at[at].transport_offset = packet.transport_offset;
	passages->at[at].transport_bytes = packet.transport_bytes;
}

static void a_burst_is_counted_and_keyed_as_its_frames_alone_would_be(void **state)
{
	static uint8_t bytes[PASSAGES_MAX][FRAME_BYTES];
	static struct flow_line lines[2]; // asked for, no more
	const struct flow_table table = {
		.lines = lines, .line_mask = 1, .secret = {{1, 2, 3, 4, 5, 6, 7, 8}}};
	struct tally tally, expected_tally;
	struct frame frames[PASSAGES_MAX];
	struct passages passages, expected;
	uint32_t random = 11;

	tally_init(&tally, NULL);
	tally_init(&expected_tally, NULL);
	for (uint32_t burst = 0; burst < N_BURSTS; burst++) {
		uint32_t n_frames = next_random(&random) % (PASSAGES_MAX + 1);

		expected.present = 0;
		for (uint32_t i = 0; i < n_frames; i++) {
			frames[i] = draw_frame(bytes[i], &random);
			expect(&frames[i], &expected_tally, &expected, i);
		}
		passages_begin(&table, &tally, 1, LINK_ETHERNET, frames, n_frames, &passages);
		assert_true(passages.present == expected.present);
		for (uint32_t i = 0; i < n_frames; i++) {
			const struct passage *passage = &passages.at[i], *want = &expected.at[i];

			if (!(passages.present >> i & 1))
				continue;
			assert_memory_equal(&passage->key, &want->key, sizeof(passage->key));
			assert_int_equal(passage->direction, want->direction);
			assert_int_equal(passage->transport_offset, want->transport_offset);
			assert_int_equal(passage->transport_bytes, want->transport_bytes);
			assert_true(passage->hash == flow_table_hash(&table, &want->key));
		}
	}
	assert_memory_equal(&tally, &expected_tally, sizeof(tally));
	assert_true(tally.links[1].traffic[1][1][TRANSITION_NAT64].packets > 1000);
	assert_true(tally.links[1].frames[FRAME_MALFORMED] > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_counted_and_keyed_as_its_frames_alone_would_be),
	};

	return cmocka_run_group_tests_name("passage", tests, NULL, NULL);
}
