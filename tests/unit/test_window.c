#include "test_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collector/rollup/window.h"
#include "sample_report.h"

#define SECOND_NS UINT64_C(1000000000)

static uint64_t start_of(const struct report *report)
{
	return cell_window_start(report->window_start_ns);
}

static void a_report_becomes_one_cell_a_link(void **state)
{
	struct report *report = sample_report_new();
	struct window window;

	window_init(&window, start_of(report));
	assert_int_equal(window_add(&window, report), 0);
	assert_int_equal(window.n_cells, 2);
	assert_string_equal(window.cells[0].probe, "exchange-1.example");
	assert_string_equal(window.cells[0].link, "north");
	assert_int_equal(window.cells[0].surface, SURFACE_METRO);
	assert_int_equal(window.cells[0].start_ns, start_of(report));
	assert_int_equal(window.cells[0].observed_ns, 59 * SECOND_NS);
	assert_int_equal(window.cells[0].frames[FRAME_IPV6], 40);
	assert_int_equal(window.cells[0].dropped_frames[DROP_MISSED], 2);
	assert_int_equal(window.cells[0].dropped_frames[DROP_NO_BUFFER], 1);
	assert_int_equal(window.cells[0].dropped_frames[DROP_ERROR], 2);
	assert_int_equal(cell_dropped_frames(&window.cells[0]), 5);
	assert_int_equal(
		window.cells[0].traffic[FAMILY_IPV4][FAMILY_IPV6][TRANSITION_6IN4].payload_bytes,
		800);
	assert_int_equal(window.cells[0].down_ns, 0);
	assert_int_equal(window.cells[0].n_queues, 2);
	assert_int_equal(window.cells[0].fullest_queue_frames, 100);
	assert_int_equal(window.cells[1].received_frames, 0);
	assert_int_equal(window.cells[1].down_ns, 59 * SECOND_NS);
	assert_int_equal(window.cells[1].observed_ns, 9 * SECOND_NS);
	assert_int_equal(window.cells[1].n_queues, 1);
	assert_int_equal(window.cells[1].fullest_queue_frames, 0);
	window_fini(&window);
	report_free(report);
}

// A link without a carrier has no traffic that could be missed; where a port has gone there may be.
static void a_link_that_is_down_is_observed_and_one_that_has_gone_is_not(void **state)
{
	static const struct {
		enum link_state at_end;
		uint64_t down_s, gone_s, observed_s;
	} links[] = {
		{LINK_STATE_DOWN, 59, 0, 59}, // down throughout
		{LINK_STATE_UP, 20, 20, 39}, // gone, then up
		{LINK_STATE_GONE, 50, 9, 50}, // down, then gone
		{LINK_STATE_DOWN, 50, 9, 50}, // gone, then down
		{LINK_STATE_GONE, 59, 59, 0}, // gone throughout
	};
	struct report *report = sample_report_new();

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct window window;

		window_init(&window, start_of(report));
		report->links[0].state = links[i].at_end;
		report->links[0].down_ns = links[i].down_s * SECOND_NS;
		report->links[0].gone_ns = links[i].gone_s * SECOND_NS;
		assert_int_equal(window_add(&window, report), 0);
		assert_int_equal(window.cells[0].observed_ns, links[i].observed_s * SECOND_NS);
		assert_int_equal(window.cells[0].down_ns, links[i].down_s * SECOND_NS);
		window_fini(&window);
	}
	report_free(report);
}

// Sixty windows of a second are one of a minute.
static void short_windows_are_summed(void **state)
{
	struct report *report = sample_report_new();
	struct window window;
	uint64_t start_ns = start_of(report);

	window_init(&window, start_ns);
	report->window_length_ns = SECOND_NS;
	report->observed_ns = SECOND_NS;
	report->links[1].down_ns = SECOND_NS / 4;
	report->links[1].gone_ns = SECOND_NS / 4;
	for (int i = 0; i < 60; i++) {
		report->window_start_ns = start_ns + (uint64_t)i * SECOND_NS;
		assert_int_equal(window_add(&window, report), 0);
	}
	assert_int_equal(window.n_cells, 2);
	assert_int_equal(window.cells[0].observed_ns, 60 * SECOND_NS);
	assert_int_equal(window.cells[0].received_frames, 60 * 110);
	assert_int_equal(window.cells[0].n_queues, 2);
	assert_int_equal(window.cells[0].fullest_queue_frames, 60 * 100);
	assert_int_equal(window.cells[1].down_ns, 15 * SECOND_NS);
	assert_int_equal(window.cells[0].dropped_frames[DROP_NO_BUFFER], 60);
	assert_int_equal(
		window.cells[0].traffic[FAMILY_IPV6][FAMILY_IPV6][TRANSITION_NATIVE6].packets,
		60 * 40);
	window_fini(&window);
	report_free(report);
}

static void links_are_matched_by_name_whatever_their_order(void **state)
{
	struct report *report = sample_report_new();
	struct report_link swapped = report->links[0];
	struct window window;

	window_init(&window, start_of(report));
	assert_int_equal(window_add(&window, report), 0);
	report->links[0] = report->links[1];
	report->links[1] = swapped;
	for (uint32_t i = 0; i < report->n_traffic; i++)
		report->traffic[i].link = 1;
	assert_int_equal(window_add(&window, report), 0);
	assert_int_equal(window.n_cells, 2);
	assert_int_equal(window.cells[0].received_frames, 220);
	assert_int_equal(
		window.cells[0].traffic[FAMILY_IPV4][FAMILY_IPV4][TRANSITION_NATIVE4].packets, 100);
	window_fini(&window);
	report_free(report);
}

static void a_report_of_another_window_is_an_error(void **state)
{
	struct report *report = sample_report_new();
	struct window window;

	window_init(&window, start_of(report) + CELL_WINDOW_NS);
	assert_int_equal(window_add(&window, report), -ERANGE);
	window_fini(&window);
	window_init(&window, start_of(report));
	report->window_start_ns += SECOND_NS;
	assert_int_equal(window_add(&window, report), -ERANGE);
	window_fini(&window);
	report_free(report);
}

static void links_are_bounded(void **state)
{
	struct report *report = sample_report_new();
	struct window window;
	int error = 0;

	window_init(&window, start_of(report));
	report->n_traffic = 0;
	for (int i = 0; i < WINDOW_MAX_LINKS / 2; i++) {
		snprintf(report->links[0].name, MAX_NAME_BYTES, "a%d", i);
		snprintf(report->links[1].name, MAX_NAME_BYTES, "b%d", i);
		assert_int_equal(window_add(&window, report), 0);
	}
	strcpy(report->links[1].name, "one more");
	error = window_add(&window, report);
	assert_int_equal(error, -E2BIG);
	window_fini(&window);
	report_free(report);
}

static void sums_stay_at_the_top_instead_of_wrapping(void **state)
{
	struct report *report = sample_report_new();
	struct window window;

	window_init(&window, start_of(report));
	report->traffic[0].payload_bytes = UINT64_MAX;
	report->links[0].wire_bytes = INT64_MAX;
	assert_int_equal(window_add(&window, report), 0);
	assert_int_equal(window_add(&window, report), 0);
	assert_int_equal(window.cells[0].wire_bytes, INT64_MAX);
	assert_int_equal(
		window.cells[0].traffic[FAMILY_IPV4][FAMILY_IPV4][TRANSITION_NATIVE4].payload_bytes,
		INT64_MAX);
	window_fini(&window);
	report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_becomes_one_cell_a_link),
		cmocka_unit_test(a_link_that_is_down_is_observed_and_one_that_has_gone_is_not),
		cmocka_unit_test(short_windows_are_summed),
		cmocka_unit_test(links_are_matched_by_name_whatever_their_order),
		cmocka_unit_test(a_report_of_another_window_is_an_error),
		cmocka_unit_test(links_are_bounded),
		cmocka_unit_test(sums_stay_at_the_top_instead_of_wrapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
