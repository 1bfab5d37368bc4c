#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/distinct.h"
#include "probe/meter/flow_table.h"
#include "probe/meter/meter.h"
#include "probe/meter/parse.h"

enum {
	FRAME_BYTES = 14 + 20 + 8,
	N_WORKERS = 3,
};

#define SECOND_NS UINT64_C(1000000000)

static struct meter *meter_new(uint64_t max_flows, uint64_t idle_timeout_ns,
                               struct distinct_sources *sources)
{
	const struct meter_config config = {.max_flows = max_flows,
	                                    .idle_timeout_ns = idle_timeout_ns,
	                                    .seed = {3, 4},
	                                    .sources = sources};
	size_t n_bytes = (meter_memory_bytes(&config) + 63) / 64 * 64;
	void *memory = aligned_alloc(64, n_bytes);

	assert_non_null(memory);
	memset(memory, 0, n_bytes);
	return meter_init(memory, &config);
}

// UDP over IPv4 from one host to another, both named by a byte.
static struct frame udp_frame(uint8_t *bytes, uint8_t from, uint8_t to, uint64_t time_ns)
{
	const uint8_t header[FRAME_BYTES] = {2,    0,    0,  0,  0, 2,  2, 0, 0,  0,  0, 1, 8,  0,
	                                     0x45, 0,    0,  28, 0, 1,  0, 0, 64, 17, 0, 0, 10, 0,
	                                     0,    from, 10, 0,  0, to, 0, 7, 0,  7,  0, 8, 0,  0};

	memcpy(bytes, header, sizeof(header));
	return (struct frame){bytes, FRAME_BYTES, FRAME_BYTES, time_ns};
}

static void meter_one(struct meter *meter, struct tally *tally, uint64_t epoch, uint32_t link,
                      uint8_t from, uint8_t to, uint64_t time_ns)
{
	uint8_t bytes[FRAME_BYTES];
	struct frame frame = udp_frame(bytes, from, to, time_ns);

	meter_burst(meter, tally, epoch, link, LINK_ETHERNET, &frame, 1);
}

static void answers_belong_to_the_flow_they_answer(void **state)
{
	struct meter *meter = meter_new(1024, 0, NULL);
	struct tally tally;

	tally_init(&tally, NULL);
	meter_one(meter, &tally, 0, 0, 1, 2, 1);
	meter_one(meter, &tally, 0, 0, 2, 1, 2);
	assert_int_equal(tally.links[0].flows[FAMILY_IPV4].new_flows, 1);
	assert_int_equal(tally.links[0].flows[FAMILY_IPV4].active_flows, 1);
	assert_int_equal(tally.links[0].traffic[0][0][TRANSITION_NATIVE4].packets, 2);
	assert_int_equal(tally.links[0].traffic[0][0][TRANSITION_NATIVE4].payload_bytes, 56);
	free(meter);
}

static void a_flow_is_active_once_in_each_epoch(void **state)
{
	struct meter *meter = meter_new(1024, 0, NULL);
	struct tally tallies[2];

	for (uint64_t epoch = 0; epoch < 2; epoch++) {
		tally_init(&tallies[epoch], NULL);
		for (int i = 0; i < 5; i++)
			meter_one(meter, &tallies[epoch], epoch, 0, 1, 2, epoch);
	}
	assert_int_equal(tallies[0].links[0].flows[FAMILY_IPV4].new_flows, 1);
	assert_int_equal(tallies[1].links[0].flows[FAMILY_IPV4].new_flows, 0);
	assert_int_equal(tallies[1].links[0].flows[FAMILY_IPV4].active_flows, 1);
	free(meter);
}

static void a_flow_that_was_idle_too_long_is_a_new_one(void **state)
{
	struct meter *meter = meter_new(1024, 30 * SECOND_NS, NULL);
	struct tally tally;

	tally_init(&tally, NULL);
	meter_one(meter, &tally, 0, 0, 1, 2, 1 * SECOND_NS);
	meter_one(meter, &tally, 0, 0, 1, 2, 31 * SECOND_NS);
	assert_int_equal(tally.links[0].flows[FAMILY_IPV4].new_flows, 1);
	meter_one(meter, &tally, 0, 0, 1, 2, 62 * SECOND_NS);
	assert_int_equal(tally.links[0].flows[FAMILY_IPV4].new_flows, 2);
	free(meter);
}

static void an_idle_flow_is_noticed_without_packets(void **state)
{
	struct meter *meter = meter_new(1024, 30 * SECOND_NS, NULL);
	struct tally tally;

	tally_init(&tally, NULL);
	meter_one(meter, &tally, 0, 0, 1, 2, 1 * SECOND_NS);
	assert_int_equal(meter_flows(meter), 1);
	for (int i = 0; i < 1024 / 32; i++)
		meter_sweep(meter, 40 * SECOND_NS);
	assert_int_equal(meter_flows(meter), 0);
	free(meter);
}

static void packets_never_suffer_from_a_full_table(void **state)
{
	struct meter *meter = meter_new(64, 0, NULL);
	struct flow_cell *flows;
	struct tally tally;

	tally_init(&tally, NULL);
	for (int i = 0; i < 10000; i++)
		meter_one(meter, &tally, 0, 0, (uint8_t)(i % 250), (uint8_t)(i / 250), (uint64_t)i);
	flows = &tally.links[0].flows[FAMILY_IPV4];
	assert_int_equal(tally.links[0].frames[FRAME_IPV4], 10000);
	assert_true(flows->evicted_flows > 0);
	assert_int_equal(flows->new_flows - flows->evicted_flows, meter_flows(meter));
	free(meter);
}

static void every_frame_is_counted_once_on_its_link(void **state)
{
	const uint8_t arp[60] = {[12] = 8, [13] = 6};
	const struct frame frames[] = {{arp, 60, 60, 5}, {arp, 20, 60, 3}};
	struct meter *meter = meter_new(64, 0, NULL);
	struct tally tally;

	tally_init(&tally, NULL);
	meter_burst(meter, &tally, 0, 2, LINK_ETHERNET, frames, 2);
	assert_int_equal(link_tally_frames(&tally.links[2]), 2);
	assert_int_equal(link_tally_frames(&tally.links[0]), 0);
	assert_int_equal(tally.links[2].frames[FRAME_OTHER], 2);
	assert_int_equal(tally.links[2].truncated_frames, 1);
	assert_int_equal(tally.links[2].wire_bytes, 120);
	assert_int_equal(tally.first_ns, 3);
	assert_int_equal(tally.last_ns, 5);
	free(meter);
}

static void sources_are_counted_in_both_directions(void **state)
{
	struct distinct_sources *sources = calloc(1, sizeof(*sources));
	struct meter *meter = meter_new(1024, 0, sources);
	struct tally tally;

	assert_non_null(sources);
	tally_init(&tally, NULL);
	for (int i = 0; i < 3; i++)
		meter_one(meter, &tally, 0, 0, 1, 2, 1);
	assert_int_equal(sources->ipv4.n_exact, 1);
	meter_one(meter, &tally, 0, 0, 2, 1, 1);
	assert_int_equal(sources->ipv4.n_exact, 2);
	assert_int_equal(sources->ipv6.n_exact, 0);
	free(meter);
	free(sources);
}

static uint32_t next_random(uint32_t *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 8;
}

// Each flow stays with one worker, as a symmetric hash of the addresses would have it.
static void workers_merged_count_what_one_worker_counts(void **state)
{
	struct meter *one = meter_new(1 << 16, 0, NULL), *workers[N_WORKERS];
	struct tally whole, merged, part[N_WORKERS];
	uint32_t random = 7;

	tally_init(&whole, NULL);
	tally_init(&merged, NULL);
	for (int w = 0; w < N_WORKERS; w++) {
		workers[w] = meter_new(1 << 16, 0, NULL);
		tally_init(&part[w], NULL);
	}
	for (uint64_t i = 0; i < 100000; i++) {
		uint8_t from = (uint8_t)next_random(&random), to = (uint8_t)next_random(&random);
		uint32_t link = (from ^ to) % 4;
		int w = (from ^ to) % N_WORKERS;

		meter_one(one, &whole, 0, link, from, to, i);
		meter_one(workers[w], &part[w], 0, link, from, to, i);
	}
	for (int w = N_WORKERS - 1; w >= 0; w--) {
		tally_merge(&merged, &part[w]);
		free(workers[w]);
	}
	assert_memory_equal(&merged, &whole, sizeof(whole));
	free(one);
}

static void a_meter_that_grew_counts_on_as_before(void **state)
{
	struct meter *small = meter_new(4096, 0, NULL), *large = meter_new(16384, 0, NULL);
	struct tally tally;

	tally_init(&tally, NULL);
	for (int i = 0; i < 1000; i++)
		meter_one(small, &tally, 0, 0, (uint8_t)(i % 250), (uint8_t)(250 + i / 250), 1);
	assert_false(meter_is_crowded(small));
	for (int i = 0; i < 3000; i++)
		meter_one(small, &tally, 0, 0, (uint8_t)(i % 250), (uint8_t)(200 + i / 250), 1);
	assert_true(meter_is_crowded(small));
	meter_move(large, small);
	assert_int_equal(meter_flows(large), meter_flows(small));
	tally_init(&tally, NULL);
	meter_one(large, &tally, 0, 0, 3, 251, 1);
	assert_int_equal(tally.links[0].flows[FAMILY_IPV4].new_flows, 0);
	free(small);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_belong_to_the_flow_they_answer),
		cmocka_unit_test(a_flow_is_active_once_in_each_epoch),
		cmocka_unit_test(a_flow_that_was_idle_too_long_is_a_new_one),
		cmocka_unit_test(an_idle_flow_is_noticed_without_packets),
		cmocka_unit_test(packets_never_suffer_from_a_full_table),
		cmocka_unit_test(every_frame_is_counted_once_on_its_link),
		cmocka_unit_test(sources_are_counted_in_both_directions),
		cmocka_unit_test(workers_merged_count_what_one_worker_counts),
		cmocka_unit_test(a_meter_that_grew_counts_on_as_before),
	};

	return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
