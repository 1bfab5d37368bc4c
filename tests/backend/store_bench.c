#include "store_bench.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire.h"
#include "tests/unit/test_all.h"

static const char *store_address;

void bench_set_address(const char *address)
{
	store_address = address;
}

void bench_open(struct bench *bench, const char *probe)
{
	char why[STORE_WHY_BYTES] = "";

	bench->probe = probe;
	if (store_open(store_address, &bench->store, why) < 0)
		fail_msg("%s: %s", store_address, why);
}

void bench_reopen(struct bench *bench)
{
	store_close(bench->store);
	bench_open(bench, bench->probe);
}

static struct report *report_of(const struct bench *bench, uint64_t sequence, uint64_t start_ns,
                                const char *link)
{
	struct report *report = report_new(
		&(struct report_sizes){.n_links = 1, .n_traffic = 1, .n_queues = 2});

	strcpy(report->probe, bench->probe);
	memset(report->spool.bytes, 7, SPOOL_ID_BYTES);
	report->sequence = sequence;
	report->window_start_ns = start_ns;
	report->window_length_ns = MINUTE_NS;
	report->observed_ns = MINUTE_NS;
	report->links[0] = (struct report_link){
		.surface = SURFACE_MOBILE_CORE,
		.capacity_bps = 1000,
		.received_frames = 10 + sequence + 5 + 6 + 7 + 9,
		.frames = {0, 10 + sequence, 0, 0},
		.dropped_frames = {5, 6, 7, 9},
		.truncated_frames = 8,
		.deep_frames = 9,
		.wire_bytes = 2000,
		.down_ns = MINUTE_NS / 2,
		.state = LINK_STATE_DOWN,
	};
	strcpy(report->links[0].name, link);
	report->traffic[0] = (struct report_traffic){
		0, FAMILY_IPV6, FAMILY_IPV6, TRANSITION_NATIVE6, 10 + sequence, 1000, 1000};
	report->queues[0] = (struct report_queue){0, 0, 4};
	report->queues[1] = (struct report_queue){0, 1, 16};
	return report;
}

struct store_entry bench_entry(const struct bench *bench, uint64_t sequence, uint64_t start_ns,
                               const char *link)
{
	return bench_entry_of(bench, report_of(bench, sequence, start_ns, link));
}

struct store_entry bench_entry_of(const struct bench *bench, struct report *take_report)
{
	struct store_entry entry = {
		.has_sequence = true,
		.sequence = take_report->sequence,
		.received_ns = take_report->window_start_ns + MINUTE_NS,
		.crc = (uint32_t)take_report->sequence,
		.report = take_report,
	};
	uint8_t *frame;
	size_t n_bytes;

	strcpy(entry.probe, bench->probe);
	entry.spool = entry.report->spool;
	assert_int_equal(report_encode(entry.report, &frame, &n_bytes), 0);
	entry.payload_bytes = n_bytes - WIRE_HEADER_BYTES;
	entry.payload = malloc(entry.payload_bytes);
	memcpy(entry.payload, frame + WIRE_HEADER_BYTES, entry.payload_bytes);
	free(frame);
	return entry;
}

void bench_entry_fini(struct store_entry *entry)
{
	free(entry->payload);
	report_free(entry->report);
}

enum store_outcome bench_write(const struct bench *bench, struct store_entry *entry)
{
	if (store_write(bench->store, entry, 1) < 0)
		fail_msg("%s", store_error(bench->store));
	return entry->outcome;
}

enum store_outcome bench_put(const struct bench *bench, uint64_t sequence, uint64_t start_ns)
{
	struct store_entry entry = bench_entry(bench, sequence, start_ns, "lab0");
	enum store_outcome outcome = bench_write(bench, &entry);

	bench_entry_fini(&entry);
	return outcome;
}

uint64_t bench_dead_letters(const struct bench *bench)
{
	struct store_counts counts;

	assert_int_equal(store_count(bench->store, &counts), 0);
	return counts.dead_letters;
}

int bench_add_report(void *arg, const struct store_payload *payload)
{
	struct report *report;
	char why[MAX_TEXT_BYTES];
	int error = report_decode(payload->bytes, payload->n_bytes, &report, why);

	if (error)
		fail_msg("%s", why);
	error = window_add(arg, report);
	report_free(report);
	return error;
}

void bench_make(const struct bench *bench, const struct store_mark *mark)
{
	bench_make_at(bench, mark, mark->start_ns + MINUTE_NS);
}

void bench_make_at(const struct bench *bench, const struct store_mark *mark, uint64_t now_ns)
{
	struct window window;

	window_init(&window, mark->start_ns);
	assert_int_equal(store_visit_reports(bench->store, mark, bench_add_report, &window), 0);
	assert_int_equal(store_replace_window(bench->store, mark, &window, now_ns), 0);
	window_fini(&window);
}

int bench_make_all(const struct bench *bench)
{
	struct store_mark mark;
	int n = 0;

	while (store_next_mark(bench->store, &mark) == 0 && ++n < 1000)
		bench_make(bench, &mark);
	return n;
}

static int sum_cell(void *arg, const struct cell *cell)
{
	struct sums *sums = arg;

	if (strcmp(cell->probe, sums->probe) != 0)
		return 0;
	sums->n_cells++;
	sums->last = *cell;
	sums->packets += cell->traffic[FAMILY_IPV6][FAMILY_IPV6][TRANSITION_NATIVE6].packets;
	return 0;
}

struct sums bench_cells(const struct bench *bench, uint64_t from_ns, uint64_t to_ns)
{
	struct sums sums = {.probe = bench->probe};

	assert_int_equal(store_visit_cells(bench->store, from_ns, to_ns, sum_cell, &sums), 0);
	return sums;
}
