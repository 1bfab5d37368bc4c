// What a minute of users costs the store: bench_sketches ADDRESS [GROUPS MINUTES USERS]. One probe,
// each group with two grades and two keys, a fifth of the users of 5 minutes new in every minute.
// Made again, no register rises.
#include "tests/unit/test_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/users.h"
#include "proto/base/clock.h"
#include "proto/siphash.h"
#include "user_bench.h"

enum {
	REPORT_GROUPS = 186, // of one report: more sketches may not fit a frame
};

struct load {
	uint32_t n_groups, n_minutes;
	uint64_t n_users; // of a group in a scope
};

// Groups [first, first + n) of a minute.
struct part {
	uint64_t minute;
	uint32_t first, n;
};

static void fill(struct sketch *sketch, const struct report_sketch *row, const struct load *load,
                 const struct part *part)
{
	struct siphash_key key = {row->key, (part->first + row->group) * 2 + row->grade};
	uint64_t n_new = load->n_users / 5 + 1;

	*sketch = (struct sketch){0};
	for (uint64_t i = part->minute * n_new; i < (part->minute + 1) * n_new; i++)
		sketch_add(sketch, siphash_2_4(&key, &i, sizeof(i)));
}

static void fill_row(struct report *report, const struct load *load, const struct part *part)
{
	struct report_sketch *row = &report->sketches[report->n_sketches];
	uint32_t number = report->n_sketches++;
	struct sketch sketch;

	*row = (struct report_sketch){
		.key = number / (part->n * N_GRADES),
		.group = number / N_GRADES % part->n,
		.grade = (enum grade)(number % N_GRADES),
	};
	row->scope_seconds = row->key ? LONG_SCOPE_SECONDS : SCOPE_SECONDS;
	fill(&sketch, row, load, part);
	row->n_bytes = (uint32_t)sketch_encode(&sketch,
	                                       report->sketch_data + report->n_sketch_bytes);
	report->n_sketch_bytes += row->n_bytes;
}

static struct report *report_of(const struct load *load, uint64_t start_ns, const struct part *part)
{
	uint32_t n_sketches = part->n * N_GRADES * MAX_REPORT_KEYS;
	struct report *report = report_new(&(struct report_sizes){
		.n_links = 1,
		.n_groups = part->n,
		.n_keys = MAX_REPORT_KEYS,
		.n_sketches = n_sketches,
		.n_sketch_bytes = n_sketches * SKETCH_MAX_ENCODED_BYTES,
	});

	strcpy(report->probe, "bench");
	report->sequence = part->minute * MAX_REPORT_GROUPS + part->first + 1;
	report->window_start_ns = start_ns + part->minute * MINUTE_NS;
	report->window_length_ns = MINUTE_NS;
	report->plan.bytes[0] = 1;
	strcpy(report->links[0].name, "lab0");
	report->keys[0] = (struct report_key){71, 1};
	report->keys[1] = (struct report_key){72, 2};
	for (uint32_t i = 0; i < part->n; i++) {
		report->groups[i] = bench_group("bench", 64);
		snprintf(report->groups[i].region, MAX_GROUP_NAME_BYTES, "%05u", part->first + i);
	}
	report->n_sketches = report->n_sketch_bytes = 0;
	while (report->n_sketches < n_sketches)
		fill_row(report, load, part);
	return report;
}

// Of the processor: others may be at work.
static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

struct stopwatch {
	uint64_t wall_ns, cpu_ns;
};

static struct stopwatch start(void)
{
	return (struct stopwatch){clock_monotonic_ns(), cpu_ns()};
}

static void print_time(const char *what, const struct stopwatch *since)
{
	printf("%s %7.1f ms (%7.1f of CPU)", what,
	       (double)(clock_monotonic_ns() - since->wall_ns) / 1e6,
	       (double)(cpu_ns() - since->cpu_ns) / 1e6);
}

// Bytes of the reports written.
static size_t write_reports(const struct bench *bench, const struct load *load, uint64_t start_ns,
                            uint64_t minute)
{
	struct part part = {.minute = minute};
	size_t n_bytes = 0;

	for (; part.first < load->n_groups; part.first += part.n) {
		uint32_t n_left = load->n_groups - part.first;
		struct store_entry entry;

		part.n = n_left < REPORT_GROUPS ? n_left : REPORT_GROUPS;
		entry = bench_entry_of(bench, report_of(load, start_ns, &part));
		bench_write(bench, &entry);
		n_bytes += entry.payload_bytes;
		bench_entry_fini(&entry);
	}
	return n_bytes;
}

static void run_minute(const struct bench *bench, const struct load *load, uint64_t start_ns,
                       uint64_t minute)
{
	size_t n_bytes = write_reports(bench, load, start_ns, minute);
	struct store_mark mark;
	struct stopwatch watch;

	assert_int_equal(store_next_mark(bench->store, &mark), 0);
	printf("minute %2ju: reports of %7zu bytes, ", (uintmax_t)minute, n_bytes);
	watch = start();
	bench_make(bench, &mark);
	print_time("made in", &watch);
	watch = start();
	bench_make(bench, &mark);
	print_time(", again in", &watch);
	printf("\n");
}

static void read_window(const struct bench *bench, uint64_t start_ns, uint64_t end_ns)
{
	struct stopwatch watch = start();
	struct user_window window;

	assert_int_equal(users_window(bench->store, start_ns, end_ns, &window), 0);
	printf("window of %4ju s: %zu cells, ", (uintmax_t)((end_ns - start_ns) / NS_PER_S),
	       window.n_cells);
	print_time("read in", &watch);
	printf("\n");
	user_window_fini(&window);
}

static uint64_t number(int argc, char **argv, int at, uint64_t preset)
{
	return argc > at ? strtoull(argv[at], NULL, 10) : preset;
}

int main(int argc, char **argv)
{
	struct load load = {(uint32_t)number(argc, argv, 2, 744),
	                    (uint32_t)number(argc, argv, 3, 12), number(argc, argv, 4, 1344)};
	uint64_t now_ns = clock_wall_ns(), start_ns = now_ns - now_ns % (60 * MINUTE_NS);
	struct bench bench;

	if (argc < 2)
		return EXIT_FAILURE;
	setenv("TZ", "Asia/Shanghai", 1);
	start_ns -= 60 * MINUTE_NS;
	bench_set_address(argv[1]);
	bench_open(&bench, "bench");
	for (uint64_t minute = 0; minute < load.n_minutes; minute++)
		run_minute(&bench, &load, start_ns, minute);
	read_window(&bench, start_ns, start_ns + 5 * MINUTE_NS);
	read_window(&bench, start_ns, start_ns + 60 * MINUTE_NS);
	store_close(bench.store);
	return EXIT_SUCCESS;
}
