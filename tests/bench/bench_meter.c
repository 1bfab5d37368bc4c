// Speed of the meter on one core, in bursts from memory, beside the floors it stands on. All
// figures of a table are taken in one run, round about, so that their ratios hold on a noisy
// machine.
//
// Traffic as in RFC 6645 ("IP Flow Information Accounting and Export Benchmarking Methodology"):
// IPv4 only, IPv6 only and mixed; flows chosen uniformly or by Zipf's law; a share of packets that
// each begin a flow (churn).
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "probe/meter/flow_table.h"
#include "probe/meter/meter.h"
#include "probe/meter/parse.h"

enum {
	BURST = 32,
	FRAME_BYTES = 96,
	// Frames lie this far apart in a ring of buffers, as packet buffers of DPDK do.
	BUFFER_STRIDE = 2368,
	RING_BUFFERS = 4096,
	N_CHOICES = 1 << 22, // flows chosen in advance, taken in turn
};

struct mix {
	const char *name;
	unsigned int ipv6_percent;
};

struct setup {
	struct mix mix;
	uint64_t n_flows; // among which the traffic chooses
	uint64_t n_slots;
	bool zipf;
	unsigned int churn_percent;
};

struct bench {
	struct setup setup;
	uint32_t *choices;
	uint64_t n_choices_taken;
	uint64_t next_new_flow;
	uint8_t *ring;
	uint32_t ring_at;
	void *memory;
	size_t memory_bytes;
	struct meter *meter;
	struct tally tally;
	uint64_t sink;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void *take_memory(size_t n_bytes)
{
	void *memory = mmap(NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                    0);

	if (memory == MAP_FAILED) {
		perror("bench_meter");
		exit(1);
	}
	madvise(memory, n_bytes, MADV_HUGEPAGE);
	memset(memory, 0, n_bytes);
	return memory;
}

static uint64_t scramble(uint64_t x)
{
	x ^= x >> 31;
	x *= 0x9e3779b97f4a7c15;
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9;
	return x ^ x >> 32;
}

static double uniform(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15;
	return (double)(scramble(*state) >> 11) / 9007199254740992.0;
}

// Zipf with exponent 1.1 by inversion of the continuous law: exact enough for a work load.
static uint64_t choose_zipf(uint64_t n, uint64_t *state)
{
	const double s = 1.1;
	double u = uniform(state);
	double x = pow(1 - u * (1 - pow((double)n, 1 - s)), 1 / (1 - s));

	return x >= (double)n ? n - 1 : (uint64_t)x - 1;
}

static void choose_flows(struct bench *bench)
{
	uint64_t state = 42;

	for (uint32_t i = 0; i < N_CHOICES; i++)
		bench->choices[i] = (uint32_t)(bench->setup.zipf
		                                       ? choose_zipf(bench->setup.n_flows, &state)
		                                       : (uint64_t)(uniform(&state) *
		                                                    (double)bench->setup.n_flows));
}

static const uint8_t ipv4_template[FRAME_BYTES] = {2, 0,    0, 0, 0,  2, 2, 0,    0, 0,  0,  1, 8,
                                                   0, 0x45, 0, 0, 82, 0, 0, 0x40, 0, 64, 17, 0, 0};
static const uint8_t ipv6_template[FRAME_BYTES] = {2, 0,  0,  0,    0,    2,    2,    0,   0,
                                                   0, 0,  1,  0x86, 0xdd, 0x60, 0,    0,   0,
                                                   0, 42, 17, 64,   0x20, 1,    0x0d, 0xb8};

// The frame of a flow, one direction or the other by the packet's number.
static void make_frame(const struct setup *setup, uint64_t flow, uint64_t number, uint8_t *frame)
{
	uint64_t id = scramble(flow + 1);
	bool ipv6 = id % 100 < setup->mix.ipv6_percent;
	bool back = number & 1;
	uint64_t peer = id * 0x9e3779b97f4a7c15;

	memcpy(frame, ipv6 ? ipv6_template : ipv4_template, ipv6 ? 54 : 34);
	if (ipv6) {
		memcpy(frame + 38, frame + 22, 4);
		memcpy(frame + (back ? 46 : 30), &id, 8);
		memcpy(frame + (back ? 30 : 46), &peer, 8);
	} else {
		uint32_t low = (uint32_t)flow, high = (uint32_t)peer;

		memcpy(frame + (back ? 30 : 26), &low, 4);
		memcpy(frame + (back ? 26 : 30), &high, 4);
	}
	frame += ipv6 ? 54 : 34;
	frame[0] = frame[2] = 0x20;
	frame[1] = frame[3] = (uint8_t)id;
	frame[4] = 0;
	frame[5] = 62;
}

static uint64_t next_flow(struct bench *bench)
{
	uint64_t number = bench->n_choices_taken++;

	if (scramble(number) % 100 < bench->setup.churn_percent)
		return bench->next_new_flow++;
	return bench->choices[number % N_CHOICES];
}

// Fills the whole ring; not timed.
static void fill_ring(struct bench *bench)
{
	for (uint32_t i = 0; i < RING_BUFFERS; i++)
		make_frame(&bench->setup, next_flow(bench), bench->n_choices_taken,
		           bench->ring + (size_t)i * BUFFER_STRIDE);
}

static void take_burst(struct bench *bench, uint64_t time_ns, struct frame *frames)
{
	for (uint32_t i = 0; i < BURST; i++) {
		frames[i] = (struct frame){bench->ring + (size_t)bench->ring_at * BUFFER_STRIDE,
		                           FRAME_BYTES, FRAME_BYTES, time_ns};
		bench->ring_at = (bench->ring_at + 1) % RING_BUFFERS;
	}
}

// The work that is timed, on one ring of frames.
typedef void work(struct bench *bench, const struct frame *frames);

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

static void parse_and_hash(struct bench *bench, const struct frame *frames)
{
	static struct flow_table table = {.secret = {{1, 2, 3, 4, 5, 6, 7, 8}}};
	struct packet packet;
	struct flow_key key;

	for (uint32_t i = 0; i < BURST; i++) {
		packet_parse(LINK_ETHERNET, &frames[i], &packet);
		flow_key_make(&packet, &key);
		bench->sink += flow_table_hash(&table, &key);
	}
}

static void meter_all(struct bench *bench, const struct frame *frames)
{
	meter_burst(bench->meter, &bench->tally, 0, 0, LINK_ETHERNET, frames, BURST);
}

// Nanoseconds per packet over one ring.
static double time_ring(struct bench *bench, work *function)
{
	struct frame frames[BURST];
	uint64_t start_ns;

	fill_ring(bench);
	start_ns = now_ns();
	for (uint32_t i = 0; i < RING_BUFFERS / BURST; i++) {
		take_burst(bench, start_ns, frames);
		function(bench, frames);
	}
	return (double)(now_ns() - start_ns) / RING_BUFFERS;
}

static int compare(const void *a, const void *b)
{
	return *(const double *)a < *(const double *)b ? -1 : 1;
}

enum {
	N_WORKS = 4,
	N_SAMPLES = 201
};

static void bench_init(struct bench *bench, const struct setup *setup)
{
	const struct meter_config config = {.max_flows = setup->n_slots,
	                                    .idle_timeout_ns = 30000000000,
	                                    .seed = {0x1234567, 0x89abcdef}};

	bench->setup = *setup;
	bench->n_choices_taken = 0;
	bench->next_new_flow = setup->n_flows;
	choose_flows(bench);
	bench->memory_bytes = meter_memory_bytes(&config);
	bench->memory = take_memory(bench->memory_bytes);
	bench->meter = meter_init(bench->memory, &config);
	tally_reset(&bench->tally);
}

// Every flow once, so that the table is as full as it will be.
static void warm_up(struct bench *bench)
{
	uint64_t n_packets = bench->setup.churn_percent > 0 ? 2 * bench->setup.n_slots
	                                                    : 2 * bench->setup.n_flows;
	uint64_t n_rings = n_packets / RING_BUFFERS + 1;

	if (n_rings > 8192)
		n_rings = 8192;
	for (uint64_t i = 0; i < n_rings; i++)
		time_ring(bench, meter_all);
}

static void run(struct bench *bench, const struct setup *setup)
{
	static work *const works[N_WORKS] = {touch_headers, parse, parse_and_hash, meter_all};
	static double samples[N_WORKS][N_SAMPLES];

	bench_init(bench, setup);
	warm_up(bench);
	for (int s = 0; s < N_SAMPLES; s++)
		for (int w = 0; w < N_WORKS; w++)
			samples[w][s] = time_ring(bench, works[w]);
	for (int w = 0; w < N_WORKS; w++)
		qsort(samples[w], N_SAMPLES, sizeof(double), compare);
	double hash_ns = samples[2][N_SAMPLES / 2], all_ns = samples[3][N_SAMPLES / 2];
	printf("%-6s %9ju %-8s %4u %%   %6.1f %6.1f %6.1f %7.1f %8.1f %7.2f\n", setup->mix.name,
	       (uintmax_t)setup->n_flows, setup->zipf ? "Zipf 1.1" : "uniform",
	       setup->churn_percent, samples[0][N_SAMPLES / 2], samples[1][N_SAMPLES / 2], hash_ns,
	       all_ns, 1000 / all_ns, all_ns / hash_ns);
	fflush(stdout);
	munmap(bench->memory, bench->memory_bytes);
}

int main(int argc, char **argv)
{
	static struct bench bench;
	const struct mix v4 = {"IPv4", 0}, v6 = {"IPv6", 100}, mixed = {"mixed", 50};
	const struct setup setups[] = {
		{mixed, 65536, 131072, true, 0},       {mixed, 1 << 20, 1 << 21, true, 0},
		{mixed, 1 << 20, 1 << 21, false, 0},   {v4, 1 << 20, 1 << 21, true, 0},
		{v6, 1 << 20, 1 << 21, true, 0},       {mixed, 1 << 22, 1 << 23, true, 0},
		{mixed, 1 << 22, 1 << 23, false, 0},   {mixed, 1 << 24, 1 << 25, true, 0},
		{mixed, 1 << 16, 1 << 21, false, 100},
	};

	bench.choices = take_memory(N_CHOICES * sizeof(*bench.choices));
	bench.ring = take_memory((size_t)RING_BUFFERS * BUFFER_STRIDE);
	printf("one core, bursts of %d, frames of %d bytes; medians in ns per packet\n", BURST,
	       FRAME_BYTES);
	printf("%-6s %9s %-8s %6s   %6s %6s %6s %7s %8s %7s\n", "mix", "flows", "chosen", "new",
	       "touch", "parse", "+ hash", "meter", "Mpps", "ratio");
	for (size_t i = 0; i < sizeof(setups) / sizeof(setups[0]); i++)
		if (argc < 2 || (size_t)atoi(argv[1]) == i)
			run(&bench, &setups[i]);
	return bench.sink == 1;
}
