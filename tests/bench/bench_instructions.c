// Fixed work to count the instructions of, where the processor's own counters are out of reach:
// valgrind runs this and counts what happens inside counted_burst() alone. Instructions are not
// time, but they are the same on every run, so a change of one in a hundred shows.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "work.h"

enum {
	N_FLOWS = 1 << 14,
	N_RINGS = 16,
};

static const char *const names[N_WORKS] = {
	[WORK_TOUCH] = "touch", [WORK_PARSE] = "parse", [WORK_HASH] = "hash",
	[WORK_LINE] = "line",   [WORK_METER] = "meter", [WORK_USERS] = "users",
};

void counted_burst(struct bench *bench, enum work work, const struct frame *frames);

// Its name is on valgrind's command line. What stands behind the call keeps it from becoming a
// jump, which has no end to stop counting at.
__attribute__((noinline)) void counted_burst(struct bench *bench, enum work work,
                                             const struct frame *frames)
{
	bench_burst(bench, work, frames);
	__asm__ volatile("" ::: "memory");
}

static void count(struct bench *bench, enum work work)
{
	struct frame frames[BURST];

	for (uint32_t ring = 0; ring < N_RINGS; ring++) {
		traffic_fill(&bench->traffic);
		for (uint32_t i = 0; i < RING_BUFFERS / BURST; i++) {
			traffic_burst(&bench->traffic, i, bench_now_ns(), frames);
			counted_burst(bench, work, frames);
		}
	}
}

static int find_work(const char *name)
{
	for (int i = 0; i < N_WORKS; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

// Prints how many packets were worked on.
int main(int argc, char **argv)
{
	int work = argc == 4 ? find_work(argv[1]) : -1;
	struct traffic_setup traffic = {.n_flows = N_FLOWS, .zipf = true};
	struct bench bench;

	if (work < 0) {
		fprintf(stderr, "usage: bench_instructions touch|parse|hash|line|meter|users "
		                "IPV6-PERCENT NEW-PERCENT\n");
		return 2;
	}
	traffic.ipv6_percent = (unsigned int)strtoul(argv[2], NULL, 10);
	traffic.churn_percent = (unsigned int)strtoul(argv[3], NULL, 10);
	bench_init(&bench, &traffic, 2 * N_FLOWS, false, 42);
	count(&bench, (enum work)work);
	bench_fini(&bench);
	printf("%d\n", N_RINGS * RING_BUFFERS);
	return 0;
}
