#include "test_all.h"

#include <string.h>

#include "proto/base/clock.h"
#include "tests/gen/profile.h"
#include "tests/gen/random.h"
#include "tests/gen/traffic.h"

enum {
	N_FRAMES = 5000,
};

static struct traffic traffic;

static struct settings settings_of(const char *profile, uint64_t seed)
{
	struct settings settings = {
		.seed = seed,
		.start_ns = 1700000000 * NS_PER_S,
		.n_frames = N_FRAMES,
		.duration_ns = 5 * NS_PER_S,
		.rate_fps = 1000,
		.n_flows = 300,
		.v6_share = 0.4,
		.snaplen = 65535,
	};

	profile_apply(profile, &settings);
	return settings;
}

// One number for all bytes and times of a capture.
static uint64_t digest(const struct settings *settings)
{
	struct made_frame frame;
	uint64_t digest = 0;

	assert_int_equal(traffic_init(&traffic, settings), 0);
	while (traffic_next(&traffic, &frame)) {
		digest = random_mix(digest + frame.time_ns);
		for (uint32_t i = 0; i < frame.n_bytes; i++)
			digest = digest * 31 + frame.data[i];
	}
	traffic_fini(&traffic);
	return digest;
}

static struct truth truth_of(const struct settings *settings)
{
	struct truth truth = {0};
	struct made_frame frame;

	assert_int_equal(traffic_init(&traffic, settings), 0);
	while (traffic_next(&traffic, &frame))
		assert_int_equal(truth_add(&truth, &frame.expected, frame.time_ns, false), 0);
	traffic_fini(&traffic);
	return truth;
}

static void the_same_seed_makes_the_same_bytes_and_another_seed_others(void **state)
{
	struct settings first = settings_of("mix", 1);
	struct settings second = settings_of("mix", 2);

	(void)state;
	assert_true(digest(&first) == digest(&first));
	assert_true(digest(&first) != digest(&second));
}

// Numbers drawn in an order that the compiler chose once made two builds differ. Change the number
// when the traffic is meant to change.
static void a_seed_makes_the_same_capture_whatever_the_compiler(void **state)
{
	struct settings settings = settings_of("mix", 1);

	(void)state;
	assert_int_equal(digest(&settings), UINT64_C(0x339379c527243ba8));
}

static void every_ledger_of_the_truth_has_the_same_packets(void **state)
{
	struct settings settings = settings_of("mix", 3);
	struct truth truth = truth_of(&settings);
	uint64_t n_ip = truth.frames[FRAME_IPV4] + truth.frames[FRAME_IPV6];
	uint64_t n_transition = 0, transition_bytes = 0;

	(void)state;
	for (int i = 0; i < N_TRANSITIONS; i++) {
		n_transition += truth.transition[i].packets;
		transition_bytes += truth.transition[i].bytes;
	}
	assert_int_equal(truth.n_frames, N_FRAMES);
	assert_int_equal(n_ip + truth.frames[FRAME_OTHER] + truth.frames[FRAME_MALFORMED],
	                 N_FRAMES);
	assert_int_equal(truth.carrier[0].packets + truth.carrier[1].packets, n_ip);
	assert_int_equal(truth.payload[0].packets + truth.payload[1].packets, n_ip);
	assert_int_equal(n_transition, n_ip);
	assert_int_equal(transition_bytes, truth.payload[0].bytes + truth.payload[1].bytes);
	assert_true(truth.carrier[0].bytes + truth.carrier[1].bytes > transition_bytes);
	truth_fini(&truth);
}

static void every_kind_shows_up_in_the_mix(void **state)
{
	struct settings settings = settings_of("mix", 4);
	bool seen[N_KINDS] = {false};

	(void)state;
	assert_int_equal(traffic_init(&traffic, &settings), 0);
	for (uint32_t i = 0; i < settings.n_flows; i++)
		seen[traffic.flows[i].kind] = true;
	traffic_fini(&traffic);
	for (int kind = 0; kind < N_FLOW_KINDS; kind++)
		assert_true(seen[kind]);
}

static void each_kind_alone_has_the_class_it_should(void **state)
{
	(void)state;
	for (int kind = 0; kind < N_FLOW_KINDS; kind++) {
		struct settings settings = settings_of("plain", 5);
		struct truth truth;
		enum family family = kind_carries(kind, FAMILY_IPV6) ? FAMILY_IPV6 : FAMILY_IPV4;

		settings.weights[KIND_PLAIN] = 0;
		settings.weights[kind] = 1;
		settings.n_frames = 200;
		settings.v6_share = family == FAMILY_IPV6;
		truth = truth_of(&settings);
		assert_int_equal(truth.transition[kind_transition(kind, family)].packets, 200);
		assert_int_equal(truth.payload[family].packets, 200);
		truth_fini(&truth);
	}
}

static void no_frame_has_more_headers_than_its_kind_promises(void **state)
{
	(void)state;
	for (int kind = 0; kind < N_FLOW_KINDS; kind++) {
		struct settings settings = settings_of("plain", 6);
		struct made_frame frame;

		settings.weights[KIND_PLAIN] = 0;
		settings.weights[kind] = 1;
		settings.v6_share = kind_carries(kind, FAMILY_IPV4)
		                            ? (kind_carries(kind, FAMILY_IPV6) ? 0.5 : 0)
		                            : 1;
		assert_int_equal(traffic_init(&traffic, &settings), 0);
		while (traffic_next(&traffic, &frame)) {
			uint32_t ip_bytes = frame.expected.payload == FAMILY_IPV4 ? 20 : 40;
			uint32_t in_front = frame.n_bytes - frame.expected.payload_bytes;

			if (frame.n_bytes > 60) // shorter ones are padded
				assert_true(in_front + ip_bytes + 20 <=
				            kind_max_header_bytes(kind));
		}
		traffic_fini(&traffic);
	}
}

static void a_swell_lasts_as_long_as_asked_and_brings_more_ipv6(void **state)
{
	struct settings settings = settings_of("demo", 7);
	struct made_frame frame;
	uint64_t n_frames[2] = {0}, n_v6[2] = {0};

	(void)state;
	settings.n_frames = 0;
	settings.duration_ns = 20 * NS_PER_S;
	assert_int_equal(traffic_init(&traffic, &settings), 0);
	while (traffic_next(&traffic, &frame)) {
		bool late = frame.time_ns - settings.start_ns > settings.duration_ns / 2;

		n_frames[late]++;
		n_v6[late] += frame.expected.payload == FAMILY_IPV6;
	}
	traffic_fini(&traffic);
	assert_in_range(n_frames[0] + n_frames[1], 19000, 21000);
	assert_true(n_v6[1] * n_frames[0] > n_v6[0] * n_frames[1]);
}

static void churn_brings_more_flows_than_are_under_way(void **state)
{
	struct settings settings = settings_of("plain", 8);
	struct truth still = truth_of(&settings);
	struct truth moving;

	(void)state;
	settings.churn_per_second = 200;
	moving = truth_of(&settings);
	assert_true(still.flows[0] + still.flows[1] <= settings.n_flows);
	assert_true(moving.flows[0] + moving.flows[1] > settings.n_flows);
	truth_fini(&still);
	truth_fini(&moving);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_makes_the_same_bytes_and_another_seed_others),
		cmocka_unit_test(a_seed_makes_the_same_capture_whatever_the_compiler),
		cmocka_unit_test(every_ledger_of_the_truth_has_the_same_packets),
		cmocka_unit_test(every_kind_shows_up_in_the_mix),
		cmocka_unit_test(each_kind_alone_has_the_class_it_should),
		cmocka_unit_test(no_frame_has_more_headers_than_its_kind_promises),
		cmocka_unit_test(a_swell_lasts_as_long_as_asked_and_brings_more_ipv6),
		cmocka_unit_test(churn_brings_more_flows_than_are_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
