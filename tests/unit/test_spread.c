// Several meters whose frames were shared out by their flows are, merged, one meter. With threads
// of their own, as workers have: built with ThreadSanitizer it also shows that they share nothing.
#include "test_all.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/epoch.h"
#include "probe/meter/meter.h"
#include "probe/meter/spread.h"
#include "proto/base/clock.h"
#include "tests/gen/profile.h"
#include "tests/gen/traffic.h"

enum {
	N_FRAMES = 20000,
	MAX_METERS = 5,
	MAX_FLOWS = 1 << 16,
};

static const struct siphash_key seed = {11, 12};
static struct frame frames[N_FRAMES];
static uint32_t n_frames;

static void make_frames(uint64_t number)
{
	static struct traffic traffic;
	struct settings settings = {
		.seed = number,
		.start_ns = 1700000000 * NS_PER_S,
		.n_frames = N_FRAMES,
		.duration_ns = 20 * NS_PER_S,
		.rate_fps = 1000,
		.n_flows = 3000,
		.v6_share = 0.5,
		.snaplen = 65535,
	};
	struct made_frame made;

	profile_apply("mix", &settings);
	assert_int_equal(traffic_init(&traffic, &settings), 0);
	for (n_frames = 0; n_frames < N_FRAMES && traffic_next(&traffic, &made); n_frames++) {
		uint8_t *copy = malloc(made.n_bytes);

		assert_non_null(copy);
		memcpy(copy, made.data, made.n_bytes);
		frames[n_frames] = (struct frame){copy, made.n_bytes, made.n_bytes, made.time_ns};
	}
	traffic_fini(&traffic);
	assert_true(n_frames > N_FRAMES / 2);
}

static void free_frames(void)
{
	while (n_frames > 0)
		free((void *)frames[--n_frames].data);
}

// A worker of the test: meters those frames it owns.
struct counter {
	struct spread spread;
	uint32_t self;
	void *memory;
	struct meter *meter;
	struct tally_pair *pair;
	_Atomic bool ended;
	pthread_t thread;
};

static void counter_init(struct counter *counter, uint32_t self, uint32_t n)
{
	const struct meter_config config = {.max_flows = MAX_FLOWS, .seed = {self, 1}};
	size_t n_bytes = (meter_memory_bytes(&config) + 63) / 64 * 64;

	memset(counter, 0, sizeof(*counter));
	counter->memory = aligned_alloc(64, n_bytes);
	counter->pair = aligned_alloc(64, (sizeof(*counter->pair) + 63) / 64 * 64);
	assert_non_null(counter->memory);
	assert_non_null(counter->pair);
	memset(counter->memory, 0, n_bytes);
	counter->meter = meter_init(counter->memory, &config);
	counter->self = self;
	spread_init(&counter->spread, &seed, n);
	tally_pair_init(counter->pair);
}

// Frames without a flow belong to nobody by themselves: the first takes them.
static void *count_own(void *argument)
{
	struct counter *counter = argument;

	for (uint32_t i = 0; i < n_frames; i++) {
		struct tally *tally = tally_pair_begin_burst(counter->pair);
		uint8_t owner;

		spread_owners(&counter->spread, 0, LINK_ETHERNET, &frames[i], 1, &owner);
		if (owner == counter->self)
			meter_burst(counter->meter, tally, 0, i % 3 == 0, LINK_ETHERNET, &frames[i],
			            1);
	}
	atomic_store_explicit(&counter->ended, true, memory_order_release);
	return NULL;
}

static void gather(struct counter *counter, struct tally *total)
{
	struct tally *sealed = tally_pair_sealed(counter->pair);

	if (sealed != NULL) {
		tally_merge(total, sealed);
		tally_pair_release(counter->pair);
	}
	tally_pair_request(counter->pair);
}

// What n meters count together; control gathers while they run.
static void count_by(uint32_t n, struct tally *ret_total)
{
	struct counter counters[MAX_METERS];

	tally_init(ret_total, NULL);
	for (uint32_t i = 0; i < n; i++) {
		counter_init(&counters[i], i, n);
		assert_int_equal(pthread_create(&counters[i].thread, NULL, count_own, &counters[i]),
		                 0);
	}
	for (uint32_t i = 0; i < n; i++) {
		while (!atomic_load_explicit(&counters[i].ended, memory_order_acquire))
			for (uint32_t k = 0; k < n; k++)
				gather(&counters[k], ret_total);
	}
	for (uint32_t i = 0; i < n; i++) {
		pthread_join(counters[i].thread, NULL);
		tally_merge(ret_total, &counters[i].pair->tallies[0]);
		tally_merge(ret_total, &counters[i].pair->tallies[1]);
		free(counters[i].memory);
		free(counters[i].pair);
	}
}

static void several_meters_merged_are_one(void **state)
{
	for (uint64_t number = 1; number <= 3; number++) {
		struct tally one, several;

		make_frames(number);
		count_by(1, &one);
		assert_int_equal(link_tally_frames(&one.links[0]) +
		                         link_tally_frames(&one.links[1]),
		                 n_frames);
		for (uint32_t n = 2; n <= MAX_METERS; n++) {
			count_by(n, &several);
			assert_memory_equal(&several, &one, sizeof(one));
		}
		free_frames();
	}
}

static void owners_share_the_flows_evenly(void **state)
{
	uint32_t n_owned[4] = {0};
	struct spread spread;

	make_frames(7);
	spread_init(&spread, &seed, 4);
	for (uint32_t i = 0; i < n_frames; i++) {
		uint8_t owner;

		spread_owners(&spread, 0, LINK_ETHERNET, &frames[i], 1, &owner);
		n_owned[owner]++;
	}
	for (int i = 0; i < 4; i++)
		assert_in_range(n_owned[i], n_frames / 8, n_frames / 2);
	free_frames();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_meters_merged_are_one),
		cmocka_unit_test(owners_share_the_flows_evenly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
