#include "work.h"

#include <time.h>

#include "probe/meter/flow_table.h"
#include "probe/meter/parse.h"
#include "probe/meter/passage.h"

#include "memory.h"

enum {
	MAX_WARM_UP_TURNS = 1024, // of the ring, between two looks at how full the table is
};

#define IDLE_TIMEOUT_NS UINT64_C(30000000000)

uint64_t bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void touch_headers(struct bench *bench, const struct frame *frames)
{
	for (uint32_t i = 0; i < BURST; i++)
		bench->sink += frames[i].data[20];
}

static void parse(struct bench *bench, const struct frame *frames)
{
	struct packet packet;

	for (uint32_t i = 0; i < BURST; i++) {
		packet_parse(LINK_ETHERNET, &frames[i], &packet);
		bench->sink += packet.payload_bytes;
	}
}

// As the meter does both, a burst at a time, up to where it would look for a flow: of the table
// only one line is ever asked for.
static void parse_and_hash(struct bench *bench, const struct frame *frames)
{
	static struct flow_line lines[2];
	static struct tally tally;
	static const struct flow_table table = {
		.lines = lines, .line_mask = 1, .secret = {{1, 2, 3, 4, 5, 6, 7, 8}}};
	struct passages passages;

	passages_begin(&table, &tally, 0, LINK_ETHERNET, frames, BURST, &passages);
	for (uint32_t i = 0; i < BURST; i++)
		bench->sink += passages.at[i].hash;
}

// A line of so many, by the high half of a product: a division would be half of the work.
static uint8_t *random_line(const struct bench *bench, uint64_t number)
{
	uint64_t n_lines = bench->memory_bytes / 64;

	return bench->lines + 64 * (uint64_t)((unsigned __int128)scramble(number) * n_lines >> 64);
}

// The next burst of lines is asked for while this one is written.
static void write_lines(struct bench *bench, const struct frame *frames)
{
	for (uint32_t i = 0; i < BURST; i++) {
		uint8_t *line = bench->ahead[i];

		bench->ahead[i] = random_line(bench, bench->random++);
		__builtin_prefetch(bench->ahead[i], 1);
		*line += 1;
	}
}

static void meter_all(struct bench *bench, const struct frame *frames)
{
	meter_burst(bench->meter, &bench->tally, 0, 0, LINK_ETHERNET, frames, BURST);
}

static void meter_users(struct bench *bench, const struct frame *frames)
{
	meter_burst(bench->users_meter, &bench->users_tally, 0, 0, LINK_ETHERNET, frames, BURST);
}

void bench_burst(struct bench *bench, enum work work, const struct frame *frames)
{
	static void (*const functions[N_WORKS])(struct bench *, const struct frame *) = {
		touch_headers, parse, parse_and_hash, write_lines, meter_all, meter_users};

	functions[work](bench, frames);
}

static double time_ring(struct bench *bench, enum work work)
{
	uint64_t start_ns = bench_now_ns();
	struct frame frames[BURST];

	for (uint32_t i = 0; i < RING_BUFFERS / BURST; i++) {
		traffic_burst(&bench->traffic, i, start_ns, frames);
		bench_burst(bench, work, frames);
	}
	return (double)(bench_now_ns() - start_ns) / RING_BUFFERS;
}

double bench_time(struct bench *bench, enum work work)
{
	traffic_fill(&bench->traffic);
	return time_ring(bench, work);
}

// Every flow goes there and back twice, which confirms both of its ends: what follows is the middle
// of a scope, and not its beginning.
static void meet_users(struct bench *bench)
{
	for (int pass = 0; pass < 4; pass++) {
		for (uint64_t flow = 0; flow < bench->traffic.setup.n_flows; flow += RING_BUFFERS) {
			traffic_fill_in_order(&bench->traffic, flow);
			time_ring(bench, WORK_USERS);
		}
		traffic_turn(&bench->traffic);
	}
}

// Where packets begin flows, the table is as full as it will be when it does not grow any more.
static void warm_up(struct bench *bench)
{
	uint64_t n_turns = 2 * meter_slots(bench->meter) / RING_BUFFERS + 1;
	uint64_t before = 0;

	n_turns = n_turns < MAX_WARM_UP_TURNS ? n_turns : MAX_WARM_UP_TURNS;

	for (uint64_t flow = 0; flow < bench->traffic.setup.n_flows; flow += RING_BUFFERS) {
		traffic_fill_in_order(&bench->traffic, flow);
		time_ring(bench, WORK_METER);
	}
	meet_users(bench);
	while (bench->traffic.setup.churn_percent > 0 && meter_flows(bench->meter) > before) {
		before = meter_flows(bench->meter);
		for (uint64_t i = 0; i < n_turns; i++) {
			bench_time(bench, WORK_METER);
			bench_time(bench, WORK_USERS);
		}
	}
}

void bench_init(struct bench *bench, const struct traffic_setup *setup, uint64_t n_slots,
                bool large_pages, uint64_t seed)
{
	const struct meter_config config = {.max_flows = n_slots,
	                                    .idle_timeout_ns = IDLE_TIMEOUT_NS,
	                                    .seed = {0x1234567, 0x89abcdef}};

	*bench = (struct bench){.large_pages = large_pages,
	                        .memory_bytes = meter_memory_bytes(&config)};
	traffic_init(&bench->traffic, setup, seed);
	bench->memory = memory_map(bench->memory_bytes, large_pages);
	bench->lines = memory_map(bench->memory_bytes, large_pages);
	for (uint32_t i = 0; i < BURST; i++)
		bench->ahead[i] = random_line(bench, bench->random++);
	bench->meter = meter_init(bench->memory, &config);
	bench->users_memory = memory_map(bench->memory_bytes, large_pages);
	bench->users_meter = meter_init(bench->users_memory, &config);
	user_setup_init(&bench->setup);
	bench->sketches = user_setup_tally(&bench->setup, large_pages, &bench->users);
	tally_init(&bench->users_tally, &bench->users);
	tally_init(&bench->tally, NULL);
	warm_up(bench);
}

void bench_fini(struct bench *bench)
{
	memory_unmap(bench->memory, bench->memory_bytes);
	memory_unmap(bench->users_memory, bench->memory_bytes);
	user_setup_tally_free(bench->sketches);
	user_setup_fini(&bench->setup);
	memory_unmap(bench->lines, bench->memory_bytes);
	traffic_fini(&bench->traffic);
}
