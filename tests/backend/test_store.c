// One suite every back end of the store must pass. The argument is the address of an empty store.
#include "tests/unit/test_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/store/store.h"
#include "proto/wire.h"

#define MINUTE_NS UINT64_C(60000000000)
#define NOON_NS   (UINT64_C(1763800020) * 1000000000)

static const char *store_address;

// Each test writes under names of its own, so that all share one store.
struct bench {
	struct store *store;
	const char *probe;
};

static void bench_open(struct bench *bench, const char *probe)
{
	char why[STORE_WHY_BYTES] = "";

	bench->probe = probe;
	if (store_open(store_address, &bench->store, why) < 0)
		fail_msg("%s: %s", store_address, why);
}

static void bench_reopen(struct bench *bench)
{
	store_close(bench->store);
	bench_open(bench, bench->probe);
}

static struct report *report_of(const struct bench *bench, uint64_t sequence, uint64_t start_ns,
                                const char *link)
{
	struct report *report = report_new(1, 1, 0);

	strcpy(report->probe, bench->probe);
	memset(report->spool.bytes, 7, SPOOL_ID_BYTES);
	report->sequence = sequence;
	report->window_start_ns = start_ns;
	report->window_length_ns = MINUTE_NS;
	report->observed_ns = MINUTE_NS;
	report->links[0] = (struct report_link){
		.surface = SURFACE_MOBILE_CORE,
		.capacity_bps = 1000,
		.received_frames = 10 + sequence,
		.frames = {0, 10 + sequence, 0, 0},
		.wire_bytes = 2000,
	};
	strcpy(report->links[0].name, link);
	report->traffic[0] = (struct report_traffic){
		0, FAMILY_IPV6, FAMILY_IPV6, TRANSITION_NATIVE6, 10 + sequence, 1000, 1000};
	return report;
}

// An entry as ingest makes it, with a payload of its own.
static struct store_entry entry_of(const struct bench *bench, uint64_t sequence, uint64_t start_ns,
                                   const char *link)
{
	struct store_entry entry = {
		.has_sequence = true,
		.sequence = sequence,
		.received_ns = start_ns + MINUTE_NS,
		.crc = (uint32_t)sequence,
		.report = report_of(bench, sequence, start_ns, link),
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

static void entry_fini(struct store_entry *entry)
{
	free(entry->payload);
	report_free(entry->report);
}

static enum store_outcome write_one(const struct bench *bench, struct store_entry *entry)
{
	if (store_write(bench->store, entry, 1) < 0)
		fail_msg("%s", store_error(bench->store));
	return entry->outcome;
}

static enum store_outcome put(const struct bench *bench, uint64_t sequence, uint64_t start_ns)
{
	struct store_entry entry = entry_of(bench, sequence, start_ns, "lab0");
	enum store_outcome outcome = write_one(bench, &entry);

	entry_fini(&entry);
	return outcome;
}

static uint64_t n_dead_letters(const struct bench *bench)
{
	struct store_counts counts;

	assert_int_equal(store_count(bench->store, &counts), 0);
	return counts.dead_letters;
}

static int add_report(void *arg, const struct store_payload *payload)
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

static void make(const struct bench *bench, const struct store_mark *mark)
{
	struct window window;

	window_init(&window, mark->start_ns);
	assert_int_equal(store_visit_reports(bench->store, mark, add_report, &window), 0);
	assert_int_equal(store_replace_window(bench->store, mark, &window), 0);
	window_fini(&window);
}

// Makes every dirty window; returns how many there were.
static int make_all(const struct bench *bench)
{
	struct store_mark mark;
	int n = 0;

	while (store_next_mark(bench->store, &mark) == 0 && ++n < 1000)
		make(bench, &mark);
	return n;
}

struct sums {
	const char *probe;
	int n_cells;
	struct cell last;
	uint64_t packets;
};

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

static struct sums cells_of(const struct bench *bench, uint64_t from_ns, uint64_t to_ns)
{
	struct sums sums = {.probe = bench->probe};

	assert_int_equal(store_visit_cells(bench->store, from_ns, to_ns, sum_cell, &sums), 0);
	return sums;
}

static void a_report_comes_back_as_a_cell(void **state)
{
	struct bench bench;
	struct sums sums;

	bench_open(&bench, "cell");
	assert_int_equal(put(&bench, 1, NOON_NS), STORE_STORED);
	assert_int_equal(make_all(&bench), 1);
	sums = cells_of(&bench, NOON_NS, NOON_NS + MINUTE_NS);
	assert_int_equal(sums.n_cells, 1);
	assert_string_equal(sums.last.link, "lab0");
	assert_int_equal(sums.last.surface, SURFACE_MOBILE_CORE);
	assert_int_equal(sums.last.start_ns, NOON_NS);
	assert_int_equal(sums.last.observed_ns, MINUTE_NS);
	assert_int_equal(sums.last.received_frames, 11);
	assert_int_equal(sums.last.frames[FRAME_IPV6], 11);
	assert_int_equal(sums.last.wire_bytes, 2000);
	assert_int_equal(sums.packets, 11);
	assert_int_equal(cells_of(&bench, NOON_NS + 1, NOON_NS + MINUTE_NS).n_cells, 0);
	assert_int_equal(cells_of(&bench, NOON_NS - MINUTE_NS, NOON_NS).n_cells, 0);
	store_close(bench.store);
}

static void the_same_report_counts_once(void **state)
{
	struct bench bench;

	bench_open(&bench, "once");
	assert_int_equal(put(&bench, 1, NOON_NS), STORE_STORED);
	make_all(&bench);
	assert_int_equal(put(&bench, 1, NOON_NS), STORE_DUPLICATE);
	assert_int_equal(make_all(&bench), 0);
	assert_int_equal(cells_of(&bench, NOON_NS, NOON_NS + 1).packets, 11);
	store_close(bench.store);
}

static void the_same_report_twice_in_a_batch_counts_once(void **state)
{
	struct store_entry entries[2];
	struct bench bench;

	bench_open(&bench, "batch");
	entries[0] = entry_of(&bench, 1, NOON_NS, "lab0");
	entries[1] = entry_of(&bench, 1, NOON_NS, "lab0");
	assert_int_equal(store_write(bench.store, entries, 2), 0);
	assert_int_equal(entries[0].outcome, STORE_STORED);
	assert_int_equal(entries[1].outcome, STORE_DUPLICATE);
	make_all(&bench);
	assert_int_equal(cells_of(&bench, NOON_NS, NOON_NS + 1).packets, 11);
	entry_fini(&entries[0]);
	entry_fini(&entries[1]);
	store_close(bench.store);
}

static void the_same_key_with_other_content_is_quarantined(void **state)
{
	struct store_entry other;
	struct bench bench;
	uint64_t before;

	bench_open(&bench, "quarantine");
	assert_int_equal(put(&bench, 1, NOON_NS), STORE_STORED);
	make_all(&bench);
	before = n_dead_letters(&bench);
	other = entry_of(&bench, 1, NOON_NS, "lab1");
	assert_int_equal(write_one(&bench, &other), STORE_REFUSED);
	assert_int_equal(other.refusal, REFUSAL_CONFLICT);
	assert_non_null(strstr(other.reason, "quarantined"));
	assert_int_equal(make_all(&bench), 0);
	assert_int_equal(cells_of(&bench, NOON_NS, NOON_NS + 1).n_cells, 1);
	assert_int_equal(n_dead_letters(&bench), before + 1);
	entry_fini(&other);
	store_close(bench.store);
}

static void a_refused_report_is_kept_apart_once(void **state)
{
	struct store_entry entry;
	struct bench bench;
	uint64_t before;

	bench_open(&bench, "refused");
	before = n_dead_letters(&bench);
	entry = entry_of(&bench, 1, NOON_NS, "lab0");
	entry.refusal = REFUSAL_LATE;
	strcpy(entry.reason, "too late");
	assert_int_equal(write_one(&bench, &entry), STORE_REFUSED);
	assert_int_equal(write_one(&bench, &entry), STORE_REFUSED);
	assert_int_equal(n_dead_letters(&bench), before + 1);
	assert_int_equal(make_all(&bench), 0);
	bench_reopen(&bench);
	assert_int_equal(n_dead_letters(&bench), before + 1);
	entry_fini(&entry);
	store_close(bench.store);
}

// Its acknowledgement was lost, and it comes again when it is too old to be new.
static void a_stored_report_that_is_refused_later_stays_a_duplicate(void **state)
{
	struct store_entry entry;
	struct bench bench;

	bench_open(&bench, "late-twin");
	entry = entry_of(&bench, 1, NOON_NS, "lab0");
	assert_int_equal(write_one(&bench, &entry), STORE_STORED);
	entry.refusal = REFUSAL_LATE;
	assert_int_equal(write_one(&bench, &entry), STORE_DUPLICATE);
	entry_fini(&entry);
	make_all(&bench);
	store_close(bench.store);
}

static void reports_and_marks_survive_reopening(void **state)
{
	struct bench bench;

	bench_open(&bench, "reopen");
	assert_int_equal(put(&bench, 1, NOON_NS), STORE_STORED);
	assert_int_equal(put(&bench, 2, NOON_NS + MINUTE_NS), STORE_STORED);
	bench_reopen(&bench);
	assert_int_equal(make_all(&bench), 2);
	assert_int_equal(cells_of(&bench, NOON_NS, NOON_NS + 2 * MINUTE_NS).packets, 11 + 12);
	bench_reopen(&bench);
	assert_int_equal(make_all(&bench), 0);
	assert_int_equal(cells_of(&bench, NOON_NS, NOON_NS + 2 * MINUTE_NS).packets, 11 + 12);
	store_close(bench.store);
}

// Another report comes between reading the mark and putting the window: the mark stays.
static void a_mark_touched_meanwhile_stays(void **state)
{
	struct store_mark mark;
	struct window window;
	struct bench bench;

	bench_open(&bench, "meanwhile");
	assert_int_equal(put(&bench, 1, NOON_NS), STORE_STORED);
	assert_int_equal(store_next_mark(bench.store, &mark), 0);
	window_init(&window, mark.start_ns);
	assert_int_equal(store_visit_reports(bench.store, &mark, add_report, &window), 0);
	assert_int_equal(put(&bench, 2, NOON_NS), STORE_STORED);
	assert_int_equal(store_replace_window(bench.store, &mark, &window), 0);
	window_fini(&window);
	assert_int_equal(make_all(&bench), 1);
	assert_int_equal(cells_of(&bench, NOON_NS, NOON_NS + 1).packets, 11 + 12);
	store_close(bench.store);
}

// A window made anew replaces the old cells: it does not add to them.
static void making_a_window_again_changes_nothing(void **state)
{
	struct store_mark mark = {.start_ns = NOON_NS};
	struct bench bench;

	bench_open(&bench, "again");
	assert_int_equal(put(&bench, 1, NOON_NS), STORE_STORED);
	make_all(&bench);
	strcpy(mark.probe, bench.probe);
	make(&bench, &mark);
	make(&bench, &mark);
	assert_int_equal(cells_of(&bench, NOON_NS, NOON_NS + 1).packets, 11);
	store_close(bench.store);
}

static void windows_of_two_probes_are_apart(void **state)
{
	struct bench one, two;

	bench_open(&one, "apart-1");
	two = (struct bench){one.store, "apart-2"};
	assert_int_equal(put(&one, 1, NOON_NS), STORE_STORED);
	assert_int_equal(put(&two, 5, NOON_NS), STORE_STORED);
	assert_int_equal(make_all(&one), 2);
	assert_int_equal(put(&one, 2, NOON_NS), STORE_STORED);
	assert_int_equal(make_all(&one), 1);
	assert_int_equal(cells_of(&one, NOON_NS, NOON_NS + 1).packets, 11 + 12);
	assert_int_equal(cells_of(&two, NOON_NS, NOON_NS + 1).packets, 15);
	store_close(one.store);
}

static void a_windows_reports_are_bounded(void **state)
{
	struct store_entry entry;
	struct bench bench;

	bench_open(&bench, "bounded");
	for (uint64_t i = 1; i <= STORE_MAX_WINDOW_REPORTS; i++)
		assert_int_equal(put(&bench, i, NOON_NS), STORE_STORED);
	entry = entry_of(&bench, STORE_MAX_WINDOW_REPORTS + 1, NOON_NS, "lab0");
	assert_int_equal(write_one(&bench, &entry), STORE_REFUSED);
	assert_int_equal(entry.refusal, REFUSAL_BOUND);
	entry_fini(&entry);
	make_all(&bench);
	store_close(bench.store);
}

static void the_links_of_a_probe_are_bounded(void **state)
{
	struct store_entry entry;
	struct bench bench;
	char name[MAX_NAME_BYTES];

	bench_open(&bench, "links");
	for (uint64_t i = 1; i <= WINDOW_MAX_LINKS + 1; i++) {
		snprintf(name, sizeof(name), "link%ju", (uintmax_t)i);
		entry = entry_of(&bench, i, NOON_NS + i / 100 * MINUTE_NS, name);
		assert_int_equal(write_one(&bench, &entry),
		                 i <= WINDOW_MAX_LINKS ? STORE_STORED : STORE_REFUSED);
		entry_fini(&entry);
	}
	make_all(&bench);
	store_close(bench.store);
}

struct last {
	const char *probe;
	int n;
	uint64_t start_ns;
	enum surface surface;
};

static int note_last(void *arg, const struct store_link *link, uint64_t start_ns)
{
	struct last *last = arg;

	if (strcmp(link->probe, last->probe) != 0)
		return 0;
	last->n++;
	last->start_ns = start_ns;
	last->surface = link->surface;
	return 0;
}

static void the_last_cell_of_a_link_is_that_of_the_span(void **state)
{
	struct last last = {.probe = "last"};
	struct bench bench;

	bench_open(&bench, "last");
	for (uint64_t i = 0; i < 5; i++)
		assert_int_equal(put(&bench, i + 1, NOON_NS + i * MINUTE_NS), STORE_STORED);
	make_all(&bench);
	assert_int_equal(store_visit_last_cells(bench.store, NOON_NS, NOON_NS + 3 * MINUTE_NS,
	                                        note_last, &last),
	                 0);
	assert_int_equal(last.n, 1);
	assert_int_equal(last.start_ns, NOON_NS + 2 * MINUTE_NS);
	assert_int_equal(last.surface, SURFACE_MOBILE_CORE);
	last.n = 0;
	assert_int_equal(store_visit_last_cells(bench.store, 0, NOON_NS, note_last, &last), 0);
	assert_int_equal(last.n, 0);
	store_close(bench.store);
}

struct found {
	const char *probe;
	int n_probes, n_links;
	struct store_probe of_probe;
	struct store_link of_link;
};

static int note_probe(void *arg, const struct store_probe *probe)
{
	struct found *found = arg;

	if (strcmp(probe->name, found->probe) == 0) {
		found->n_probes++;
		found->of_probe = *probe;
	}
	return 0;
}

static int note_link(void *arg, const struct store_link *link)
{
	struct found *found = arg;

	if (strcmp(link->probe, found->probe) == 0) {
		found->n_links++;
		found->of_link = *link;
	}
	return 0;
}

static void probes_and_links_are_registered(void **state)
{
	struct found found = {.probe = "registry"};
	struct bench bench;

	bench_open(&bench, "registry");
	assert_int_equal(put(&bench, 9, NOON_NS + MINUTE_NS), STORE_STORED);
	assert_int_equal(put(&bench, 3, NOON_NS), STORE_STORED);
	make_all(&bench);
	assert_int_equal(store_visit_probes(bench.store, note_probe, &found), 0);
	assert_int_equal(store_visit_links(bench.store, note_link, &found), 0);
	assert_int_equal(found.n_probes, 1);
	assert_int_equal(found.of_probe.last_sequence, 9);
	assert_int_equal(found.of_probe.spool.bytes[15], 7);
	assert_int_equal(found.n_links, 1);
	assert_string_equal(found.of_link.name, "lab0");
	assert_int_equal(found.of_link.capacity_bps, 1000);
	assert_int_equal(found.of_link.first_seen_ns, NOON_NS + 2 * MINUTE_NS);
	store_close(bench.store);
}

static int stop_visit(void *arg, const struct cell *cell)
{
	++*(int *)arg;
	return -ECANCELED;
}

static void a_visitor_can_stop(void **state)
{
	struct bench bench;
	int n = 0;

	bench_open(&bench, "stop");
	assert_int_equal(put(&bench, 1, NOON_NS), STORE_STORED);
	assert_int_equal(put(&bench, 2, NOON_NS + MINUTE_NS), STORE_STORED);
	make_all(&bench);
	assert_int_equal(store_visit_cells(bench.store, 0, INT64_MAX, stop_visit, &n), -ECANCELED);
	assert_int_equal(n, 1);
	store_close(bench.store);
}

static void dead_letters_are_bounded(void **state)
{
	struct store_entry entry;
	struct bench bench;

	bench_open(&bench, "dead");
	entry = entry_of(&bench, 1, NOON_NS, "lab0");
	entry.refusal = REFUSAL_LATE;
	for (uint64_t i = 1; i <= STORE_MAX_DEAD_LETTERS + 5; i++) {
		entry.sequence = i;
		assert_int_equal(write_one(&bench, &entry), STORE_REFUSED);
	}
	assert_int_equal(n_dead_letters(&bench), STORE_MAX_DEAD_LETTERS);
	entry_fini(&entry);
	store_close(bench.store);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_comes_back_as_a_cell),
		cmocka_unit_test(the_same_report_counts_once),
		cmocka_unit_test(the_same_report_twice_in_a_batch_counts_once),
		cmocka_unit_test(the_same_key_with_other_content_is_quarantined),
		cmocka_unit_test(a_refused_report_is_kept_apart_once),
		cmocka_unit_test(a_stored_report_that_is_refused_later_stays_a_duplicate),
		cmocka_unit_test(reports_and_marks_survive_reopening),
		cmocka_unit_test(a_mark_touched_meanwhile_stays),
		cmocka_unit_test(making_a_window_again_changes_nothing),
		cmocka_unit_test(windows_of_two_probes_are_apart),
		cmocka_unit_test(a_windows_reports_are_bounded),
		cmocka_unit_test(the_links_of_a_probe_are_bounded),
		cmocka_unit_test(the_last_cell_of_a_link_is_that_of_the_span),
		cmocka_unit_test(probes_and_links_are_registered),
		cmocka_unit_test(a_visitor_can_stop),
		cmocka_unit_test(dead_letters_are_bounded),
	};

	if (argc != 2)
		return EXIT_FAILURE;
	store_address = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
