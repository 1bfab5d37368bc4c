#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/flow_table.h"

enum {
	SECOND_NS = 1000000000,
};

static const struct siphash_key seed = {1, 2};

static void *table_new(struct flow_table *table, uint64_t max_flows, uint64_t idle_timeout_ns)
{
	size_t n_bytes = flow_table_memory_bytes(max_flows);
	void *memory = aligned_alloc(64, n_bytes);

	assert_non_null(memory);
	memset(memory, 0, n_bytes);
	flow_table_init(table, memory, max_flows, idle_timeout_ns, 0, &seed);
	return memory;
}

static struct flow_key key_of(uint32_t number)
{
	return (struct flow_key){{number, 0, 0, 0, 1 | 2 << 16 | UINT64_C(6) << 32}};
}

// Finds the flow of that number or makes it; true when one had to be evicted.
static bool touch(struct flow_table *table, uint32_t number, uint64_t now_ns)
{
	struct flow_key key = key_of(number);
	uint64_t hash = flow_table_hash(table, &key);
	struct flow *flow = flow_table_find(table, &key, hash), evicted;
	bool evicts = false;

	if (!flow)
		evicts = flow_table_insert(table, &key, hash, now_ns, &flow, &evicted);
	flow_table_seen(table, flow, now_ns);
	return evicts;
}

static bool holds(struct flow_table *table, uint32_t number)
{
	struct flow_key key = key_of(number);

	return flow_table_find(table, &key, flow_table_hash(table, &key)) != NULL;
}

static void both_directions_have_one_key(void **state)
{
	struct packet there = {.source = {1},
	                       .destination = {2},
	                       .source_port = 9,
	                       .destination_port = 5,
	                       .protocol = 17,
	                       .payload = FAMILY_IPV6};
	struct packet back = {.source = {2},
	                      .destination = {1},
	                      .source_port = 5,
	                      .destination_port = 9,
	                      .protocol = 17,
	                      .payload = FAMILY_IPV6};
	struct flow_key key, key_back;

	assert_int_equal(flow_key_of_packet(&there, &key), FLOW_FROM_LOW);
	assert_int_equal(flow_key_of_packet(&back, &key_back), FLOW_FROM_HIGH);
	assert_memory_equal(&key, &key_back, sizeof(key));
}

static void one_host_talking_to_itself_is_ordered_by_ports(void **state)
{
	struct packet there = {
		.source = {1}, .destination = {1}, .source_port = 9, .destination_port = 5};
	struct packet back = {
		.source = {1}, .destination = {1}, .source_port = 5, .destination_port = 9};
	struct flow_key key, key_back;

	assert_int_not_equal(flow_key_of_packet(&there, &key),
	                     flow_key_of_packet(&back, &key_back));
	assert_memory_equal(&key, &key_back, sizeof(key));
}

static void families_with_the_same_bytes_are_two_flows(void **state)
{
	struct packet ipv4 = {.source = {1}, .destination = {2}, .payload = FAMILY_IPV4};
	struct packet ipv6 = {.source = {1}, .destination = {2}, .payload = FAMILY_IPV6};
	struct flow_key key4, key6;

	flow_key_of_packet(&ipv4, &key4);
	flow_key_of_packet(&ipv6, &key6);
	assert_memory_not_equal(&key4, &key6, sizeof(key4));
}

static void every_flow_is_found_again_at_half_load(void **state)
{
	struct flow_table table;
	void *memory = table_new(&table, 4096, 0);

	for (uint32_t i = 0; i < 2048; i++)
		assert_false(touch(&table, i, 1));
	for (uint32_t i = 0; i < 2048; i++)
		assert_true(holds(&table, i));
	assert_false(holds(&table, 2048));
	assert_int_equal(table.n_flows, 2048);
	free(memory);
}

static void a_full_table_evicts_and_says_so(void **state)
{
	struct flow_table table;
	void *memory = table_new(&table, 64, 0);
	uint64_t n_evicted = 0;

	for (uint32_t i = 0; i < 10000; i++)
		n_evicted += touch(&table, i, i);
	assert_int_equal(table.n_flows + n_evicted, 10000);
	assert_true(table.n_flows <= flow_table_slots(&table));
	assert_true(holds(&table, 9999));
	assert_false(holds(&table, 0));
	free(memory);
}

// A tick apart: the first to come is the first to go, and a flow that is seen again stays.
static void the_oldest_flow_goes_first(void **state)
{
	struct flow_table table;
	void *memory = table_new(&table, 2 * LINE_SLOTS, 0);
	uint64_t tick_ns = UINT64_C(1) << table.tick_shift;

	touch(&table, 7, 1);
	for (uint32_t i = 0; i < 200; i++) {
		touch(&table, 1000 + i, (i + 1) * tick_ns);
		touch(&table, 7, (i + 1) * tick_ns);
	}
	assert_true(holds(&table, 7));
	assert_true(holds(&table, 1199));
	assert_false(holds(&table, 1000));
	free(memory);
}

static void among_flows_of_one_age_the_first_to_come_goes_first(void **state)
{
	struct flow_table table;
	void *memory = table_new(&table, 2 * LINE_SLOTS, 0);
	uint32_t n_kept = 0;

	for (uint32_t i = 0; i < 400; i++)
		touch(&table, i, 1);
	for (uint32_t i = 370; i < 400; i++)
		n_kept += holds(&table, i);
	assert_true(n_kept >= 25); // most of the last to come, however they fell on the lines
	free(memory);
}

// With so few free slots that looking for one costs more than it finds.
static void a_table_as_good_as_full_evicts_at_home(void **state)
{
	struct flow_table table;
	void *memory = table_new(&table, 1 << 16, 0);
	uint64_t n_evicted = 0;

	for (uint32_t i = 0; i < 4 << 16; i++)
		n_evicted += touch(&table, i, 1);
	assert_true(flow_table_is_full(&table));
	assert_int_equal(table.n_flows + n_evicted, 4 << 16);
	for (uint32_t i = (4 << 16) - 1000; i < 4 << 16; i++)
		assert_true(holds(&table, i));
	free(memory);
}

// As when workers pass on what they took a moment ago.
static void a_flow_seen_a_tick_ahead_is_not_the_oldest(void **state)
{
	struct flow_table table;
	void *memory = table_new(&table, 2 * LINE_SLOTS, 0);
	uint64_t tick_ns = UINT64_C(1) << table.tick_shift;

	touch(&table, 7, 6 * tick_ns);
	for (uint32_t i = 0; i < 200; i++) {
		touch(&table, 1000 + i, 5 * tick_ns);
		assert_true(holds(&table, 7));
		if (i % 8 == 0)
			touch(&table, 7, 6 * tick_ns);
	}
	assert_int_equal(table.n_flows, flow_table_slots(&table));
	free(memory);
}

static void a_clock_set_back_leaves_no_flow_for_ever(void **state)
{
	const uint64_t before_ns = 7200 * (uint64_t)SECOND_NS, now_ns = 3600 * (uint64_t)SECOND_NS;
	struct flow_table table;
	void *memory = table_new(&table, 1024, 30 * (uint64_t)SECOND_NS);

	touch(&table, 1, before_ns);
	flow_table_sweep(&table, before_ns);
	touch(&table, 2, now_ns);
	for (uint64_t i = 0; i < 60 * 64; i++)
		flow_table_sweep(&table, now_ns + i * SECOND_NS / 64);
	assert_int_equal(table.n_flows, 0);
	free(memory);
}

static void an_idle_flow_makes_room_without_eviction(void **state)
{
	struct flow_table table;
	void *memory = table_new(&table, 64, 30 * (uint64_t)SECOND_NS);

	for (uint32_t i = 0; i < 32; i++)
		touch(&table, i, SECOND_NS);
	for (uint32_t i = 100; i < 132; i++)
		assert_false(touch(&table, i, 40 * (uint64_t)SECOND_NS));
	free(memory);
}

static void a_sweep_frees_idle_flows_only(void **state)
{
	struct flow_table table;
	void *memory = table_new(&table, 1024, 30 * (uint64_t)SECOND_NS);

	touch(&table, 1, SECOND_NS);
	touch(&table, 2, 20 * (uint64_t)SECOND_NS);
	for (uint64_t i = 0; i < table.line_mask + 1; i++)
		flow_table_sweep(&table, 32 * (uint64_t)SECOND_NS);
	assert_false(holds(&table, 1));
	assert_true(holds(&table, 2));
	assert_int_equal(table.n_flows, 1);
	free(memory);
}

static void an_idle_flow_is_noticed_within_the_time_asked_for(void **state)
{
	const uint64_t timeout_ns = 300 * (uint64_t)SECOND_NS, notice_ns = SECOND_NS;
	size_t n_bytes = flow_table_memory_bytes(1024);
	void *memory = aligned_alloc(64, n_bytes);
	struct flow_table table;
	uint64_t now_ns = SECOND_NS;

	assert_non_null(memory);
	memset(memory, 0, n_bytes);
	flow_table_init(&table, memory, 1024, timeout_ns, notice_ns, &seed);
	for (uint32_t i = 0; i < 500; i++)
		touch(&table, i, now_ns);
	for (; now_ns <= SECOND_NS + timeout_ns; now_ns += SECOND_NS / 100)
		flow_table_sweep(&table, now_ns);
	assert_int_equal(table.n_flows, 500);
	for (; now_ns <= SECOND_NS + timeout_ns + notice_ns + SECOND_NS / 50;
	     now_ns += SECOND_NS / 100)
		flow_table_sweep(&table, now_ns);
	assert_int_equal(table.n_flows, 0);
	free(memory);
}

static void without_a_timeout_no_flow_is_idle(void **state)
{
	struct flow_table table;
	void *memory = table_new(&table, 64, 0);

	touch(&table, 1, 0);
	for (int i = 0; i < 64; i++)
		flow_table_sweep(&table, UINT64_MAX);
	assert_true(holds(&table, 1));
	free(memory);
}

static void displaced_flows_are_found_and_freed_too(void **state)
{
	struct flow_table table;
	void *memory = table_new(&table, 256, SECOND_NS);
	uint32_t n_displaced = 0;

	for (uint32_t i = 0; i < 280; i++)
		touch(&table, i, 1);
	for (uint32_t i = 0; i < 280; i++) {
		struct flow_key key = key_of(i);
		uint64_t hash = flow_table_hash(&table, &key);
		struct flow *flow = flow_table_find(&table, &key, hash);

		if (flow)
			n_displaced += (uint64_t)(flow - table.flows) / LINE_SLOTS !=
			               (hash & table.line_mask);
	}
	assert_true(n_displaced > 0);
	for (int i = 0; i < 8; i++)
		flow_table_sweep(&table, 3 * (uint64_t)SECOND_NS);
	assert_int_equal(table.n_flows, 0);
	for (uint32_t i = 0; i < 128; i++)
		assert_false(touch(&table, 1000 + i, 4 * (uint64_t)SECOND_NS));
	free(memory);
}

static void moving_keeps_every_flow(void **state)
{
	struct flow_table small, large;
	void *small_memory = table_new(&small, 1024, 0);
	void *large_memory = table_new(&large, 4096, 0);

	for (uint32_t i = 0; i < 600; i++)
		touch(&small, i, 7);
	flow_table_move(&large, &small);
	assert_int_equal(large.n_flows, small.n_flows);
	for (uint32_t i = 0; i < 600; i++)
		assert_int_equal(holds(&large, i), holds(&small, i));
	free(small_memory);
	free(large_memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_have_one_key),
		cmocka_unit_test(one_host_talking_to_itself_is_ordered_by_ports),
		cmocka_unit_test(families_with_the_same_bytes_are_two_flows),
		cmocka_unit_test(every_flow_is_found_again_at_half_load),
		cmocka_unit_test(a_full_table_evicts_and_says_so),
		cmocka_unit_test(the_oldest_flow_goes_first),
		cmocka_unit_test(among_flows_of_one_age_the_first_to_come_goes_first),
		cmocka_unit_test(a_table_as_good_as_full_evicts_at_home),
		cmocka_unit_test(a_flow_seen_a_tick_ahead_is_not_the_oldest),
		cmocka_unit_test(a_clock_set_back_leaves_no_flow_for_ever),
		cmocka_unit_test(an_idle_flow_makes_room_without_eviction),
		cmocka_unit_test(a_sweep_frees_idle_flows_only),
		cmocka_unit_test(an_idle_flow_is_noticed_within_the_time_asked_for),
		cmocka_unit_test(without_a_timeout_no_flow_is_idle),
		cmocka_unit_test(displaced_flows_are_found_and_freed_too),
		cmocka_unit_test(moving_keeps_every_flow),
	};

	return cmocka_run_group_tests_name("flow_table", tests, NULL, NULL);
}
