// What users cost in reports: bytes of one sketch, and bytes of all reports of a probe, by 5
// minutes of an hour, with the time control takes for them. No packets: users are put into a
// worker's tally as the meter puts them, and everything from there to the encoded frame is the
// probe's own.
//
// The model: 744 groups, two keys, 1 M users active in each 5 minutes, each of them confirmed in
// the minute in which it first sent. That minute is the first of the scope for all of them (`at
// once`: flows that go on, where the first packet in a scope counts), or any of the five (`evenly`:
// users who come). In an hour there are the same 1 M users, or 3 M of whom others come and go in
// each 5 minutes. Groups are equal, or the k-th largest has 1 / k of the users of the largest.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probe/meter/user_sketches.h"
#include "probe/scopes.h"
#include "proto/base/clock.h"
#include "proto/sketch.h"

enum {
	N_SCOPES = 12, // in an hour
	N_WINDOWS = 5, // in a scope
	WINDOW_S = 60,
	N_SLOTS = 1 << 16,
	N_CARRIERS = 6,
	N_REGIONS = 31,
	N_REPEATS = 20,
	BOTH_GRADES = 1 << GRADE_SENT | 1 << GRADE_CONFIRMED,
};

struct size {
	uint32_t n_groups;
	uint32_t n_users;
};

static const struct size full_size = {744, 1000000}, quick_size = {40, 10000};
static const struct siphash_key user_keys_table[MAX_USER_KEYS] = {{1, 2}, {3, 4}};

struct model {
	bool zipf; // else all groups are equal
	bool evenly; // else at once
	bool change; // of users in the hour
};

struct bench {
	struct size size;
	struct model model;
	struct report_group groups[MAX_REPORT_GROUPS];
	struct user_group user_groups[MAX_REPORT_GROUPS];
	uint16_t slots[N_SLOTS]; // group of a user, by part of its hash
	struct user_plan plan;
	struct user_keys keys;
	void *memory; // the tally's
	struct user_tally tally;
	struct scopes *scopes;
};

// What came of 5 minutes.
struct cost {
	uint64_t n_bytes;
	uint32_t n_reports;
	uint64_t most_window_bytes;
	double most_window_ms;
};

static void *need(void *memory)
{
	if (memory != NULL)
		return memory;
	perror("bench_scopes: memory");
	exit(1);
}

static uint64_t hash_of(uint64_t user, uint32_t key)
{
	return siphash_2_4(&user_keys_table[key], &user, sizeof(user));
}

// Of this thread: others may be at work.
static double processor_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

// The bound no code of places and ranks goes below, in bytes.
static double entropy_bytes(const struct sketch *sketch, double *ret_registers)
{
	const double m = SKETCH_REGISTERS;
	uint32_t counts[SKETCH_MAX_RANK + 1] = {0};
	double n, n_bits;

	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		counts[sketch_get(sketch, i)]++;
	n = m - counts[0];
	n_bits = (lgamma(m + 1) - lgamma(n + 1) - lgamma(m - n + 1)) / M_LN2;
	for (uint32_t rank = 1; rank <= SKETCH_MAX_RANK; rank++)
		if (counts[rank] > 0)
			n_bits -= counts[rank] * log2(counts[rank] / n);
	*ret_registers = n;
	return n_bits / 8;
}

static void print_sketch(uint64_t n_users)
{
	static uint8_t bytes[SKETCH_MAX_ENCODED_BYTES];
	struct sketch sketch = {0}, back;
	double registers, entropy;
	double start_ms, encoded_ms, decoded_ms;
	size_t n_bytes = 0;
	int r = 0;

	for (uint64_t user = 0; user < n_users; user++)
		sketch_add(&sketch, hash_of(user, 0));
	entropy = entropy_bytes(&sketch, &registers);
	start_ms = processor_ms();
	for (int i = 0; i < N_REPEATS; i++)
		n_bytes = sketch_encode(&sketch, bytes);
	encoded_ms = processor_ms();
	for (int i = 0; i < N_REPEATS; i++)
		r |= sketch_decode(bytes, n_bytes, &back);
	decoded_ms = processor_ms();
	if (r < 0 || memcmp(&sketch, &back, sizeof(back)) != 0) {
		fprintf(stderr, "bench_scopes: a sketch did not come back\n");
		exit(1);
	}
	printf("%9ju %10.0f %7zu %8.0f %15.2f %10.1f %10.1f\n", (uintmax_t)n_users, registers,
	       n_bytes, entropy, (double)n_bytes / registers,
	       (encoded_ms - start_ms) / N_REPEATS * 1e3,
	       (decoded_ms - encoded_ms) / N_REPEATS * 1e3);
}

static void print_sketches(void)
{
	static const uint64_t loads[] = {100, 1344, 10000, 100000, 1000000};

	printf("One sketch\n\n    users  registers   bytes  entropy  bytes/register  encode us  "
	       "decode us\n");
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		print_sketch(loads[i]);
}

static void make_groups(struct bench *bench)
{
	for (uint32_t i = 0; i < bench->size.n_groups; i++) {
		uint32_t region = i / 4 % N_REGIONS;

		bench->user_groups[i] = (struct user_group){FAMILY_IPV6, 56, 0};
		bench->groups[i] = (struct report_group){
			.access = (enum access)(i % 4 / N_FAMILIES),
			.family = (enum family)(i % N_FAMILIES),
			.user_len = i % N_FAMILIES == FAMILY_IPV6 ? 56 : 32};
		snprintf(bench->groups[i].carrier, MAX_GROUP_NAME_BYTES, "carrier-%02u",
		         i / 4 / N_REGIONS);
		snprintf(bench->groups[i].region, MAX_GROUP_NAME_BYTES, "province-%02u", region);
	}
}

// Shares the slots among groups, whose order says nothing about their size.
static void share_slots(struct bench *bench)
{
	uint32_t n = bench->size.n_groups;
	double sum = 0, before = 0;

	for (uint32_t i = 1; i <= n; i++)
		sum += bench->model.zipf ? 1.0 / i : 1;
	for (uint32_t i = 1, slot = 0; i <= n; i++) {
		before += (bench->model.zipf ? 1.0 / i : 1) / sum;
		for (; slot < N_SLOTS && slot < before * N_SLOTS; slot++)
			bench->slots[slot] = (uint16_t)((uint64_t)i * 7919 % n);
	}
}

static void bench_init(struct bench *bench, struct size size, struct model model)
{
	size_t n_bytes = (user_tally_memory_bytes(size.n_groups, MAX_USER_KEYS) + 63) / 64 * 64;

	*bench = (struct bench){.size = size, .model = model, .keys = {.n = MAX_USER_KEYS}};
	bench->memory = need(aligned_alloc(64, n_bytes));
	memset(bench->memory, 0, n_bytes);
	make_groups(bench);
	share_slots(bench);
	bench->plan = (struct user_plan){.groups = bench->user_groups, .n_groups = size.n_groups};
	user_tally_init(&bench->tally, bench->memory, &bench->plan, &bench->keys);
	if (scopes_new(bench->groups, size.n_groups, &bench->scopes) < 0)
		need(NULL);
}

static void bench_fini(struct bench *bench)
{
	free(bench->memory);
	scopes_free(bench->scopes);
}

static void see_users(struct bench *bench, uint64_t first, uint64_t n)
{
	for (uint64_t user = first; user < first + n; user++) {
		uint32_t group = bench->slots[hash_of(user, 0) >> 48];

		for (uint32_t key = 0; key < MAX_USER_KEYS; key++)
			user_sketches_add(&bench->tally.sketches, user_tally_set(group, key),
			                  hash_of(user, key), BOTH_GRADES);
	}
}

static uint64_t send_reports(struct report_list *list, struct cost *cost)
{
	uint64_t n_bytes = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		uint8_t *frame;
		size_t n_frame_bytes;
		int r;

		list->reports[i]->sequence = 1;
		r = report_encode(list->reports[i], &frame, &n_frame_bytes);
		if (r < 0) {
			fprintf(stderr, "bench_scopes: a report cannot be encoded: %s\n",
			        strerror(-r));
			exit(1);
		}
		free(frame);
		n_bytes += n_frame_bytes;
	}
	cost->n_reports += list->n;
	return n_bytes;
}

// What control does when a window has ended.
static void end_window(struct bench *bench, struct window window, struct cost *cost)
{
	static const struct report_origin origin = {.probe = "bench", .software = "bench"};
	static const struct report_port port = {.name = "north", .capacity_bps = 1};
	static const struct report_key keys[MAX_USER_KEYS] = {{1, 1}, {2, 2}};
	static struct tally tally;
	const struct report_window about = {.start_ns = window.start_ns,
	                                    .length_ns = window.length_ns,
	                                    .observed_ns = window.length_ns};
	struct report_users users = {.plan = {{1}},
	                             .groups = bench->groups,
	                             .n_groups = bench->size.n_groups,
	                             .keys = keys,
	                             .n_keys = MAX_USER_KEYS};
	double ms = processor_ms();
	struct report_list list;
	uint64_t n_bytes;

	scopes_add(bench->scopes, window, &bench->tally);
	user_tally_reset(&bench->tally);
	if (scopes_rows(bench->scopes, window, false, &users.rows) < 0 ||
	    report_build(&origin, &about, &port, 1, &tally, &users, &list) < 0)
		need(NULL);
	n_bytes = send_reports(&list, cost);
	report_list_fini(&list);
	ms = processor_ms() - ms;
	cost->n_bytes += n_bytes;
	if (n_bytes > cost->most_window_bytes)
		cost->most_window_bytes = n_bytes;
	if (ms > cost->most_window_ms)
		cost->most_window_ms = ms;
}

static struct cost run_scope(struct bench *bench, uint32_t scope)
{
	uint64_t n = bench->size.n_users;
	uint64_t first = bench->model.change ? scope * 2 * n / (N_SCOPES - 1) : 0;
	struct cost cost = {0};

	for (uint32_t i = 0; i < N_WINDOWS; i++) {
		uint64_t start_s = (scope * N_WINDOWS + i) * WINDOW_S;

		if (bench->model.evenly)
			see_users(bench, first + n * i / N_WINDOWS, n / N_WINDOWS);
		else if (i == 0)
			see_users(bench, first, n);
		end_window(bench, (struct window){start_s * NS_PER_S, WINDOW_S * NS_PER_S}, &cost);
	}
	return cost;
}

static void print_model(struct size size, struct model model)
{
	static struct bench bench;
	struct cost costs[N_SCOPES], most = {0};
	double between = 0;

	bench_init(&bench, size, model);
	for (uint32_t scope = 0; scope < N_SCOPES; scope++) {
		costs[scope] = run_scope(&bench, scope);
		if (scope > 0 && scope < N_SCOPES - 1)
			between += (double)costs[scope].n_bytes / (N_SCOPES - 2);
		if (costs[scope].n_reports > most.n_reports)
			most.n_reports = costs[scope].n_reports;
		if (costs[scope].most_window_bytes > most.most_window_bytes)
			most.most_window_bytes = costs[scope].most_window_bytes;
		if (costs[scope].most_window_ms > most.most_window_ms)
			most.most_window_ms = costs[scope].most_window_ms;
	}
	printf("%-5s  %-7s  %-9s %6.2f %8.2f %6.2f %8u %8.2f %8.0f %8.1f\n",
	       model.zipf ? "1 / k" : "equal", model.evenly ? "evenly" : "at once",
	       model.change ? "3 times" : "the same", (double)costs[0].n_bytes / 1e6, between / 1e6,
	       (double)costs[N_SCOPES - 1].n_bytes / 1e6, most.n_reports,
	       (double)most.most_window_bytes / 1e6, most.most_window_ms,
	       (double)scopes_bytes(bench.scopes) / 1e6);
	fflush(stdout);
	bench_fini(&bench);
}

static void print_models(struct size size)
{
	printf("\nReports of %u groups, 2 grades, 2 keys, %u users in each 5 minutes; MB of 5 "
	       "minutes\n\n"
	       "                            in the hour:           at most:\n"
	       "groups users    hour's    first  between   last  reports  MB/window  ms/window  "
	       "scopes MB\n",
	       size.n_groups, size.n_users);
	for (int i = 0; i < 8; i++)
		print_model(size, (struct model){i & 4, i & 2, i & 1});
}

int main(int argc, char **argv)
{
	bool quick = argc > 1 && strcmp(argv[1], "--quick") == 0;

	print_sketches();
	print_models(quick ? quick_size : full_size);
	return 0;
}
