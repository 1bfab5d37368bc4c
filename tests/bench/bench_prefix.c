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
	DPDK_MIB = 5120, // scripts/bench reserves so much
	QUICK_DPDK_MIB = 256,
	MAX_CONTENDERS = 8,
	CANNOT_RUN = 77,
	N_ADDRESSES = 1 << 14, // of one sample
	COLD_BYTES = 128 << 20, // more than the caches hold
};

enum way {
	WAY_SINGLE, // each one's address waits for the answer of the one before
	WAY_FEW, // in bursts of FEW, as new flows come: few of a burst of packets begin one
	WAY_BURST, // of PREFIX_MAX_BURST
	N_WAYS
};

enum {
	FEW = 8,
	ADDRESSES_BYTES = MAX_CONTENDERS * N_WAYS * N_ADDRESSES * 16, // other ones for each turn
};

struct bench_prefix {
	const struct contender *contenders[MAX_CONTENDERS]; // those that hold the rows
	double build_ms[MAX_CONTENDERS];
	size_t bytes[MAX_CONTENDERS];
	uint32_t n_contenders;
	struct prefix_row *rows;
	uint32_t n_rows;
	struct random random;
	uint8_t (*addresses)[16]; // N_ADDRESSES for each turn
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

static void find_singly(struct bench_prefix *bench, const struct contender *contender,
                        const uint8_t (*addresses)[16])
{
	static volatile uint32_t none;
	const uint32_t no_bits = none;
	uint32_t found = 0;

	for (uint32_t i = 0; i < N_ADDRESSES; i++)
		found = contender->find(addresses[i + (found & no_bits)]);
	bench->sink += found;
}

static void find_in_bursts(struct bench_prefix *bench, const struct contender *contender,
                           const uint8_t (*addresses)[16], uint32_t n_burst)
{
	uint32_t found[PREFIX_MAX_BURST];

	for (uint32_t i = 0; i < N_ADDRESSES; i += n_burst) {
		contender->find_burst(addresses + i, n_burst, found);
		bench->sink += found[0];
	}
}

// Nothing that is measured is in the caches afterwards.
static void fill_caches(struct bench_prefix *bench)
{
	for (size_t i = 0; i < COLD_BYTES; i += 64)
		bench->other_memory[i]++;
}

// Nanoseconds for each address.
static double time_addresses(struct bench_prefix *bench, const struct contender *contender,
                             const uint8_t (*addresses)[16], enum way way)
{
	uint64_t start_ns = cpu_ns();

	if (way == WAY_SINGLE)
		find_singly(bench, contender, addresses);
	else
		find_in_bursts(bench, contender, addresses,
		               way == WAY_FEW ? FEW : PREFIX_MAX_BURST);
	return (double)(cpu_ns() - start_ns) / N_ADDRESSES;
}

// Our table is asked where it must be known that no row covers an address.
static void draw_addresses(struct bench_prefix *bench, enum choice choice, uint32_t n_addresses)
{
	for (uint32_t i = 0; i < n_addresses; i++)
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

// One turn of each contender in each way. No table has been asked for the addresses of a turn
// before, or they would be near; and each turn is the first one in some samples, with nothing near
// at all.
static void take_turns(struct bench_prefix *bench, enum choice choice, int sample,
                       double (*ret_samples)[N_WAYS][N_SAMPLES])
{
	uint32_t n_turns = bench->n_contenders * N_WAYS;

	draw_addresses(bench, choice, n_turns * N_ADDRESSES);
	fill_caches(bench);
	for (uint32_t i = 0; i < n_turns; i++) {
		uint32_t turn = (i + (uint32_t)sample) % n_turns;
		uint32_t c = turn / N_WAYS, way = turn % N_WAYS;

		if (choice == CHOICE_COLD)
			fill_caches(bench);
		ret_samples[c][way][sample] = time_addresses(
			bench, bench->contenders[c],
			(const uint8_t(*)[16])bench->addresses + (size_t)turn * N_ADDRESSES,
			(enum way)way);
	}
}

static void measure_choice(struct bench_prefix *bench, enum choice choice, int n_samples,
                           double (*ret_medians)[N_CHOICES][N_WAYS])
{
	static double samples[MAX_CONTENDERS][N_WAYS][N_SAMPLES];

	draw_addresses(bench, choice, N_ADDRESSES);
	for (uint32_t c = 0; c < bench->n_contenders; c++)
		compare_answers(bench, bench->contenders[c]);
	for (int s = 0; s < n_samples; s++)
		take_turns(bench, choice, s, samples);
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
		printf("%-4s %7u  %-12s  %s\n", contender->family == FAMILY_IPV4 ? "IPv4" : "IPv6",
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
		printf("%-4s %7u  %-12s %7.0f %6.0f %4u%% ",
		       family == FAMILY_IPV4 ? "IPv4" : "IPv6", bench->n_rows,
		       bench->contenders[c]->name, (double)bench->bytes[c] / bench->n_rows,
		       bench->build_ms[c], bench->contenders[c]->large_percent());
		for (int choice = 0; choice < N_CHOICES; choice++)
			printf("  %3.0f %3.0f %3.0f", ns[c][choice][WAY_SINGLE],
			       ns[c][choice][WAY_FEW], ns[c][choice][WAY_BURST]);
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
		.addresses = memory_map(ADDRESSES_BYTES, true),
		.other_memory = memory_map(COLD_BYTES, true),
	};

	prefix_set_make(bench.rows, n_rows, family, 42);
	build(&bench, family == FAMILY_IPV4 ? &contender_ours_ipv4 : &contender_ours_ipv6);
	for (uint32_t i = 0; i < n_dpdk; i++)
		if (dpdk[i].family == family)
			build(&bench, &dpdk[i]);
	measure(&bench, family, n_samples);
	memory_unmap(bench.rows, n_rows * sizeof(struct prefix_row));
	memory_unmap(bench.addresses, ADDRESSES_BYTES);
	memory_unmap(bench.other_memory, COLD_BYTES);
}

static void print_head(int n_samples, uint32_t n_dpdk, bool large_pages)
{
	printf("The longest prefix that covers an address, on one core.\n"
	       "Nanoseconds of the core per address, medians of %d times %d fresh addresses, by "
	       "turns; each\naddress waiting for the answer before (one), and in bursts of %d and "
	       "%d.\n"
	       "  any     within a row, every row as likely   Zipf   within a row, by Zipf's law "
	       "1.1\n"
	       "  none    near rows, in none of them\n"
	       "  cold    as any, after %d MiB of other memory\n%s\n%s",
	       n_samples, N_ADDRESSES, FEW, PREFIX_MAX_BURST, COLD_BYTES >> 20,
	       large_pages
	               ? "All tables are to lie in pages of 2 MiB (large: how much of them does)."
	               : "All tables lie in ordinary pages: there are not the hugepages for "
	                 "DPDK's.",
	       n_dpdk ? "" : "DPDK is not in this build.\n");
	printf("%-4s %7s  %-12s %7s %6s %5s ", "", "", "", "bytes", "built", "");
	for (int choice = 0; choice < N_CHOICES; choice++)
		printf("  %-11s", (const char *const[]){"any", "Zipf", "none", "cold"}[choice]);
	printf("\n%-4s %7s  %-12s %7s %6s %5s ", "", "rows", "table", "a row", "in ms", "large");
	for (int choice = 0; choice < N_CHOICES; choice++)
		printf("  one %3d %3d", FEW, PREFIX_MAX_BURST);
	printf("\n");
}

static uint32_t free_hugepages(void)
{
	FILE *file = fopen("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "re");
	uint32_t n = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%u", &n) != 1)
		n = 0;
	fclose(file);
	return n;
}

// Ends the program where there is no memory for it.
static uint32_t start_dpdk(uint32_t max_mib, bool large_pages, const struct contender **ret_dpdk)
{
	int r = dpdk_contenders_start(max_mib, large_pages, ret_dpdk);

	if (r < 0) {
		printf("bench_prefix: left out: DPDK cannot have %u MiB of memory: %s\n", max_mib,
		       strerror(-r));
		exit(CANNOT_RUN);
	}
	return (uint32_t)r;
}

int main(int argc, char **argv)
{
	bool quick = argc == 2 && strcmp(argv[1], "--quick") == 0;
	int n_samples = quick ? N_QUICK_SAMPLES : N_SAMPLES;
	uint32_t n_dpdk, max_mib = quick ? QUICK_DPDK_MIB : DPDK_MIB;
	bool large_pages = free_hugepages() >= max_mib / 2;
	const struct contender *dpdk;

	if (argc > 2 || (argc == 2 && !quick)) {
		fprintf(stderr, "usage: bench_prefix [--quick]\n");
		return 2;
	}
	n_dpdk = start_dpdk(max_mib, large_pages, &dpdk);
	large_pages |= n_dpdk == 0;
	contender_ours_use_pages(large_pages);
	print_head(n_samples, n_dpdk, large_pages);
	for (int family = N_FAMILIES - 1; family >= 0; family--) {
		bench_rows((enum family)family, quick ? QUICK_ROWS : REAL_ROWS, dpdk, n_dpdk,
		           n_samples);
		if (!quick)
			bench_rows((enum family)family, MANY_ROWS, dpdk, n_dpdk, n_samples);
	}
	return 0;
}
