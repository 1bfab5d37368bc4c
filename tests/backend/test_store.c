// One suite every back end of the store must pass. The argument is the address of an empty store.
#include "tests/unit/test_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_bench.h"

static void a_report_comes_back_as_a_cell(void **state)
{
	struct bench bench;
	struct sums sums;

	bench_open(&bench, "cell");
	assert_int_equal(bench_put(&bench, 1, NOON_NS), STORE_STORED);
	assert_int_equal(bench_make_all(&bench), 1);
	sums = bench_cells(&bench, NOON_NS, NOON_NS + MINUTE_NS);
	assert_int_equal(sums.n_cells, 1);
	assert_string_equal(sums.last.link, "lab0");
	assert_int_equal(sums.last.surface, SURFACE_MOBILE_CORE);
	assert_int_equal(sums.last.start_ns, NOON_NS);
	assert_int_equal(sums.last.observed_ns, MINUTE_NS);
	assert_int_equal(sums.last.received_frames, 11 + 5 + 6 + 7 + 9);
	assert_int_equal(sums.last.frames[FRAME_IPV6], 11);
	assert_int_equal(sums.last.dropped_frames[DROP_MISSED], 5);
	assert_int_equal(sums.last.dropped_frames[DROP_NO_BUFFER], 6);
	assert_int_equal(sums.last.dropped_frames[DROP_ERROR], 7);
	assert_int_equal(sums.last.dropped_frames[DROP_RING_FULL], 9);
	assert_int_equal(sums.last.truncated_frames, 8);
	assert_int_equal(sums.last.deep_frames, 9);
	assert_int_equal(sums.last.wire_bytes, 2000);
	assert_int_equal(sums.last.down_ns, MINUTE_NS / 2);
	assert_int_equal(sums.last.n_queues, 2);
	assert_int_equal(sums.last.fullest_queue_frames, 16);
	assert_int_equal(sums.packets, 11);
	assert_int_equal(bench_cells(&bench, NOON_NS + 1, NOON_NS + MINUTE_NS).n_cells, 0);
	assert_int_equal(bench_cells(&bench, NOON_NS - MINUTE_NS, NOON_NS).n_cells, 0);
	store_close(bench.store);
}

static void the_same_report_counts_once(void **state)
{
	struct bench bench;

	bench_open(&bench, "once");
	assert_int_equal(bench_put(&bench, 1, NOON_NS), STORE_STORED);
	bench_make_all(&bench);
	assert_int_equal(bench_put(&bench, 1, NOON_NS), STORE_DUPLICATE);
	assert_int_equal(bench_make_all(&bench), 0);
	assert_int_equal(bench_cells(&bench, NOON_NS, NOON_NS + 1).packets, 11);
	store_close(bench.store);
}

static void the_same_report_twice_in_a_batch_counts_once(void **state)
{
	struct store_entry entries[2];
	struct bench bench;

	bench_open(&bench, "batch");
	entries[0] = bench_entry(&bench, 1, NOON_NS, "lab0");
	entries[1] = bench_entry(&bench, 1, NOON_NS, "lab0");
	assert_int_equal(store_write(bench.store, entries, 2), 0);
	assert_int_equal(entries[0].outcome, STORE_STORED);
	assert_int_equal(entries[1].outcome, STORE_DUPLICATE);
	bench_make_all(&bench);
	assert_int_equal(bench_cells(&bench, NOON_NS, NOON_NS + 1).packets, 11);
	bench_entry_fini(&entries[0]);
	bench_entry_fini(&entries[1]);
	store_close(bench.store);
}

static void the_same_key_with_other_content_is_quarantined(void **state)
{
	struct store_entry other;
	struct bench bench;
	uint64_t before;

	bench_open(&bench, "quarantine");
	assert_int_equal(bench_put(&bench, 1, NOON_NS), STORE_STORED);
	bench_make_all(&bench);
	before = bench_dead_letters(&bench);
	other = bench_entry(&bench, 1, NOON_NS, "lab1");
	assert_int_equal(bench_write(&bench, &other), STORE_REFUSED);
	assert_int_equal(other.refusal, REFUSAL_CONFLICT);
	assert_non_null(strstr(other.reason, "quarantined"));
	assert_int_equal(bench_make_all(&bench), 0);
	assert_int_equal(bench_cells(&bench, NOON_NS, NOON_NS + 1).n_cells, 1);
	assert_int_equal(bench_dead_letters(&bench), before + 1);
	bench_entry_fini(&other);
	store_close(bench.store);
}

static void a_refused_report_is_kept_apart_once(void **state)
{
	struct store_entry entry;
	struct bench bench;
	uint64_t before;

	bench_open(&bench, "refused");
	before = bench_dead_letters(&bench);
	entry = bench_entry(&bench, 1, NOON_NS, "lab0");
	entry.refusal = REFUSAL_LATE;
	strcpy(entry.reason, "too late");
	assert_int_equal(bench_write(&bench, &entry), STORE_REFUSED);
	assert_int_equal(bench_write(&bench, &entry), STORE_REFUSED);
	assert_int_equal(bench_dead_letters(&bench), before + 1);
	assert_int_equal(bench_make_all(&bench), 0);
	bench_reopen(&bench);
	assert_int_equal(bench_dead_letters(&bench), before + 1);
	bench_entry_fini(&entry);
	store_close(bench.store);
}

// Its acknowledgement was lost, and it comes again when it is too old to be new.
static void a_stored_report_that_is_refused_later_stays_a_duplicate(void **state)
{
	struct store_entry entry;
	struct bench bench;

	bench_open(&bench, "late-twin");
	entry = bench_entry(&bench, 1, NOON_NS, "lab0");
	assert_int_equal(bench_write(&bench, &entry), STORE_STORED);
	entry.refusal = REFUSAL_LATE;
	assert_int_equal(bench_write(&bench, &entry), STORE_DUPLICATE);
	bench_entry_fini(&entry);
	bench_make_all(&bench);
	store_close(bench.store);
}

static void reports_and_marks_survive_reopening(void **state)
{
	struct bench bench;

	bench_open(&bench, "reopen");
	assert_int_equal(bench_put(&bench, 1, NOON_NS), STORE_STORED);
	assert_int_equal(bench_put(&bench, 2, NOON_NS + MINUTE_NS), STORE_STORED);
	bench_reopen(&bench);
	assert_int_equal(bench_make_all(&bench), 2);
	assert_int_equal(bench_cells(&bench, NOON_NS, NOON_NS + 2 * MINUTE_NS).packets, 11 + 12);
	bench_reopen(&bench);
	assert_int_equal(bench_make_all(&bench), 0);
	assert_int_equal(bench_cells(&bench, NOON_NS, NOON_NS + 2 * MINUTE_NS).packets, 11 + 12);
	store_close(bench.store);
}

// What is seen now does not wait for what comes late.
static void the_newest_window_is_made_first(void **state)
{
	const uint64_t minutes[] = {1, 3, 0, 2};
	struct store_mark mark;
	struct bench bench;

	bench_open(&bench, "newest");
	bench_make_all(&bench);
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(bench_put(&bench, i + 1, NOON_NS + minutes[i] * MINUTE_NS),
		                 STORE_STORED);
	for (uint64_t minute = 4; minute-- > 0;) {
		assert_int_equal(store_next_mark(bench.store, &mark), 0);
		assert_int_equal(mark.start_ns, NOON_NS + minute * MINUTE_NS);
		bench_make(&bench, &mark);
	}
	store_close(bench.store);
}

// Another report comes between reading the mark and putting the window: the mark stays.
static void a_mark_touched_meanwhile_stays(void **state)
{
	struct store_mark mark;
	struct window window;
	struct bench bench;

	bench_open(&bench, "meanwhile");
	assert_int_equal(bench_put(&bench, 1, NOON_NS), STORE_STORED);
	assert_int_equal(store_next_mark(bench.store, &mark), 0);
	window_init(&window, mark.start_ns);
	assert_int_equal(store_visit_reports(bench.store, &mark, bench_add_report, &window), 0);
	assert_int_equal(bench_put(&bench, 2, NOON_NS), STORE_STORED);
	assert_int_equal(store_replace_window(bench.store, &mark, &window, NOON_NS + MINUTE_NS), 0);
	window_fini(&window);
	assert_int_equal(bench_make_all(&bench), 1);
	assert_int_equal(bench_cells(&bench, NOON_NS, NOON_NS + 1).packets, 11 + 12);
	store_close(bench.store);
}

// A window made anew replaces the old cells: it does not add to them.
static void making_a_window_again_changes_nothing(void **state)
{
	struct store_mark mark = {.start_ns = NOON_NS};
	struct bench bench;

	bench_open(&bench, "again");
	assert_int_equal(bench_put(&bench, 1, NOON_NS), STORE_STORED);
	bench_make_all(&bench);
	strcpy(mark.probe, bench.probe);
	bench_make(&bench, &mark);
	bench_make(&bench, &mark);
	assert_int_equal(bench_cells(&bench, NOON_NS, NOON_NS + 1).packets, 11);
	store_close(bench.store);
}

static void windows_of_two_probes_are_apart(void **state)
{
	struct bench one, two;

	bench_open(&one, "apart-1");
	two = (struct bench){one.store, "apart-2"};
	assert_int_equal(bench_put(&one, 1, NOON_NS), STORE_STORED);
	assert_int_equal(bench_put(&two, 5, NOON_NS), STORE_STORED);
	assert_int_equal(bench_make_all(&one), 2);
	assert_int_equal(bench_put(&one, 2, NOON_NS), STORE_STORED);
	assert_int_equal(bench_make_all(&one), 1);
	assert_int_equal(bench_cells(&one, NOON_NS, NOON_NS + 1).packets, 11 + 12);
	assert_int_equal(bench_cells(&two, NOON_NS, NOON_NS + 1).packets, 15);
	store_close(one.store);
}

static void a_windows_reports_are_bounded(void **state)
{
	struct store_entry entry;
	struct bench bench;

	bench_open(&bench, "bounded");
	for (uint64_t i = 1; i <= STORE_MAX_WINDOW_REPORTS; i++)
		assert_int_equal(bench_put(&bench, i, NOON_NS), STORE_STORED);
	entry = bench_entry(&bench, STORE_MAX_WINDOW_REPORTS + 1, NOON_NS, "lab0");
	assert_int_equal(bench_write(&bench, &entry), STORE_REFUSED);
	assert_int_equal(entry.refusal, REFUSAL_BOUND);
	bench_entry_fini(&entry);
	bench_make_all(&bench);
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
		entry = bench_entry(&bench, i, NOON_NS + i / 100 * MINUTE_NS, name);
		assert_int_equal(bench_write(&bench, &entry),
		                 i <= WINDOW_MAX_LINKS ? STORE_STORED : STORE_REFUSED);
		bench_entry_fini(&entry);
	}
	bench_make_all(&bench);
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
		assert_int_equal(bench_put(&bench, i + 1, NOON_NS + i * MINUTE_NS), STORE_STORED);
	bench_make_all(&bench);
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
	assert_int_equal(bench_put(&bench, 9, NOON_NS + MINUTE_NS), STORE_STORED);
	assert_int_equal(bench_put(&bench, 3, NOON_NS), STORE_STORED);
	bench_make_all(&bench);
	assert_int_equal(store_visit_probes(bench.store, note_probe, &found), 0);
	assert_int_equal(store_visit_links(bench.store, note_link, &found), 0);
	assert_int_equal(found.n_probes, 1);
	assert_int_equal(found.of_probe.last_sequence, 9);
	assert_int_equal(found.of_probe.spool.bytes[15], 7);
	assert_int_equal(found.n_links, 1);
	assert_string_equal(found.of_link.name, "lab0");
	assert_int_equal(found.of_link.capacity_bps, 1000);
	assert_int_equal(found.of_link.state, LINK_STATE_DOWN);
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
	assert_int_equal(bench_put(&bench, 1, NOON_NS), STORE_STORED);
	assert_int_equal(bench_put(&bench, 2, NOON_NS + MINUTE_NS), STORE_STORED);
	bench_make_all(&bench);
	assert_int_equal(store_visit_cells(bench.store, 0, INT64_MAX, stop_visit, &n), -ECANCELED);
	assert_int_equal(n, 1);
	store_close(bench.store);
}

static void dead_letters_are_bounded(void **state)
{
	struct store_entry entry;
	struct bench bench;

	bench_open(&bench, "dead");
	entry = bench_entry(&bench, 1, NOON_NS, "lab0");
	entry.refusal = REFUSAL_LATE;
	for (uint64_t i = 1; i <= STORE_MAX_DEAD_LETTERS + 5; i++) {
		entry.sequence = i;
		assert_int_equal(bench_write(&bench, &entry), STORE_REFUSED);
	}
	assert_int_equal(bench_dead_letters(&bench), STORE_MAX_DEAD_LETTERS);
	bench_entry_fini(&entry);
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
		cmocka_unit_test(the_newest_window_is_made_first),
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
	bench_set_address(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
