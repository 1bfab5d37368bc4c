#include "test_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/uplink/report_build.h"
#include "proto/base/clock.h"

static const struct report_origin origin = {
	.probe = "exchange-1",
	.software = "sixgauge-probe test",
	.spool = {{1, 2, 3}},
	.boot_ns = 5,
};

static const struct report_window window = {
	.start_ns = 120 * NS_PER_S,
	.length_ns = 60 * NS_PER_S,
	.observed_ns = 59 * NS_PER_S,
	.n_overruns = 1,
};

static const struct report_port ports[2] = {
	{.name = "north",
         .surface = SURFACE_INTERCONNECT,
         .capacity_bps = 1000,
         .dropped_frames = {1, 0, 2},
         .down_ns = 5,
         .gone_ns = 3,
         .state = LINK_STATE_UP,
         .n_queues = 2,
         .queue_frames = {4, 7}},
	{.name = "south",
         .surface = SURFACE_METRO,
         .capacity_bps = 2000,
         .dropped_frames = {0, 7, 0},
         .state = LINK_STATE_DOWN,
         .n_queues = 1,
         .queue_frames = {5}},
};

static struct tally tally;

// A little traffic on both links.
static int fill_tally(void **state)
{
	struct link_tally *north = &tally.links[0];
	struct link_tally *south = &tally.links[1];

	tally_init(&tally, NULL);
	north->frames[FRAME_IPV4] = 10;
	north->frames[FRAME_MALFORMED] = 1;
	north->truncated_frames = 2;
	north->wire_bytes = 1234;
	north->traffic[FAMILY_IPV4][FAMILY_IPV6][TRANSITION_6IN4] = (struct traffic_cell){4, 400,
	                                                                                  320};
	north->traffic[FAMILY_IPV4][FAMILY_IPV4][TRANSITION_NATIVE4] = (struct traffic_cell){6, 600,
	                                                                                     600};
	north->flows[FAMILY_IPV6] = (struct flow_cell){1, 2, 0, 0};
	south->frames[FRAME_IPV6] = 5;
	south->traffic[FAMILY_IPV6][FAMILY_IPV6][TRANSITION_NATIVE6] = (struct traffic_cell){5, 500,
	                                                                                     500};
	south->flows[FAMILY_IPV4] = (struct flow_cell){0, 0, 0, 1};
	return 0;
}

// The only report there is without a plan.
static struct report *build_one(const struct report_port *some_ports, uint32_t n_ports,
                                const struct tally *counted)
{
	struct report_list list;
	struct report *report;

	assert_int_equal(report_build(&origin, &window, some_ports, n_ports, counted, NULL, &list),
	                 0);
	assert_int_equal(list.n, 1);
	report = list.reports[0];
	report->sequence = 7;
	list.n = 0;
	report_list_fini(&list);
	return report;
}

static void what_was_received_is_what_was_counted_and_dropped(void **state)
{
	struct report *report = build_one(ports, 2, &tally);

	assert_int_equal(report->n_links, 2);
	assert_string_equal(report->links[0].name, "north");
	assert_int_equal(report->links[0].received_frames, 14);
	assert_int_equal(report->links[0].dropped_frames[DROP_MISSED], 1);
	assert_int_equal(report->links[0].dropped_frames[DROP_NO_BUFFER], 0);
	assert_int_equal(report->links[0].dropped_frames[DROP_ERROR], 2);
	assert_int_equal(report->links[0].truncated_frames, 2);
	assert_int_equal(report->links[0].wire_bytes, 1234);
	assert_int_equal(report->links[1].received_frames, 12);
	assert_int_equal(report->links[1].dropped_frames[DROP_NO_BUFFER], 7);
	assert_int_equal(report->links[1].surface, SURFACE_METRO);
	assert_int_equal(report->links[1].capacity_bps, 2000);
	report_free(report);
}

static void rows_are_sorted_and_empty_ones_left_out(void **state)
{
	struct report *report = build_one(ports, 2, &tally);

	assert_int_equal(report->n_traffic, 3);
	assert_int_equal(report->traffic[0].transition, TRANSITION_NATIVE4);
	assert_int_equal(report->traffic[1].transition, TRANSITION_6IN4);
	assert_int_equal(report->traffic[1].payload, FAMILY_IPV6);
	assert_int_equal(report->traffic[1].payload_bytes, 320);
	assert_int_equal(report->traffic[2].link, 1);
	assert_int_equal(report->n_flows, 2);
	assert_int_equal(report->flows[0].family, FAMILY_IPV6);
	assert_int_equal(report->flows[0].active_flows, 2);
	assert_int_equal(report->flows[1].link, 1);
	assert_int_equal(report->flows[1].fragments, 1);
	report_free(report);
}

static void links_say_their_state_and_what_each_queue_gave(void **state)
{
	struct report *report = build_one(ports, 2, &tally);

	assert_int_equal(report->links[0].down_ns, 5);
	assert_int_equal(report->links[0].gone_ns, 3);
	assert_int_equal(report->links[0].state, LINK_STATE_UP);
	assert_int_equal(report->links[1].state, LINK_STATE_DOWN);
	assert_int_equal(report->n_queues, 3);
	assert_int_equal(report->queues[1].link, 0);
	assert_int_equal(report->queues[1].number, 1);
	assert_int_equal(report->queues[1].frames, 7);
	assert_int_equal(report->queues[2].link, 1);
	assert_int_equal(report->queues[2].number, 0);
	assert_int_equal(report->queues[2].frames, 5);
	report_free(report);
}

static void a_quiet_window_still_names_its_links(void **state)
{
	static struct tally quiet;
	struct report *report;

	tally_init(&quiet, NULL);
	report = build_one(ports, 2, &quiet);
	assert_int_equal(report->n_links, 2);
	assert_int_equal(report->n_traffic, 0);
	assert_int_equal(report->n_flows, 0);
	report_free(report);
}

static void the_collector_can_read_it(void **state)
{
	struct report *report = build_one(ports, 2, &tally);
	char why[MAX_TEXT_BYTES];
	struct report *read;
	uint8_t *frame;
	size_t n_bytes;

	assert_int_equal(report_encode(report, &frame, &n_bytes), 0);
	assert_int_equal(
		report_decode(frame + WIRE_HEADER_BYTES, n_bytes - WIRE_HEADER_BYTES, &read, why),
		0);
	assert_string_equal(read->probe, "exchange-1");
	assert_memory_equal(&read->spool, &origin.spool, SPOOL_ID_BYTES);
	assert_int_equal(read->sequence, 7);
	assert_int_equal(read->window_start_ns, 120 * NS_PER_S);
	assert_int_equal(read->observed_ns, 59 * NS_PER_S);
	assert_int_equal(read->window_overruns, 1);
	assert_int_equal(read->n_traffic, 3);
	assert_int_equal(read->links[0].down_ns, 5);
	assert_int_equal(read->links[0].gone_ns, 3);
	assert_int_equal(read->n_queues, 3);
	report_free(read);
	report_free(report);
	free(frame);
}

static void every_row_there_can_be_fits_a_frame(void **state)
{
	static struct report_port all_ports[MAX_LINKS];
	static struct tally full;
	struct report *report;
	uint8_t *frame;
	size_t n_bytes;

	// Sums over all rows must stay countable.
	memset(&full, 0xff, sizeof(full));
	for (size_t i = 0; i < sizeof(full) / sizeof(uint64_t); i++)
		((uint64_t *)&full)[i] >>= 14;
	for (int i = 0; i < MAX_LINKS; i++) {
		static char names[MAX_LINKS][8];

		snprintf(names[i], sizeof(names[i]), "link%d", i);
		all_ports[i] = (struct report_port){.name = names[i],
		                                    .capacity_bps = 1,
		                                    .down_ns = window.observed_ns,
		                                    .gone_ns = window.observed_ns,
		                                    .n_queues = MAX_LINK_QUEUES};
		for (int queue = 0; queue < MAX_LINK_QUEUES; queue++)
			all_ports[i].queue_frames[queue] = UINT64_C(1) << 50;
	}
	report = build_one(all_ports, MAX_LINKS, &full);
	assert_int_equal(report->n_traffic, MAX_LINKS * N_FAMILIES * N_FAMILIES * N_TRANSITIONS);
	assert_int_equal(report_encode(report, &frame, &n_bytes), 0);
	report_free(report);
	free(frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_was_received_is_what_was_counted_and_dropped,
	                               fill_tally),
		cmocka_unit_test_setup(rows_are_sorted_and_empty_ones_left_out, fill_tally),
		cmocka_unit_test_setup(links_say_their_state_and_what_each_queue_gave, fill_tally),
		cmocka_unit_test(a_quiet_window_still_names_its_links),
		cmocka_unit_test_setup(the_collector_can_read_it, fill_tally),
		cmocka_unit_test(every_row_there_can_be_fits_a_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
