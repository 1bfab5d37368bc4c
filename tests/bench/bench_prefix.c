// Speed of the look-up of addresses in a plan: our table beside DPDK's, on the same rows and
// addresses, by turns. Every answer of a library is compared with ours first.
//
// Every row has another value, which is the worst case for our table: neighbours of one value would
// be one interval.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/gen/prefix_set.h"

#include "contender.h"
#include "memory.h"
#include "prefix_choice.h"

enum {
	N_SAMPLES = 61,
	N_QUICK_SAMPLES = 3,
	QUICK_ROWS = 4096,
	REAL_ROWS = 10000, // as many as the plan of a country's large operators has today
	MANY_ROWS = 1000000,
	DPDK_MIB = 5120,
	QUICK_DPDK_MIB = 1024,
	MAX_CONTENDERS = 8,
	N_ADDRESSES = 1 << 14, // of one sample
	COLD_BYTES = 128 << 20, // more than the caches hold
};

enum way {
	WAY_SINGLE, // each one's address waits for the answer of the one before
	WAY_BURST, // of PREFIX_MAX_BURST
	N_WAYS
};

struct bench_prefix {
	const struct contender *contenders[MAX_CONTENDERS]; // those that hold the rows
	double build_ms[MAX_CONTENDERS];
	size_t bytes[MAX_CONTENDERS];
	uint32_t n_contenders;
	struct prefix_row *rows;
	uint32_t n_rows;
	struct random random;
	uint8_t (*addresses)[16];
	uint8_t *other_memory;
	uint32_t sink; // keeps results from being optimized away
};

static int compare(const void *a, const void *b)
{
	return *(const double *)a < *(const double *)b ? -1 : 1;
}

// Of this thread, so that others on the same core do not count.
static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void find_singly(struct bench_prefix *bench, const struct contender *contender)
{
	static volatile uint32_t none;
	const uint32_t no_bits = none;
	uint32_t found = 0;

	for (uint32_t i = 0; i < N_ADDRESSES; i++)
		found = contender->find(bench->addresses[i + (found & no_bits)]);
	bench->sink += found;
}

static void find_in_bursts(struct bench_prefix *bench, const struct contender *contender)
{
	uint32_t found[PREFIX_MAX_BURST];

	for (uint32_t i = 0; i < N_ADDRESSES; i += PREFIX_MAX_BURST) {
		contender->find_burst((const uint8_t(*)[16])bench->addresses + i, PREFIX_MAX_BURST,
		                      found);
		bench->sink += found[0];
	}
}

// Nanoseconds for each address. Where it is cold, other memory has gone through the caches before.
static double time_addresses(struct bench_prefix *bench, const struct contender *contender,
                             enum choice choice, enum way way)
{
	static void (*const find[N_WAYS])(struct bench_prefix *,
	                                  const struct contender *) = {find_singly, find_in_bursts};
	uint64_t start_ns;

	if (choice == CHOICE_COLD)
		for (size_t i = 0; i < COLD_BYTES; i += 64)
			bench->other_memory[i]++;
	start_ns = cpu_ns();
	find[way](bench, contender);
	return (double)(cpu_ns() - start_ns) / N_ADDRESSES;
}

static void draw_addresses(struct bench_prefix *bench, enum choice choice)
{
	for (uint32_t i = 0; i < N_ADDRESSES; i++)
		choose_address(&bench->random, choice, bench->rows, bench->n_rows,
		               bench->contenders[0]->find, bench->addresses[i]);
}

// Ours is the first.
static void compare_answers(const struct bench_prefix *bench, const struct contender *contender)
{
	const struct contender *ours = bench->contenders[0];
	uint32_t found[PREFIX_MAX_BURST];

	for (uint32_t i = 0; i < N_ADDRESSES; i += PREFIX_MAX_BURST) {
		contender->find_burst((const uint8_t(*)[16])bench->addresses + i, PREFIX_MAX_BURST,
		                      found);
		for (uint32_t j = 0; j < PREFIX_MAX_BURST; j++) {
			uint32_t expected = ours->find(bench->addresses[i + j]);

			if (found[j] == expected &&
			    contender->find(bench->addresses[i + j]) == expected)
				continue;
			fprintf(stderr, "bench_prefix: %s answers %u, where %s answers %u\n",
			        contender->name, found[j], ours->name, expected);
			exit(1);
		}
	}
}

static void measure_choice(struct bench_prefix *bench, enum choice choice, int n_samples,
                           double (*ret_medians)[N_CHOICES][N_WAYS])
{
	static double samples[MAX_CONTENDERS][N_WAYS][N_SAMPLES];

	for (int s = 0; s < n_samples; s++) {
		draw_addresses(bench, choice);
		for (uint32_t c = 0; c < bench->n_contenders; c++) {
			if (s == 0)
				compare_answers(bench, bench->contenders[c]);
			for (int way = 0; way < N_WAYS; way++)
				samples[c][way][s] = time_addresses(bench, bench->contenders[c],
				                                    choice, (enum way)way);
		}
	}
	for (uint32_t c = 0; c < bench->n_contenders; c++)
		for (int way = 0; way < N_WAYS; way++) {
			qsort(samples[c][way], (size_t)n_samples, sizeof(double), compare);
			ret_medians[c][choice][way] = samples[c][way][n_samples / 2];
		}
}

// Those that cannot hold the rows are said and left out.
static void build(struct bench_prefix *bench, const struct contender *contender)
{
	uint64_t start_ns = cpu_ns();
	char why[WHY_BYTES];

	if (!contender->build(bench->rows, bench->n_rows, why)) {
		printf("%-4s %8u  %-12s  %s\n", contender->family == FAMILY_IPV4 ? "IPv4" : "IPv6",
		       bench->n_rows, contender->name, why);
		contender->release();
		return;
	}
	bench->build_ms[bench->n_contenders] = (double)(cpu_ns() - start_ns) / 1e6;
	bench->bytes[bench->n_contenders] = contender->bytes();
	bench->contenders[bench->n_contenders++] = contender;
}

static void measure(struct bench_prefix *bench, enum family family, int n_samples)
{
	double ns[MAX_CONTENDERS][N_CHOICES][N_WAYS];

	for (int choice = 0; choice < N_CHOICES; choice++)
		measure_choice(bench, (enum choice)choice, n_samples, ns);
	for (uint32_t c = 0; c < bench->n_contenders; c++) {
		printf("%-4s %8u  %-12s %9.1f %8.0f ", family == FAMILY_IPV4 ? "IPv4" : "IPv6",
		       bench->n_rows, bench->contenders[c]->name,
		       (double)bench->bytes[c] / bench->n_rows, bench->build_ms[c]);
		for (int choice = 0; choice < N_CHOICES; choice++)
			printf("  %6.1f %6.1f", ns[c][choice][WAY_SINGLE],
			       ns[c][choice][WAY_BURST]);
		printf("\n");
		bench->contenders[c]->release();
	}
	fflush(stdout);
}

static void bench_rows(enum family family, uint32_t n_rows, const struct contender *dpdk,
                       uint32_t n_dpdk, int n_samples)
{
	struct bench_prefix bench = {
		.n_rows = n_rows,
		.random = {n_rows},
		.rows = memory_map(n_rows * sizeof(struct prefix_row), true),
		.addresses = memory_map(N_ADDRESSES * sizeof(*bench.addresses), true),
		.other_memory = memory_map(COLD_BYTES, true),
	};

	prefix_set_make(bench.rows, n_rows, family, 42);
	build(&bench, family == FAMILY_IPV4 ? &contender_ours_ipv4 : &contender_ours_ipv6);
	for (uint32_t i = 0; i < n_dpdk; i++)
		if (dpdk[i].family == family)
			build(&bench, &dpdk[i]);
	measure(&bench, family, n_samples);
	memory_unmap(bench.rows, n_rows * sizeof(struct prefix_row));
	memory_unmap(bench.addresses, N_ADDRESSES * sizeof(*bench.addresses));
	memory_unmap(bench.other_memory, COLD_BYTES);
}

static void print_head(int n_samples, uint32_t n_dpdk)
{
	printf("The longest prefix that covers an address, on one core.\n"
	       "Nanoseconds of the core per address, medians of %d times %d addresses, by turns; "
	       "each address\n"
	       "waiting for the answer before (one), and in bursts of %d.\n"
	       "  any     within a row, every row as likely   Zipf   within a row, by Zipf's law "
	       "1.1\n"
	       "  none    near rows, in none of them\n"
	       "  cold    as any, after %d MiB of other memory\n%s",
	       n_samples, N_ADDRESSES, PREFIX_MAX_BURST, COLD_BYTES >> 20,
	       n_dpdk ? "" : "DPDK is not in this build.\n");
	printf("%-4s %8s  %-12s %9s %8s   %6s %6s  %6s %6s  %6s %6s  %6s %6s\n", "", "rows",
	       "table", "bytes/row", "build ms", "any", "burst", "Zipf", "burst", "none", "burst",
	       "cold", "burst");
}

int main(int argc, char **argv)
{
	bool quick = argc == 2 && strcmp(argv[1], "--quick") == 0;
	int n_samples = quick ? N_QUICK_SAMPLES : N_SAMPLES;
	const struct contender *dpdk;
	uint32_t n_dpdk;

	if (argc > 2 || (argc == 2 && !quick)) {
		fprintf(stderr, "usage: bench_prefix [--quick]\n");
		return 2;
	}
	n_dpdk = dpdk_contenders_start(quick ? QUICK_DPDK_MIB : DPDK_MIB, &dpdk);
	print_head(n_samples, n_dpdk);
	for (int family = N_FAMILIES - 1; family >= 0; family--) {
		bench_rows((enum family)family, quick ? QUICK_ROWS : REAL_ROWS, dpdk, n_dpdk,
		           n_samples);
		if (!quick)
			bench_rows((enum family)family, MANY_ROWS, dpdk, n_dpdk, n_samples);
	}
	return 0;
}
