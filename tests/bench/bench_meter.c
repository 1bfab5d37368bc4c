// Speed of the meter on bursts in memory, beside the floors it stands on. All figures of a row are
// taken in one run, by turns, so that their ratios hold on a noisy machine.
//
// Traffic as in RFC 6645 ("IP Flow Information Accounting and Export Benchmarking Methodology"):
// IPv4 only, IPv6 only and mixed; flows chosen uniformly or by Zipf's law; a share of packets that
// each begin a flow (churn).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "quartiles.h"
#include "ticks.h"
#include "work.h"

enum {
	N_SAMPLES = 201,
	N_QUICK_SAMPLES = 3,
	QUICK_FLOWS = 1 << 14,
	COUNT_BYTES = 16,
};

struct row {
	struct traffic_setup traffic;
	uint64_t n_slots;
	bool small_pages;
};

#define MIXED 50
#define K     (UINT64_C(1) << 10)
#define M     (UINT64_C(1) << 20)

static const struct row rows[] = {
	{{MIXED, 64 * K, true, 0}, 128 * K},
	{{MIXED, 64 * K, false, 0}, 128 * K},
	{{MIXED, M, true, 0}, 2 * M},
	{{MIXED, M, false, 0}, 2 * M},
	{{0, M, true, 0}, 2 * M},
	{{100, M, true, 0}, 2 * M},
	{{MIXED, 4 * M, true, 0}, 8 * M},
	{{MIXED, 4 * M, false, 0}, 8 * M},
	{{MIXED, 16 * M, true, 0}, 32 * M},
	{{MIXED, 16 * M, false, 0}, 32 * M},
	{{MIXED, M, true, 0}, 2 * M, true},
	{{MIXED, 16 * M, true, 0}, 32 * M, true},
	{{MIXED, M, true, 1}, 2 * M},
	{{MIXED, M, true, 5}, 2 * M},
	{{MIXED, M, true, 20}, 2 * M},
	{{MIXED, M, true, 50}, 2 * M},
	{{MIXED, M, true, 100}, 2 * M},
	{{MIXED, M, true, 100}, 32 * M},
	{{0, 64 * K, true, 0}, 128 * K},
	{{100, 64 * K, true, 0}, 128 * K},
	{{0, M, false, 0}, 2 * M},
	{{100, M, false, 0}, 2 * M},
	{{0, 4 * M, true, 0}, 8 * M},
	{{100, 4 * M, true, 0}, 8 * M},
	{{0, 16 * M, true, 0}, 32 * M},
	{{100, 16 * M, true, 0}, 32 * M},
	{{MIXED, 64 * K, true, 0}, 128 * K, true},
	{{MIXED, 4 * M, true, 0}, 8 * M, true},
	{{MIXED, M, true, 100}, 2 * M, true},
};

// Nanoseconds per packet of each work, one sample a turn.
struct samples {
	double ns[N_WORKS][N_SAMPLES];
};

static void take_samples(struct bench *bench, int n_samples, struct samples *ret_samples)
{
	for (int s = 0; s < n_samples; s++)
		for (int w = 0; w < N_WORKS; w++)
			ret_samples->ns[w][s] = bench_time(bench, (enum work)w);
}

static const char *mix_name(unsigned int ipv6_percent)
{
	return ipv6_percent == 0 ? "IPv4" : ipv6_percent == 100 ? "IPv6" : "mixed";
}

// In multiples of 1,024, as tables are sized: "2.5M".
static const char *count_text(uint64_t count, char *text)
{
	snprintf(text, COUNT_BYTES, "%.3g%s", (double)count / (double)(count < M ? K : M),
	         count < M ? "K" : "M");
	return text;
}

static void print_setup(size_t number, const struct row *row, const struct bench *bench)
{
	const struct traffic_setup *traffic = &row->traffic;
	uint64_t n_slots = meter_slots(bench->meter);
	char flows[COUNT_BYTES], slots[COUNT_BYTES];

	printf("%2zu %-5s %5s %5s %4ju %-4s %3u %3u", number, mix_name(traffic->ipv6_percent),
	       count_text(traffic->n_flows, flows), count_text(n_slots, slots),
	       (uintmax_t)(100 * meter_flows(bench->meter) / n_slots),
	       traffic->zipf ? "Zipf" : "even", traffic->churn_percent,
	       memory_large_percent(bench->memory, bench->memory_bytes));
}

// What users add to the meter, each pair taken in one turn.
static double median_added(const struct samples *samples, int n_samples)
{
	double added[N_SAMPLES];

	for (int s = 0; s < n_samples; s++)
		added[s] = samples->ns[WORK_USERS][s] - samples->ns[WORK_METER][s];
	return quartiles_of(added, (size_t)n_samples).median;
}

static void print_figures(struct samples *samples, int n_samples)
{
	double(*ns)[N_SAMPLES] = samples->ns;
	double ratio = quartiles_median_ratio(ns[WORK_METER], ns[WORK_HASH], (size_t)n_samples);
	double added = median_added(samples, n_samples);
	struct quartiles found[N_WORKS];
	const struct quartiles *meter = &found[WORK_METER];

	for (int w = 0; w < N_WORKS; w++)
		found[w] = quartiles_of(ns[w], (size_t)n_samples);
	printf(" %5.1f %5.1f %5.1f %5.1f %5.1f %5.1f %4.0f%% %4.0f %5.1f %5.2f %5.1f %5.1f\n",
	       found[WORK_TOUCH].median, found[WORK_PARSE].median, found[WORK_HASH].median,
	       found[WORK_LINE].median, meter->median, meter->least,
	       quartiles_spread_percent(meter), meter->median * ticks_per_ns(),
	       1000 / meter->median, ratio, found[WORK_USERS].median, added);
	fflush(stdout);
}

enum {
	N_USERS = 1000 * 1000,
};

// The memory of users is that of two tallies, of which a window fills one at a time.
static void print_memory(void)
{
	static struct user_setup setup;
	struct user_tally tally;
	void *memory;
	size_t n_touched;

	user_setup_init(&setup);
	memory = user_setup_tally(&setup, false, &tally);
	for (uint32_t i = 0; i < N_USERS; i++)
		for (uint32_t key = 0; key < setup.keys.n; key++)
			user_sketches_add(
				&tally.sketches,
				user_tally_set((uint32_t)(scramble(~(uint64_t)i) % SETUP_GROUPS),
			                       key),
				siphash_2_4(&setup.keys.keys[key], &i, sizeof(i)), 3);
	n_touched = user_setup_touched_bytes(memory);
	printf("Memory of %d users in one window, both grades, two keys, in %d groups all alike:\n"
	       "%.1f MB in use, %.1f MB touched; of a worker, which has two tallies, %.1f MB.\n",
	       N_USERS, SETUP_GROUPS, (double)user_tally_bytes(&tally) / 1e6,
	       (double)n_touched / 1e6, (double)n_touched * 2 / 1e6);
	user_setup_tally_free(memory);
	user_setup_fini(&setup);
}

static void measure(size_t number, const struct row *row, int n_samples)
{
	static struct samples samples;
	struct bench bench;

	bench_init(&bench, &row->traffic, row->n_slots, !row->small_pages, 42);
	take_samples(&bench, n_samples, &samples);
	print_setup(number, row, &bench);
	print_figures(&samples, n_samples);
	bench_fini(&bench);
}

static void print_head(int n_samples)
{
	printf("The meter on one core, after RFC 6645: bursts of %d frames of %d bytes in memory.\n"
	       "Nanoseconds per packet, medians of %d rings of %d frames; works by turns.\n"
	       "Flows are chosen by Zipf's law, exponent 1.1, or all alike (even).\n"
	       "  parse  frame by frame; +hash: parse and hash by the burst, the meter's first "
	       "stage\n"
	       "  used   %% of slots, in the end       new   %% of packets that begin a flow\n"
	       "  2MB    %% of the table in such pages  line  one random cache line of as much "
	       "memory\n"
	       "  least  the meter's best ring         IQR   its quartiles' distance, %% of the "
	       "median\n"
	       "  TSC    cycles of a counter of %.2f GHz, which is not the core's clock\n"
	       "  ratio  the meter's to parse + hash, median of the turns\n"
	       "  users  a meter that counts users too: both ends of all flows are in a plan of\n"
	       "         %d rows and %d groups, under two keys; added: median of the turns\n",
	       BURST, FRAME_BYTES, n_samples, RING_BUFFERS, ticks_per_ns(),
	       SETUP_IPV4_ROWS + SETUP_IPV6_ROWS, SETUP_GROUPS);
	printf("%2s %-5s %5s %5s %4s %-4s %3s %3s %5s %5s %5s %5s %5s %5s %5s %4s %5s %5s %5s "
	       "%5s\n",
	       "", "mix", "flows", "slots", "used", "law", "new", "2MB", "touch", "parse", "+hash",
	       "line", "meter", "least", "IQR", "TSC", "Mpps", "ratio", "users", "added");
}

// One small row, to see that all of it still works.
static int measure_quickly(void)
{
	const struct row row = {{MIXED, QUICK_FLOWS, true, 5}, 2 * QUICK_FLOWS};

	print_memory();
	print_head(N_QUICK_SAMPLES);
	measure(0, &row, N_QUICK_SAMPLES);
	return 0;
}

int main(int argc, char **argv)
{
	const size_t n_rows = sizeof(rows) / sizeof(rows[0]);

	if (argc == 2 && strcmp(argv[1], "--quick") == 0)
		return measure_quickly();
	if (argc == 2 && strcmp(argv[1], "--memory") == 0) {
		print_memory();
		return 0;
	}
	if (argc > 2 || (argc == 2 && (size_t)atoi(argv[1]) >= n_rows)) {
		fprintf(stderr,
		        "usage: bench_meter [--quick | --memory | ROW]   rows are 0 to %zu\n",
		        n_rows - 1);
		return 2;
	}
	print_head(N_SAMPLES);
	for (size_t i = 0; i < n_rows; i++)
		if (argc < 2 || (size_t)atoi(argv[1]) == i)
			measure(i, &rows[i], N_SAMPLES);
	return 0;
}
