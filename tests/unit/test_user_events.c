#include "test_all.h"

#include <stdlib.h>
#include <string.h>

#include "probe/meter/meter.h"

#include "user_frames.h"
#include "user_sample.h"

enum {
	N_WORKERS = 3,
	N_FRAMES = 60000,
	BURST_FRAMES = METER_MAX_BURST,
};

static const struct host client = {{10, 0, 0, 1}, 40000}, server = {{10, 0, 0, 2}, 443};
static const struct said datagram = {.protocol = PROTOCOL_UDP};

// A meter whose tally has users, and all they live in.
struct subject {
	struct meter *meter;
	struct tally tally;
	struct user_tally users;
	void *memory;
};

static struct subject *subject_new(const struct user_sample *sample, uint64_t max_flows,
                                   uint64_t idle_timeout_ns)
{
	const struct meter_config config = {
		.max_flows = max_flows, .idle_timeout_ns = idle_timeout_ns, .seed = {3, 4}};
	struct subject *subject = calloc(1, sizeof(*subject));

	assert_non_null(subject);
	subject->meter = meter_init(sample_memory(meter_memory_bytes(&config)), &config);
	subject->memory = sample_tally_new(sample, &subject->users);
	tally_init(&subject->tally, &subject->users);
	return subject;
}

static void subject_free(struct subject *subject)
{
	free(subject->meter);
	free(subject->memory);
	free(subject);
}

static void say(struct subject *subject, uint64_t epoch, enum family family,
                const struct host *from, const struct host *to, const struct said *said)
{
	uint8_t bytes[USER_FRAME_BYTES];
	struct frame frame = user_frame(bytes, family, from, to, said, 1);

	meter_burst(subject->meter, &subject->tally, epoch, 0, LINK_ETHERNET, &frame, 1);
}

// Each of them has one of its own, or nearly so: groups of tests are small.
static uint32_t registers(const struct subject *subject, uint32_t group, enum grade grade)
{
	struct sketch sketch = {0};
	uint32_t n = 0;

	user_tally_merge(&subject->users, group, 0, grade, &sketch);
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		n += sketch_get(&sketch, i) != 0;
	return n;
}

static void expect(const struct subject *subject, uint32_t group, uint32_t n_sent,
                   uint32_t n_confirmed)
{
	assert_int_equal(registers(subject, group, GRADE_SENT), n_sent);
	assert_int_equal(registers(subject, group, GRADE_CONFIRMED), n_confirmed);
}

static void a_long_flow_is_noted_once_in_each_scope(void **state)
{
	static const struct {
		uint32_t scope_epoch;
		uint32_t n_client_sent, n_confirmed;
	} epochs[] = {{0, 2, 1}, {0, 0, 1}, {0, 0, 0}, {3, 2, 2}, {3, 0, 0}, {5, 2, 2}};
	struct user_sample sample;
	struct subject *subject;

	user_sample_init(&sample);
	subject = subject_new(&sample, 1024, 0);
	for (uint64_t epoch = 0; epoch < sizeof(epochs) / sizeof(epochs[0]); epoch++) {
		user_tally_reset(&subject->users);
		subject->users.scope_epoch = epochs[epoch].scope_epoch;
		// In the first epoch the server is not confirmed yet: it has not sent again.
		say(subject, epoch, FAMILY_IPV4, &client, &server, &datagram);
		say(subject, epoch, FAMILY_IPV4, &server, &client, &datagram);
		say(subject, epoch, FAMILY_IPV4, &client, &server, &datagram);
		expect(subject, SAMPLE_IPV4, epochs[epoch].n_client_sent,
		       epochs[epoch].n_confirmed);
	}
	subject_free(subject);
	user_sample_fini(&sample);
}

// The end of a flow is counted when it sends for the first time, and not with each scope.
static void ends_in_the_plan_and_outside_are_counted_once_a_flow(void **state)
{
	const struct host outside = {{192, 0, 2, 1}, 443};
	struct user_sample sample;
	struct subject *subject;

	user_sample_init(&sample);
	subject = subject_new(&sample, 1024, 0);
	for (uint64_t epoch = 0; epoch < 4; epoch++) {
		subject->users.scope_epoch = (uint32_t)epoch;
		for (int i = 0; i < 3; i++) {
			say(subject, epoch, FAMILY_IPV4, &client, &outside, &datagram);
			say(subject, epoch, FAMILY_IPV4, &outside, &client, &datagram);
		}
	}
	assert_int_equal(subject->users.covered_ends[FAMILY_IPV4], 1);
	assert_int_equal(subject->users.uncovered_ends[FAMILY_IPV4], 1);
	assert_int_equal(subject->users.covered_ends[FAMILY_IPV6], 0);
	expect(subject, SAMPLE_IPV4, 1, 1);
	user_tally_reset(&subject->users);
	assert_int_equal(subject->users.covered_ends[FAMILY_IPV4], 0);
	subject_free(subject);
	user_sample_fini(&sample);
}

static void another_plan_is_asked_from_the_next_scope_on(void **state)
{
	const struct host outside = {{192, 0, 2, 1}, 443};
	const struct prefix_row all = {.family = FAMILY_IPV4, .value = SAMPLE_IPV4 + 1};
	struct user_sample sample, other;
	struct subject *subject;

	user_sample_init(&sample);
	user_sample_init_rows(&other, &all, 1);
	subject = subject_new(&sample, 1024, 0);
	say(subject, 0, FAMILY_IPV4, &outside, &client, &datagram);
	expect(subject, SAMPLE_IPV4, 0, 0);
	user_tally_change(&subject->users, &other.plan, &sample.keys);
	subject->users.scope_epoch = 1;
	say(subject, 1, FAMILY_IPV4, &outside, &client, &datagram);
	expect(subject, SAMPLE_IPV4, 1, 0);
	subject_free(subject);
	user_sample_fini(&other);
	user_sample_fini(&sample);
}

static void a_shared_address_has_a_user_for_each_block_of_ports(void **state)
{
	const struct said esp = {.protocol = PROTOCOL_ESP};
	const struct said fragment = {.protocol = PROTOCOL_UDP, .fragment = true};
	static const uint16_t ports[] = {1, 999, 1000, 1999, 2000, 65000, 65535};
	struct host shared = {{100, 64, 0, 1}, 0};
	struct user_sample sample;
	struct subject *subject;

	user_sample_init(&sample);
	subject = subject_new(&sample, 1024, 0);
	say(subject, 0, FAMILY_IPV4, &shared, &server, &esp);
	say(subject, 0, FAMILY_IPV4, &shared, &server, &fragment);
	expect(subject, SAMPLE_SHARED, 0, 0);
	assert_int_equal(subject->users.covered_ends[FAMILY_IPV4], 2);
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		shared.port = ports[i];
		say(subject, 0, FAMILY_IPV4, &shared, &server, &datagram);
	}
	expect(subject, SAMPLE_SHARED, 4, 0);
	subject_free(subject);
	user_sample_fini(&sample);
}

// As by dividing, for every block there can be and the ports at its ends.
static void blocks_are_found_without_dividing(void **state)
{
	for (uint32_t size = 1; size <= 32768; size++) {
		uint32_t scale = (uint32_t)(((UINT64_C(1) << 31) + size - 1) / size);

		for (uint32_t port = 0; port <= 65535; port += size) {
			assert_int_equal(user_block(scale, (uint16_t)port), port / size);
			if (port > 0)
				assert_int_equal(user_block(scale, (uint16_t)(port - 1)),
				                 (port - 1) / size);
		}
		assert_int_equal(user_block(scale, 65535), 65535 / size);
	}
}

static void subscribers_are_told_by_their_part_of_the_address(void **state)
{
	struct host fixed = {{0x20, 0x01, 0x0d, 0xb8}, 1},
		    mobile = {{0x20, 0x01, 0x0d, 0xb8, 0x80}, 1};
	struct host far = {{0x20, 0x01, 0x0d, 0xb9}, 443};
	struct user_sample sample;
	struct subject *subject;

	user_sample_init(&sample);
	subject = subject_new(&sample, 4096, 0);
	for (uint32_t i = 0; i < 512; i++) {
		fixed.address[6] = mobile.address[6] = (uint8_t)(i >> 8);
		fixed.address[7] = mobile.address[7] = (uint8_t)i;
		fixed.address[15] = mobile.address[15] = (uint8_t)(i * 7);
		say(subject, 0, FAMILY_IPV6, &fixed, &far, &datagram);
		say(subject, 0, FAMILY_IPV6, &mobile, &far, &datagram);
	}
	// Two of /56; of /64 as many as there are, but for the few that share a register.
	expect(subject, SAMPLE_FIXED, 2, 0);
	assert_in_range(registers(subject, SAMPLE_MOBILE, GRADE_SENT), 490, 512);
	subject_free(subject);
	user_sample_fini(&sample);
}

// The table has room for fewer flows than the burst begins.
static void flows_that_leave_within_the_burst_are_noted(void **state)
{
	static uint8_t bytes[BURST_FRAMES][USER_FRAME_BYTES];
	struct frame frames[BURST_FRAMES];
	struct user_sample sample;
	struct subject *subject;
	struct host host = client;

	user_sample_init(&sample);
	subject = subject_new(&sample, 1, 0);
	for (uint32_t i = 0; i < BURST_FRAMES; i++) {
		host.address[3] = (uint8_t)i;
		frames[i] = user_frame(bytes[i], FAMILY_IPV4, &host, &server, &datagram, i);
	}
	assert_true(meter_slots(subject->meter) < BURST_FRAMES);
	meter_burst(subject->meter, &subject->tally, 0, 0, LINK_ETHERNET, frames, BURST_FRAMES);
	assert_true(subject->tally.links[0].flows[FAMILY_IPV4].evicted_flows > 0);
	assert_int_equal(subject->users.covered_ends[FAMILY_IPV4], BURST_FRAMES);
	assert_in_range(registers(subject, SAMPLE_IPV4, GRADE_SENT), BURST_FRAMES - 2,
	                BURST_FRAMES);
	subject_free(subject);
	user_sample_fini(&sample);
}

static uint32_t next_random(uint32_t *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 8;
}

static struct host draw_host(enum family family, uint32_t *random)
{
	static const uint8_t ipv4[][2] = {{10, 0}, {100, 64}, {192, 0}};
	static const uint8_t ipv6[][6] = {
		{0x20, 0x01, 0x0d, 0xb8}, {0x20, 0x01, 0x0d, 0xb8, 0x80}, {0x20, 0x01, 0x0d, 0xb9}};
	uint32_t network = next_random(random) % 3;
	struct host host = {.port = (uint16_t)(52 + next_random(random) % 3)};

	if (family == FAMILY_IPV4)
		memcpy(host.address, ipv4[network], sizeof(ipv4[network]));
	else
		memcpy(host.address, ipv6[network], sizeof(ipv6[network]));
	host.address[family == FAMILY_IPV4 ? 3 : 7] = (uint8_t)(next_random(random) % 6);
	return host;
}

// Few hosts, few numbers: every state is come by, and every way out of it.
static struct frame draw_frame(uint8_t *bytes, uint32_t *random, uint64_t time_ns,
                               uint32_t *ret_hosts)
{
	static const uint8_t flags[] = {TCP_SYN, TCP_ACK,           TCP_SYN | TCP_ACK,
	                                TCP_RST, TCP_FIN | TCP_ACK, TCP_ACK};
	enum family family = next_random(random) % 2 ? FAMILY_IPV6 : FAMILY_IPV4;
	struct host from = draw_host(family, random), to = draw_host(family, random);
	struct said said = {
		.protocol = next_random(random) % 3 ? PROTOCOL_TCP : PROTOCOL_UDP,
		.flags = flags[next_random(random) % sizeof(flags)],
		.sequence = next_random(random) % 4 * 40000,
		.acknowledged = next_random(random) % 4 * 40000 + next_random(random) % 2,
		.data_bytes = (uint8_t)(next_random(random) % 2 * 16),
	};

	*ret_hosts = 0;
	for (int i = 0; i < 8; i++)
		*ret_hosts += (uint32_t)(from.address[i] + to.address[i]) << i;
	*ret_hosts += (uint32_t)(from.port + to.port);
	return user_frame(bytes, family, &from, &to, &said, time_ns);
}

static void expect_same_users(const struct user_tally *users, const struct user_tally *expected)
{
	assert_memory_equal(users->covered_ends, expected->covered_ends,
	                    sizeof(users->covered_ends));
	assert_memory_equal(users->uncovered_ends, expected->uncovered_ends,
	                    sizeof(users->uncovered_ends));
	for (uint32_t group = 0; group < N_SAMPLE_GROUPS; group++)
		for (uint32_t key = 0; key < MAX_USER_KEYS; key++)
			for (int grade = 0; grade < N_GRADES; grade++) {
				struct sketch a = {0}, b = {0};

				user_tally_merge(users, group, key, (enum grade)grade, &a);
				user_tally_merge(expected, group, key, (enum grade)grade, &b);
				assert_memory_equal(&a, &b, sizeof(a));
			}
}

// Frames in bursts of any length, through a table so small that flows leave it all the time, and
// through scopes.
static void a_burst_notes_what_its_frames_would_one_by_one(void **state)
{
	static uint8_t bytes[BURST_FRAMES][USER_FRAME_BYTES];
	struct frame frames[BURST_FRAMES];
	struct user_sample sample;
	struct subject *together, *alone;
	uint32_t random = 5, hosts;

	user_sample_init(&sample);
	together = subject_new(&sample, 2000, 0);
	alone = subject_new(&sample, 2000, 0);
	for (uint64_t i = 0; i < N_FRAMES / BURST_FRAMES; i++) {
		uint32_t n_frames = 1 + next_random(&random) % BURST_FRAMES;
		uint64_t epoch = i / 50;

		together->users.scope_epoch = alone->users.scope_epoch = (uint32_t)(epoch / 5 * 5);
		for (uint32_t f = 0; f < n_frames; f++)
			frames[f] = draw_frame(bytes[f], &random, i, &hosts);
		meter_burst(together->meter, &together->tally, epoch, 0, LINK_ETHERNET, frames,
		            n_frames);
		for (uint32_t f = 0; f < n_frames; f++)
			meter_burst(alone->meter, &alone->tally, epoch, 0, LINK_ETHERNET,
			            &frames[f], 1);
		if (i % 100 == 0)
			expect_same_users(&together->users, &alone->users);
	}
	expect_same_users(&together->users, &alone->users);
	together->tally.users = alone->tally.users = NULL;
	assert_memory_equal(&together->tally, &alone->tally, sizeof(alone->tally));
	assert_true(alone->tally.links[0].flows[FAMILY_IPV4].evicted_flows > 100);
	assert_true(user_tally_registers(&alone->users, GRADE_CONFIRMED) > 30);
	subject_free(together);
	subject_free(alone);
	user_sample_fini(&sample);
}

// Takes over what another has seen: as control does with registers.
static void merge_users(struct sketch (*into)[MAX_USER_KEYS][N_GRADES],
                        const struct user_tally *users)
{
	for (uint32_t group = 0; group < N_SAMPLE_GROUPS; group++)
		for (uint32_t key = 0; key < MAX_USER_KEYS; key++)
			for (int grade = 0; grade < N_GRADES; grade++)
				user_tally_merge(users, group, key, (enum grade)grade,
				                 &into[group][key][grade]);
}

// A flow stays with one worker; the worker turns to another tally now and then.
static void workers_merged_see_the_users_one_worker_sees(void **state)
{
	static struct sketch whole[N_SAMPLE_GROUPS][MAX_USER_KEYS][N_GRADES];
	static struct sketch merged[N_SAMPLE_GROUPS][MAX_USER_KEYS][N_GRADES];
	struct subject *one, *workers[N_WORKERS];
	struct user_sample sample;
	uint32_t random = 9, hosts;

	user_sample_init(&sample);
	one = subject_new(&sample, 1 << 16, 0);
	for (int w = 0; w < N_WORKERS; w++)
		workers[w] = subject_new(&sample, 1 << 16, 0);
	for (uint64_t i = 0; i < N_FRAMES; i++) {
		uint8_t bytes[USER_FRAME_BYTES];
		struct frame frame = draw_frame(bytes, &random, i, &hosts);
		struct subject *worker = workers[hosts % N_WORKERS];
		uint64_t epoch = i / 10000;

		meter_burst(one->meter, &one->tally, epoch, 0, LINK_ETHERNET, &frame, 1);
		meter_burst(worker->meter, &worker->tally, epoch, 0, LINK_ETHERNET, &frame, 1);
		if (i % 1000 == 999) {
			merge_users(merged, &worker->users);
			user_tally_reset(&worker->users);
		}
	}
	merge_users(whole, &one->users);
	for (int w = 0; w < N_WORKERS; w++) {
		merge_users(merged, &workers[w]->users);
		subject_free(workers[w]);
	}
	assert_memory_equal(merged, whole, sizeof(whole));
	subject_free(one);
	user_sample_fini(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_flow_is_noted_once_in_each_scope),
		cmocka_unit_test(ends_in_the_plan_and_outside_are_counted_once_a_flow),
		cmocka_unit_test(another_plan_is_asked_from_the_next_scope_on),
		cmocka_unit_test(a_shared_address_has_a_user_for_each_block_of_ports),
		cmocka_unit_test(blocks_are_found_without_dividing),
		cmocka_unit_test(subscribers_are_told_by_their_part_of_the_address),
		cmocka_unit_test(flows_that_leave_within_the_burst_are_noted),
		cmocka_unit_test(a_burst_notes_what_its_frames_would_one_by_one),
		cmocka_unit_test(workers_merged_see_the_users_one_worker_sees),
	};

	return cmocka_run_group_tests_name("user_events", tests, NULL, NULL);
}
