// How long a plan takes to load, and where the time goes: the phases of plan_read() one by one, on
// a text in memory, and plan_load() of the same from a file. Rows come in random order, and have
// one of as many groups as a country's carriers, regions and accesses make.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probe/memory.h"
#include "probe/plan/plan.h"
#include "probe/plan/plan_id.h"
#include "probe/plan/plan_rows.h"
#include "probe/plan/prefix_text.h"
#include "proto/names.h"
#include "tests/gen/prefix_set.h"

#include "quartiles.h"

enum {
	N_SAMPLES = 9,
	N_QUICK_SAMPLES = 2,
	QUICK_ROWS = 2000,
	FEW_ROWS = 10000,
	MANY_ROWS = 1000000,
	IPV6_PERCENT = 70,
	N_CARRIERS = 3,
	N_REGIONS = 31,
	N_PLAN_ACCESSES = 4,
};

enum phase {
	PHASE_READ,
	PHASE_SORT,
	PHASE_CHECK,
	PHASE_ID,
	PHASE_TABLE,
	PHASE_LOAD, // all of it, from a file
	N_PHASES
};

struct bench_plan {
	char *text;
	size_t n_bytes;
	char path[32];
	double ms[N_PHASES][N_SAMPLES];
	uint32_t n_samples;
	size_t memory_bytes;
	uint32_t n_groups;
};

static const char *const phase_names[N_PHASES] = {"read", "sort", "check", "id", "table", "load"};

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void need(bool is_there, const char *what)
{
	if (is_there)
		return;
	fprintf(stderr, "bench_plan: %s\n", what);
	exit(1);
}

// Subscribers are single addresses, so that rows of any length may nest.
static void write_rows(FILE *out, struct random *random, enum family family, uint32_t n_rows)
{
	struct prefix_row *rows = calloc(n_rows, sizeof(*rows));
	char prefix[PREFIX_TEXT_BYTES];

	need(rows != NULL, "no memory for the rows");
	prefix_set_make(rows, n_rows, family, 1);
	for (uint32_t i = 0; i < n_rows; i++) {
		uint32_t drawn = random_below(random, N_CARRIERS * N_REGIONS * N_PLAN_ACCESSES);

		prefix_text_write(&rows[i], prefix);
		fprintf(out, "%s,Carrier %u,Region %u,%s,,%s,\n", prefix, drawn % N_CARRIERS,
		        drawn / N_CARRIERS % N_REGIONS,
		        access_name((enum access)(drawn / N_CARRIERS / N_REGIONS)),
		        family == FAMILY_IPV4 ? "32" : "128");
	}
	free(rows);
}

static void make_text(struct bench_plan *bench, uint32_t n_rows)
{
	uint32_t n_ipv6 = (uint32_t)((uint64_t)n_rows * IPV6_PERCENT / 100);
	FILE *out = open_memstream(&bench->text, &bench->n_bytes);
	struct random random = {1};
	int descriptor;

	need(out != NULL, "no memory for the text");
	fputs("prefix,carrier,region,access,class,user_len,port_block\n", out);
	write_rows(out, &random, FAMILY_IPV6, n_ipv6);
	write_rows(out, &random, FAMILY_IPV4, n_rows - n_ipv6);
	fclose(out);
	strcpy(bench->path, "bench-plan-XXXXXX");
	descriptor = mkstemp(bench->path);
	need(descriptor >= 0, "no file for the plan");
	need(write(descriptor, bench->text, bench->n_bytes) == (ssize_t)bench->n_bytes,
	     "no room for the plan");
	close(descriptor);
}

static void build_table(const struct plan_rows *rows)
{
	struct prefix_size size = prefix_table_size(rows->rows, rows->n_rows);
	void *memory = memory_take(size.table_bytes), *scratch = malloc(size.scratch_bytes);
	struct prefix_fault_place place;
	enum prefix_fault fault;

	need(memory && scratch, "no memory for the table");
	need(prefix_table_init(memory, scratch, rows->rows, rows->n_rows, &fault, &place) != NULL,
	     "the table was refused");
	free(scratch);
	memory_give_back(memory, size.table_bytes);
}

static void time_phases(struct bench_plan *bench, uint32_t sample)
{
	char why[CONFIG_WHY_BYTES], *text = malloc(bench->n_bytes + 1);
	const struct complaint complaint = {"plan.csv", why};
	double at[N_PHASES + 1];
	struct plan_nested nested;
	struct plan_rows rows;

	need(text != NULL, "no memory for the text");
	memcpy(text, bench->text, bench->n_bytes);
	at[PHASE_READ] = now_ms();
	need(plan_rows_read(&complaint, text, bench->n_bytes, &rows) == 0, why);
	at[PHASE_SORT] = now_ms();
	need(plan_rows_sort(&complaint, &rows) == 0, why);
	at[PHASE_CHECK] = now_ms();
	need(plan_rows_check(&complaint, &rows, &nested) == 0, why);
	at[PHASE_ID] = now_ms();
	plan_rows_id(&rows);
	at[PHASE_TABLE] = now_ms();
	build_table(&rows);
	at[PHASE_LOAD] = now_ms();
	for (int phase = 0; phase < PHASE_LOAD; phase++)
		bench->ms[phase][sample] = at[phase + 1] - at[phase];
	plan_rows_fini(&rows);
	free(text);
}

static void time_load(struct bench_plan *bench, uint32_t sample)
{
	char why[CONFIG_WHY_BYTES];
	double start_ms = now_ms();
	struct plan *plan;

	need(plan_load(bench->path, &plan, why) == 0, why);
	bench->ms[PHASE_LOAD][sample] = now_ms() - start_ms;
	bench->memory_bytes = plan->memory_bytes;
	bench->n_groups = plan->users.n_groups;
	plan_free(plan);
}

static void bench_rows(uint32_t n_rows, uint32_t n_samples)
{
	static struct bench_plan bench;

	make_text(&bench, n_rows);
	bench.n_samples = n_samples;
	for (uint32_t sample = 0; sample < n_samples; sample++) {
		time_phases(&bench, sample);
		time_load(&bench, sample);
	}
	unlink(bench.path);
	printf("%9u %6u %6zu %6zu", n_rows, bench.n_groups, bench.n_bytes >> 20,
	       bench.memory_bytes >> 20);
	for (int phase = 0; phase < N_PHASES; phase++)
		printf(" %7.1f", quartiles_of(bench.ms[phase], n_samples).median);
	printf("\n");
	fflush(stdout);
	free(bench.text);
}

int main(int argc, char **argv)
{
	bool is_quick = argc > 1 && strcmp(argv[1], "--quick") == 0;

	printf("A plan loaded, milliseconds, medians of %d; %d %% of the rows IPv6\n\n",
	       is_quick ? N_QUICK_SAMPLES : N_SAMPLES, IPV6_PERCENT);
	printf("     rows groups    MiB memory");
	for (int phase = 0; phase < N_PHASES; phase++)
		printf(" %7s", phase_names[phase]);
	printf("\n");
	bench_rows(is_quick ? QUICK_ROWS : FEW_ROWS, is_quick ? N_QUICK_SAMPLES : N_SAMPLES);
	if (!is_quick)
		bench_rows(MANY_ROWS, N_SAMPLES);
	return 0;
}
