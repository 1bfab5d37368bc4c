#include "test_all.h"

#include <stdlib.h>
#include <string.h>

#include "probe/meter/meter.h"
#include "probe/meter/transition_list.h"

#include "prefix_naive.h"
#include "user_frames.h"
#include "user_sample.h"

enum {
	N_ADDRESSES = 20000,
	N_PLANS = 50,
	ETHERNET_BYTES = 14,
};

static uint32_t next_random(uint32_t *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 8;
}

// Of few bits that are not 0, so that prefixes and addresses meet.
static void draw_address(uint8_t *address, uint32_t *random)
{
	memset(address, 0, 16);
	address[0] = 0x20;
	for (uint32_t i = 0; i < 3; i++)
		address[next_random(random) % 16] ^= (uint8_t)(1 << next_random(random) % 8);
}

static struct transition_prefix draw_prefix(uint32_t *random)
{
	struct prefix_row row = {.length = (uint8_t)(next_random(random) % 129)};
	struct transition_prefix prefix = {.length = row.length};

	draw_address(row.address, random);
	prefix_row_cut(&row);
	memcpy(prefix.address, row.address, sizeof(prefix.address));
	prefix.transition = next_random(random) % 2 ? TRANSITION_NAT64 : TRANSITION_6RD;
	return prefix;
}

static bool naive_has(const struct user_plan *plan, enum transition transition,
                      const uint8_t *address)
{
	for (uint32_t i = 0; i < plan->n_transitions; i++) {
		const struct transition_prefix *prefix = &plan->transitions[i];
		struct prefix_row row = {.family = FAMILY_IPV6, .length = prefix->length};

		memcpy(row.address, prefix->address, sizeof(row.address));
		if (prefix->transition == transition &&
		    prefix_naive_covers(&row, FAMILY_IPV6, address))
			return true;
	}
	return false;
}

static void an_address_is_in_a_list_when_a_prefix_covers_it(void **state)
{
	struct transition_prefix prefixes[MAX_TRANSITION_PREFIXES];
	static struct transition_list lists[N_TRANSITIONS];
	uint32_t random = 3, n_covered = 0;

	for (uint32_t p = 0; p < N_PLANS; p++) {
		const struct user_plan plan = {.transitions = prefixes,
		                               .n_transitions = p % 5 ? p % 5 : p};

		for (uint32_t i = 0; i < plan.n_transitions; i++)
			prefixes[i] = draw_prefix(&random);
		transition_list_init(&lists[TRANSITION_NAT64], &plan, TRANSITION_NAT64);
		transition_list_init(&lists[TRANSITION_6RD], &plan, TRANSITION_6RD);
		for (uint32_t i = 0; i < N_ADDRESSES / N_PLANS; i++) {
			enum transition transition = i % 2 ? TRANSITION_NAT64 : TRANSITION_6RD;
			uint8_t source[16], destination[16];
			bool expected;

			draw_address(source, &random);
			draw_address(destination, &random);
			expected = naive_has(&plan, transition, source) ||
			           naive_has(&plan, transition, destination);
			assert_int_equal(
				transition_list_has_bytes(&lists[transition], source, destination),
				expected);
			n_covered += expected;
		}
	}
	assert_in_range(n_covered, N_ADDRESSES / 50, N_ADDRESSES / 2);
}

// What the only packet of a meter's tally counted as.
static enum transition transition_of(const struct frame *frame, struct user_tally *users)
{
	const struct meter_config config = {.max_flows = 64, .seed = {3, 4}};
	struct meter *meter = meter_init(sample_memory(meter_memory_bytes(&config)), &config);
	struct tally tally;
	int transition = 0;

	tally_init(&tally, users);
	meter_burst(meter, &tally, 0, 0, LINK_ETHERNET, frame, 1);
	for (int carrier = 0; carrier < N_FAMILIES; carrier++)
		for (int payload = 0; payload < N_FAMILIES; payload++)
			for (int t = 0; t < N_TRANSITIONS; t++)
				if (tally.links[0].traffic[carrier][payload][t].packets > 0)
					transition = t;
	free(meter);
	return (enum transition)transition;
}

// The frame with an IPv4 header of protocol 41 before its IPv6 header.
static struct frame in_ipv4(const struct frame *frame, uint8_t *bytes)
{
	const struct host from = {{192, 0, 2, 1}, 0}, to = {{192, 0, 2, 2}, 0};
	const struct said said = {.protocol = PROTOCOL_IPV6};
	uint32_t inner_bytes = frame->captured_bytes - ETHERNET_BYTES;

	memset(bytes, 0, ETHERNET_BYTES + 20);
	put16(bytes + 12, 0x0800);
	put_ipv4(bytes + ETHERNET_BYTES, &from, &to, &said, inner_bytes);
	memcpy(bytes + ETHERNET_BYTES + 20, frame->data + ETHERNET_BYTES, inner_bytes);
	return (struct frame){bytes, frame->captured_bytes + 20, frame->captured_bytes + 20, 0};
}

// The same with a fragment header, which is an atomic one's and takes it off the short path.
static struct frame walked(const struct frame *frame, uint8_t *bytes)
{
	uint32_t head = ETHERNET_BYTES + 40, n_bytes = frame->captured_bytes + 8;

	memcpy(bytes, frame->data, head);
	memset(bytes + head, 0, 8);
	bytes[head] = bytes[ETHERNET_BYTES + 6];
	bytes[ETHERNET_BYTES + 6] = PROTOCOL_FRAGMENT;
	put16(bytes + ETHERNET_BYTES + 4, n_bytes - head);
	memcpy(bytes + head + 8, frame->data + head, frame->captured_bytes - head);
	return (struct frame){bytes, n_bytes, n_bytes, 0};
}

static const struct host anyone = {{0x2a, 0x01, 1, 2, 3}, 7};

// Without a tunnel, and in one; without the plan, and with it.
static const struct {
	struct host host;
	enum transition bare, bare_by_plan, tunnelled, tunnelled_by_plan;
} hosts[] = {
	{{{0x2a, 0x02}, 9},
         TRANSITION_NATIVE6,
         TRANSITION_NATIVE6,
         TRANSITION_6IN4,
         TRANSITION_6IN4},
	{{{0x20, 0x01, 0x0d, 0xb8, 0, 0x64, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9}, 9},
         TRANSITION_NATIVE6,
         TRANSITION_NAT64,
         TRANSITION_6IN4,
         TRANSITION_6IN4},
	{{{0x20, 0x01, 0x0d, 0xb8, 0, 0x64, 0, 0, 0, 0, 0, 1}, 9},
         TRANSITION_NATIVE6,
         TRANSITION_NATIVE6,
         TRANSITION_6IN4,
         TRANSITION_6IN4},
	{{{0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8}, 9},
         TRANSITION_NAT64,
         TRANSITION_NAT64,
         TRANSITION_6IN4,
         TRANSITION_6IN4},
	{{{0x24, 0x00, 0x12, 0x34, 5}, 9},
         TRANSITION_NATIVE6,
         TRANSITION_NATIVE6,
         TRANSITION_6IN4,
         TRANSITION_6RD},
	{{{0x24, 0x00, 0x12, 0x35, 5}, 9},
         TRANSITION_NATIVE6,
         TRANSITION_NATIVE6,
         TRANSITION_6IN4,
         TRANSITION_6IN4},
	{{{0x20, 0x02, 0x12, 0x34}, 9},
         TRANSITION_NATIVE6,
         TRANSITION_NATIVE6,
         TRANSITION_6TO4,
         TRANSITION_6TO4},
	// In a 6rd prefix, and ISATAP's by what stands behind it.
	{{{0x24, 0x00, 0x12, 0x34, 0, 0, 0, 0, 0, 0, 0x5e, 0xfe, 1, 2, 3, 4}, 9},
         TRANSITION_NATIVE6,
         TRANSITION_NATIVE6,
         TRANSITION_ISATAP,
         TRANSITION_ISATAP},
};

static void expect_host(size_t i, bool from_host, struct user_tally *users)
{
	const struct said said = {.protocol = PROTOCOL_UDP};
	const struct host *from = from_host ? &hosts[i].host : &anyone;
	const struct host *to = from_host ? &anyone : &hosts[i].host;
	uint8_t bytes[USER_FRAME_BYTES], more[USER_FRAME_BYTES + 64];
	struct frame frame = user_frame(bytes, FAMILY_IPV6, from, to, &said, 0), other;

	assert_int_equal(transition_of(&frame, NULL), hosts[i].bare);
	assert_int_equal(transition_of(&frame, users), hosts[i].bare_by_plan);
	other = walked(&frame, more);
	assert_int_equal(transition_of(&other, NULL), hosts[i].bare);
	assert_int_equal(transition_of(&other, users), hosts[i].bare_by_plan);
	other = in_ipv4(&frame, more);
	assert_int_equal(transition_of(&other, NULL), hosts[i].tunnelled);
	assert_int_equal(transition_of(&other, users), hosts[i].tunnelled_by_plan);
}

static void a_plan_decides_what_headers_leave_open(void **state)
{
	struct user_sample sample;
	struct user_tally users;
	void *memory;

	user_sample_init(&sample);
	memory = sample_tally_new(&sample, &users);
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		expect_host(i, true, &users);
		expect_host(i, false, &users);
	}
	free(memory);
	user_sample_fini(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_in_a_list_when_a_prefix_covers_it),
		cmocka_unit_test(a_plan_decides_what_headers_leave_open),
	};

	return cmocka_run_group_tests_name("transition_list", tests, NULL, NULL);
}
