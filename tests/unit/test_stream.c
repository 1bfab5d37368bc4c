#include "test_all.h"

#include <string.h>

#include "proto/base/clock.h"
#include "tests/gen/profile.h"
#include "tests/gen/stream.h"
#include "tests/gen/stream_truth.h"

static struct stream stream;
static struct stream_burst burst;
static uint8_t frames[STREAM_BURST][TEMPLATE_MAX_BYTES];

static struct settings settings_of(const char *profile, uint64_t seed)
{
	struct settings settings = {
		.seed = seed,
		.start_ns = 1700000000 * NS_PER_S,
		.n_frames = 50000,
		.rate_fps = 1e6,
		.n_flows = 3000,
		.v6_share = 0.4,
		.snaplen = 65535,
		.stream = {.n_subscribers = 700, .n_sizes = 1, .n_cycle = 1, .sizes = {64}},
	};

	profile_apply(profile, &settings);
	if (settings.pattern != PATTERN_STREAM)
		settings.stream.n_subscribers = 0;
	return settings;
}

static bool next_burst(void)
{
	uint8_t *places[STREAM_BURST];

	stream_draw(&stream, &burst);
	for (uint32_t i = 0; i < STREAM_BURST; i++)
		places[i] = frames[i];
	stream_write(&stream, &burst, places);
	return burst.n_packets > 0;
}

static struct address read_address(enum family family, const uint8_t *bytes)
{
	struct address address = {.family = family};

	memcpy(address.bytes, bytes, address_bytes(family));
	return address;
}

static uint16_t read16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

// Of the headers at that place: a TCP packet acknowledges unless it refuses, or says of what the
// peer has sent more than a window; sequence numbers of all packets are the same.
static bool acknowledges(const uint8_t *tcp)
{
	uint32_t sequence = (uint32_t)read16(tcp + 4) << 16 | read16(tcp + 6);
	uint32_t acknowledged = (uint32_t)read16(tcp + 8) << 16 | read16(tcp + 10);

	return (tcp[13] & (TCP_ACK | TCP_RST)) == TCP_ACK && acknowledged - sequence <= 65536;
}

// What the frame is, as far as flows and sources go, read from its bytes.
static struct expectation read_frame(uint32_t at)
{
	const struct stream_packet *packet = &burst.packets[at];
	const struct template *template = stream_template(&stream, packet);
	const uint8_t *frame = frames[at];
	struct expectation expected = template->expected;
	enum family family = expected.payload;
	const struct path path = {
		.source = read_address(family, frame + template->client_at),
		.destination = read_address(family, frame + template->server_at),
		.source_port = read16(frame + template->client_port_at),
		.destination_port = read16(frame + template->server_port_at),
	};
	uint32_t ip_at = template->n_bytes - expected.payload_bytes;

	expected.protocol = frame[ip_at + (family == FAMILY_IPV4 ? 9 : 6)];
	expected.acknowledges = expected.protocol == PROTOCOL_UDP ||
	                        acknowledges(frame +
	                                     (template->client_port_at < template->server_port_at
	                                              ? template->client_port_at
	                                              : template->server_port_at));
	expected.path = packet->reverse ? path_reversed(&path) : path;
	return expected;
}

static void add_one_by_one(struct truth *slow, uint32_t n, uint64_t time_ns)
{
	for (uint32_t i = 0; i < n; i++) {
		struct expectation expected = read_frame(i);

		assert_int_equal(truth_add(slow, &expected, time_ns, false), 0);
	}
}

// Compares with a truth that looks every flow and address up. Some bursts are taken in two steps,
// and of the last one the port takes but half.
static void check_truth(const struct settings *settings)
{
	struct stream_truth fast;
	struct truth slow = {.users.wanted = settings->counts_users}, sum;
	uint64_t time_ns = 1;

	assert_int_equal(stream_init(&stream, settings), 0);
	assert_int_equal(stream_truth_init(&fast, &stream), 0);
	while (next_burst()) {
		bool last = stream.n_drawn == stream.n_frames;
		uint32_t n = last ? burst.n_packets / 2 : burst.n_packets;
		uint32_t n_first = (uint32_t)(time_ns % (n + 1));

		stream_truth_begin(&fast, &burst);
		stream_truth_add(&fast, burst.packets, n_first, time_ns, time_ns);
		stream_truth_add(&fast, burst.packets + n_first, n - n_first, time_ns, time_ns);
		add_one_by_one(&slow, n, time_ns);
		time_ns++;
	}
	stream_truth_sum_up(&fast, settings->snaplen, &sum);
	truth_fini(&slow);
	assert_memory_equal(&sum, &slow, sizeof(sum));
	stream_truth_fini(&fast);
	stream_fini(&stream);
}

static void marks_count_what_look_ups_count(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 16; seed++) {
		struct settings settings = settings_of("stream", seed);

		settings.n_flows = seed == 0 ? 1 : 10 * (1 + random_mix(seed) % 3000);
		settings.stream.n_subscribers = 1 + (uint32_t)(random_mix(seed + 99) % 5000);
		settings.stream.zipf = seed % 2 != 0;
		settings.stream.new_share = seed % 4 < 2 ? 0 : (double)seed / 16;
		settings.churn_per_second = seed % 8 < 4 ? 0 : 1e5 * (double)seed;
		settings.weights[KIND_GRE] = seed % 3 == 0;
		settings.v6_share = (double)(seed % 5) / 4;
		settings.counts_users = seed % 3 != 2;
		check_truth(&settings);
	}
}

static void arithmetic_counts_what_look_ups_count(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 4; seed++) {
		struct settings scan = settings_of("scan", seed);
		struct settings flood = settings_of("syn-flood", seed);

		scan.v6_share = flood.v6_share = (double)seed / 3;
		scan.counts_users = flood.counts_users = seed % 2 != 0;
		check_truth(&scan);
		check_truth(&flood);
	}
}

// Answered, refused and guessed at, of as many clients as there are or of so few that all of them
// come again and again.
static void arithmetic_knows_who_sent_in_a_sweep_that_is_answered(void **state)
{
	static const struct stream_settings shares[] = {
		{.answered_share = 1},
		{.answered_share = 0.5, .reset_share = 0.25, .guess_share = 0.25},
		{.answered_share = 0.9, .guess_share = 1, .n_subscribers = 7000},
		{.answered_share = 0.3, .reset_share = 0.5, .n_subscribers = 40000},
		{.answered_share = 0.7, .n_subscribers = 77, .protocols = PROTOCOLS_UDP},
		{.answered_share = 0.7, .reset_share = 1, .n_subscribers = 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		struct settings scan = settings_of("scan", i), flood = settings_of("syn-flood", i);

		scan.counts_users = flood.counts_users = true;
		scan.stream = shares[i];
		scan.stream.n_sizes = scan.stream.n_cycle = 1;
		scan.stream.sizes[0] = 64;
		flood.stream = scan.stream;
		scan.stream.guess_share = 0;
		check_truth(&scan);
		check_truth(&flood);
	}
}

static void a_stream_confirms_whoever_goes_on(void **state)
{
	struct settings settings = settings_of("stream", 8);
	struct stream_truth truth;
	struct truth sum;

	(void)state;
	settings.counts_users = true;
	assert_int_equal(stream_init(&stream, &settings), 0);
	assert_int_equal(stream_truth_init(&truth, &stream), 0);
	while (next_burst()) {
		stream_truth_begin(&truth, &burst);
		stream_truth_add(&truth, burst.packets, burst.n_packets, 1, 1);
	}
	stream_truth_sum_up(&truth, settings.snaplen, &sum);
	// Of some 16 packets of each flow, about half are the client's.
	for (enum family family = 0; family < N_FAMILIES; family++) {
		assert_in_range(sum.users.n[family][GRADE_SENT], 690, 700);
		assert_in_range(sum.users.n[family][GRADE_CONFIRMED], 680,
		                sum.users.n[family][GRADE_SENT]);
	}
	stream_truth_fini(&truth);
	stream_fini(&stream);
}

// Beyond the addresses of IPv4 a flood goes on with other ports.
static void a_flood_longer_than_there_are_addresses_stays_distinct(void **state)
{
	struct settings settings = settings_of("syn-flood", 3);
	struct stream_truth fast;
	struct truth sum;
	uint8_t first[STREAM_BURST][TEMPLATE_MAX_BYTES];
	const struct template *template;

	(void)state;
	settings.v6_share = 0;
	settings.n_frames = UINT64_C(1) << 26;
	assert_int_equal(stream_init(&stream, &settings), 0);
	assert_int_equal(stream_truth_init(&fast, &stream), 0);
	assert_true(next_burst());
	memcpy(first, frames, sizeof(first));
	stream.n_swept[FAMILY_IPV4] = 1 << 24;
	assert_true(next_burst());
	template = stream_template(&stream, &burst.packets[0]);
	for (uint32_t i = 0; i < STREAM_BURST; i++) {
		assert_false(burst.packets[i].first_round);
		assert_memory_equal(frames[i] + template->client_at, first[i] + template->client_at,
		                    4);
		assert_int_equal((read16(first[i] + template->client_port_at) + 1) % 32768,
		                 read16(frames[i] + template->client_port_at) % 32768);
	}
	fast.n_packets[burst.packets[0].template] = settings.n_frames;
	stream_truth_sum_up(&fast, settings.snaplen, &sum);
	assert_int_equal(sum.flows[FAMILY_IPV4], settings.n_frames);
	stream_truth_fini(&fast);
	stream_fini(&stream);
}

// Numbers far apart, near the end of what a subscriber has, and by the million.
static void no_two_numbers_are_one_flow(void **state)
{
	static const uint32_t n_subscribers[] = {1, 2, 77, 1000003, STREAM_MAX_SUBSCRIBERS};
	static const uint64_t jumps[] = {0, UINT64_C(1) << 20, UINT64_C(1) << 31,
	                                 (UINT64_C(1) << 32) - 65536};
	struct settings settings = settings_of("stream", 5);

	(void)state;
	settings.stream.new_share = 1;
	settings.n_frames = 65536;
	settings.n_flows = 65536;
	for (size_t i = 0; i < sizeof(n_subscribers) / sizeof(n_subscribers[0]); i++) {
		struct truth truth = {0};

		settings.stream.n_subscribers = n_subscribers[i];
		for (size_t j = 0; j < sizeof(jumps) / sizeof(jumps[0]); j++) {
			assert_int_equal(stream_init(&stream, &settings), 0);
			stream.generation = jumps[j];
			while (next_burst())
				add_one_by_one(&truth, burst.n_packets, 1);
			stream_fini(&stream);
		}
		assert_int_equal(truth.flows[0] + truth.flows[1],
		                 settings.n_frames * sizeof(jumps) / sizeof(jumps[0]));
		truth_fini(&truth);
	}
}

// Flows that were begun, by family.
static void the_share_of_ipv6_is_that_of_flows(void **state)
{
	struct settings settings = settings_of("stream", 6);
	uint64_t n[N_FAMILIES] = {0};

	(void)state;
	settings.stream.new_share = 1;
	settings.v6_share = 0.37;
	assert_int_equal(stream_init(&stream, &settings), 0);
	while (next_burst()) {
		for (uint32_t i = 0; i < burst.n_packets; i++)
			n[burst.packets[i].family]++;
	}
	stream_fini(&stream);
	assert_in_range(n[FAMILY_IPV6], 0.365 * 50000, 0.375 * 50000);
	assert_int_equal(n[FAMILY_IPV4] + n[FAMILY_IPV6], 50000);
}

static void sizes_come_in_their_cycle(void **state)
{
	struct settings settings = settings_of("stream", 7);
	const struct stream_settings sizes = {
		.n_subscribers = 1,
		.protocols = PROTOCOLS_UDP,
		.n_sizes = 2,
		.n_cycle = 3,
		.sizes = {64, 1000},
		.cycle = {0, 1, 0},
	};

	(void)state;
	settings.stream = sizes;
	assert_int_equal(stream_init(&stream, &settings), 0);
	assert_true(next_burst());
	for (uint32_t i = 0; i < STREAM_BURST; i++)
		assert_int_equal(stream_template(&stream, &burst.packets[i])->n_bytes,
		                 i % 3 == 1 ? 1000 : 64);
	stream_fini(&stream);
}

// One number for all bytes of a stream.
static uint64_t digest(const struct settings *settings)
{
	uint64_t digest = 0;

	assert_int_equal(stream_init(&stream, settings), 0);
	while (next_burst()) {
		for (uint32_t i = 0; i < burst.n_packets; i++) {
			uint32_t n_bytes = stream_template(&stream, &burst.packets[i])->n_bytes;

			for (uint32_t j = 0; j < n_bytes; j++)
				digest = digest * 31 + frames[i][j];
		}
	}
	stream_fini(&stream);
	return digest;
}

// Change the number when streams are meant to change.
static void a_seed_makes_the_same_stream_whatever_the_compiler(void **state)
{
	struct settings settings = settings_of("stream", 1);
	struct settings other = settings_of("stream", 2);

	(void)state;
	settings.stream.zipf = other.stream.zipf = true;
	settings.churn_per_second = other.churn_per_second = 5000;
	assert_true(digest(&settings) != digest(&other));
	assert_int_equal(digest(&settings), UINT64_C(0x6df2756c87a9c85c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_count_what_look_ups_count),
		cmocka_unit_test(arithmetic_counts_what_look_ups_count),
		cmocka_unit_test(arithmetic_knows_who_sent_in_a_sweep_that_is_answered),
		cmocka_unit_test(a_stream_confirms_whoever_goes_on),
		cmocka_unit_test(a_flood_longer_than_there_are_addresses_stays_distinct),
		cmocka_unit_test(no_two_numbers_are_one_flow),
		cmocka_unit_test(the_share_of_ipv6_is_that_of_flows),
		cmocka_unit_test(sizes_come_in_their_cycle),
		cmocka_unit_test(a_seed_makes_the_same_stream_whatever_the_compiler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
