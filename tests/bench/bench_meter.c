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
#include "work.h"

enum {
	N_SAMPLES = 201,
	N_QUICK_SAMPLES = 3,
	QUICK_FLOWS = 1 << 14,
};

struct row {
	struct traffic_setup traffic;
	uint64_t n_slots;
	bool small_pages;
};

#define MIXED 50
#define M     (UINT64_C(1) << 20)

static const struct row rows[] = {
	{{MIXED, M / 16, true, 0}, M / 8},  {{MIXED, M / 16, false, 0}, M / 8},
	{{MIXED, M, true, 0}, 2 * M},       {{MIXED, M, false, 0}, 2 * M},
	{{0, M, true, 0}, 2 * M},           {{100, M, true, 0}, 2 * M},
	{{MIXED, 4 * M, true, 0}, 8 * M},   {{MIXED, 4 * M, false, 0}, 8 * M},
	{{MIXED, 16 * M, true, 0}, 32 * M}, {{MIXED, 16 * M, false, 0}, 32 * M},
	{{MIXED, M, true, 0}, 2 * M, true}, {{MIXED, 16 * M, true, 0}, 32 * M, true},
	{{MIXED, M, true, 1}, 2 * M},       {{MIXED, M, true, 5}, 2 * M},
	{{MIXED, M, true, 20}, 2 * M},      {{MIXED, M, true, 50}, 2 * M},
	{{MIXED, M, true, 100}, 2 * M},     {{MIXED, M, true, 100}, 32 * M},
};

static int compare(const void *a, const void *b)
{
	return *(const double *)a < *(const double *)b ? -1 : 1;
}

static void take_samples(struct bench *bench, int n_samples, double *ret_medians)
{
	static double samples[N_WORKS][N_SAMPLES];

	for (int s = 0; s < n_samples; s++)
		for (int w = 0; w < N_WORKS; w++)
			samples[w][s] = bench_time(bench, (enum work)w);
	for (int w = 0; w < N_WORKS; w++) {
		qsort(samples[w], (size_t)n_samples, sizeof(double), compare);
		ret_medians[w] = samples[w][n_samples / 2];
	}
}

static const char *mix_name(unsigned int ipv6_percent)
{
	return ipv6_percent == 0 ? "IPv4" : ipv6_percent == 100 ? "IPv6" : "mixed";
}

static void measure(const struct row *row, int n_samples)
{
	const struct traffic_setup *traffic = &row->traffic;
	double ns[N_WORKS];
	struct bench bench;

	bench_init(&bench, traffic, row->n_slots, !row->small_pages, 42);
	take_samples(&bench, n_samples, ns);
	printf("%-5s %9ju %9ju %-8s %5u %6u  %6.1f %6.1f %6.1f %6.1f %6.1f %6.1f %7.2f\n",
	       mix_name(traffic->ipv6_percent), (uintmax_t)traffic->n_flows,
	       (uintmax_t)meter_flows(bench.meter), traffic->zipf ? "Zipf 1.1" : "uniform",
	       traffic->churn_percent, memory_large_percent(bench.memory, bench.memory_bytes),
	       ns[WORK_TOUCH], ns[WORK_PARSE], ns[WORK_HASH], ns[WORK_LINE], ns[WORK_METER],
	       1000 / ns[WORK_METER], ns[WORK_METER] / ns[WORK_HASH]);
	fflush(stdout);
	bench_fini(&bench);
}

static void print_head(int n_samples)
{
	printf("The meter on one core: bursts of %d frames of %d bytes from memory, after RFC "
	       "6645.\n"
	       "Nanoseconds per packet, medians of %d rings of %d frames, by turns.\n"
	       "  new %%   packets that begin a flow        2 MB %%  of the table in large pages\n"
	       "  known   flows in the table in the end    line    one random cache line of as "
	       "much "
	       "memory\n"
	       "  ratio   of the meter to parse + hash\n",
	       BURST, FRAME_BYTES, n_samples, RING_BUFFERS);
	printf("%-5s %9s %9s %-8s %5s %6s  %6s %6s %6s %6s %6s %6s %7s\n", "mix", "flows", "known",
	       "chosen", "new %", "2 MB %", "touch", "parse", "+ hash", "line", "meter", "Mpps",
	       "ratio");
}

// One small row, to see that all of it still works.
static int measure_quickly(void)
{
	const struct row row = {{MIXED, QUICK_FLOWS, true, 5}, 2 * QUICK_FLOWS};

	print_head(N_QUICK_SAMPLES);
	measure(&row, N_QUICK_SAMPLES);
	return 0;
}

int main(int argc, char **argv)
{
	const size_t n_rows = sizeof(rows) / sizeof(rows[0]);

	if (argc == 2 && strcmp(argv[1], "--quick") == 0)
		return measure_quickly();
	if (argc > 2 || (argc == 2 && (size_t)atoi(argv[1]) >= n_rows)) {
		fprintf(stderr, "usage: bench_meter [--quick | ROW]   rows are 0 to %zu\n",
		        n_rows - 1);
		return 2;
	}
	print_head(N_SAMPLES);
	for (size_t i = 0; i < n_rows; i++)
		if (argc < 2 || (size_t)atoi(argv[1]) == i)
			measure(&rows[i], N_SAMPLES);
	return 0;
}
