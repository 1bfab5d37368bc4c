// Two workers against one: each a thread on its own processor with its own meter and frames, as in
// the probe. One alone and both together are taken by turns in one run.
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quartiles.h"
#include "work.h"

enum {
	N_ROUNDS = 41,
	N_RINGS = 64, // of each worker in a round
	EXIT_SKIP = 77, // as meson reads it
};

struct worker {
	struct bench bench;
	int processor;
	int n_rings;
	pthread_barrier_t *start;
	double ns_per_packet;
};

static void *run(void *argument)
{
	struct worker *worker = argument;
	double total_ns = 0;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(worker->processor, &set);
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	pthread_barrier_wait(worker->start);
	for (int i = 0; i < worker->n_rings; i++)
		total_ns += bench_time(&worker->bench, WORK_METER);
	worker->ns_per_packet = total_ns / worker->n_rings;
	return NULL;
}

// Millions of packets a second of so many workers together.
static double round_mpps(struct worker *workers, unsigned int n_workers)
{
	pthread_barrier_t start;
	pthread_t threads[2];
	double mpps = 0;

	pthread_barrier_init(&start, NULL, n_workers);
	for (unsigned int i = 0; i < n_workers; i++) {
		workers[i].start = &start;
		if (pthread_create(&threads[i], NULL, run, &workers[i]) != 0) {
			perror("bench_workers: thread");
			exit(1);
		}
	}
	for (unsigned int i = 0; i < n_workers; i++) {
		pthread_join(threads[i], NULL);
		mpps += 1000 / workers[i].ns_per_packet;
	}
	pthread_barrier_destroy(&start);
	return mpps;
}

static void print_row(int n_workers, double *mpps, int n_rounds, double ratio)
{
	struct quartiles found = quartiles_of(mpps, (size_t)n_rounds);

	printf("%7d %8.1f %8.1f %7.0f%% %8.2f\n", n_workers, found.median, found.least,
	       quartiles_spread_percent(&found), ratio);
}

static void measure(struct worker *workers, int n_rounds)
{
	double one[N_ROUNDS], two[N_ROUNDS], ratio;

	for (int i = 0; i < n_rounds; i++) {
		one[i] = round_mpps(workers, 1);
		two[i] = round_mpps(workers, 2);
	}
	ratio = quartiles_median_ratio(two, one, (size_t)n_rounds);
	printf("Two workers beside one, each on a processor of its own with a meter of its own: "
	       "%ju flows,\n"
	       "mixed, Zipf 1.1, large pages; millions of packets a second, medians of %d rounds "
	       "by turns.\n"
	       "%7s %8s %8s %8s %8s\n",
	       (uintmax_t)workers[0].bench.traffic.setup.n_flows, n_rounds, "workers", "Mpps",
	       "least", "IQR", "ratio");
	print_row(1, one, n_rounds, 1);
	print_row(2, two, n_rounds, ratio);
}

static int processor_at(unsigned int nth)
{
	cpu_set_t allowed;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0)
		for (int i = 0; i < CPU_SETSIZE; i++)
			if (CPU_ISSET(i, &allowed) && nth-- == 0)
				return i;
	fprintf(stderr, "bench_workers: left out: two workers want two processors\n");
	exit(EXIT_SKIP);
}

int main(int argc, char **argv)
{
	bool quick = argc == 2 && strcmp(argv[1], "--quick") == 0;
	const struct traffic_setup traffic = {50, quick ? 1 << 14 : 1 << 20, true, 0};
	static struct worker workers[2];

	for (unsigned int i = 0; i < 2; i++) {
		workers[i].processor = processor_at(i);
		workers[i].n_rings = quick ? 2 : N_RINGS;
		bench_init(&workers[i].bench, &traffic, 2 * traffic.n_flows, true, i + 1);
	}
	measure(workers, quick ? 3 : N_ROUNDS);
	for (unsigned int i = 0; i < 2; i++)
		bench_fini(&workers[i].bench);
	return 0;
}
