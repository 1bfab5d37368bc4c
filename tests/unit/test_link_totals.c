#include "test_all.h"

#include <stdio.h>
#include <string.h>

#include "collector/link_totals.h"
#include "sample_report.h"

static void a_report_is_added_to_its_links(void **state)
{
	struct report *report = sample_report_new();
	struct link_totals totals = {0};

	assert_int_equal(link_totals_add(&totals, report), 0);
	assert_int_equal(link_totals_add(&totals, report), 0);
	assert_int_equal(totals.n_links, 2);
	assert_string_equal(totals.links[0].probe, report->probe);
	assert_string_equal(totals.links[0].link, "north");
	assert_int_equal(totals.links[0].frames[FRAME_IPV4], 2 * 60);
	assert_int_equal(totals.links[0].frames[FRAME_MALFORMED], 2 * 2);
	assert_int_equal(totals.links[0].dropped_frames[DROP_MISSED], 2 * 2);
	assert_int_equal(totals.links[0].dropped_frames[DROP_NO_BUFFER], 2 * 1);
	assert_int_equal(totals.links[0].dropped_frames[DROP_ERROR], 2 * 2);
	assert_int_equal(totals.links[0].down_ns, 0);
	assert_int_equal(totals.links[0].queues, 3);
	assert_int_equal(totals.links[0].queue_frames[0], 2 * 5);
	assert_int_equal(totals.links[0].queue_frames[1], 2 * 100);
	assert_int_equal(totals.links[1].frames[FRAME_IPV4], 0);
	assert_int_equal(totals.links[1].down_ns, 2 * UINT64_C(59000000000));
	assert_int_equal(totals.links[1].queues, 1);
	link_totals_fini(&totals);
	report_free(report);
}

// Links come in any order; probes may call their links alike.
static void links_are_sorted_and_apart(void **state)
{
	struct report *report = sample_report_new();
	struct link_totals totals = {0};

	report->n_links = 1;
	for (unsigned int i = 0; i < 300; i++) {
		snprintf(report->probe, sizeof(report->probe), "p%u", i * 7 % 30);
		snprintf(report->links[0].name, sizeof(report->links[0].name), "%03u", i * 11 % 10);
		assert_int_equal(link_totals_add(&totals, report), 0);
	}
	for (size_t i = 1; i < totals.n_links; i++) {
		int order = strcmp(totals.links[i - 1].probe, totals.links[i].probe);

		assert_true(order < 0 || (order == 0 && strcmp(totals.links[i - 1].link,
		                                               totals.links[i].link) < 0));
	}
	link_totals_fini(&totals);
	report_free(report);
}

static void a_sum_never_falls(void **state)
{
	struct report *report = sample_report_new();
	struct link_totals totals = {0};

	report->links[0].dropped_frames[DROP_MISSED] = INT64_MAX;
	for (int i = 0; i < 3; i++)
		assert_int_equal(link_totals_add(&totals, report), 0);
	assert_true(totals.links[0].dropped_frames[DROP_MISSED] == UINT64_MAX);
	link_totals_fini(&totals);
	report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_is_added_to_its_links),
		cmocka_unit_test(links_are_sorted_and_apart),
		cmocka_unit_test(a_sum_never_falls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
