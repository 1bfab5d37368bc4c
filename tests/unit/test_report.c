#include "test_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/check.h"
#include "report_fault.h"
#include "sample_report.h"

static const uint64_t ns_per_s = 1000000000;

static void probe_upper_case(struct report *report)
{
	strcpy(report->probe, "Exchange");
}

static void probe_empty(struct report *report)
{
	report->probe[0] = 0;
}

static void probe_unterminated(struct report *report)
{
	memset(report->probe, 'a', sizeof(report->probe));
}

static void sequence_zero(struct report *report)
{
	report->sequence = 0;
}

static void sequence_too_large(struct report *report)
{
	report->sequence = UINT64_C(1) << 63;
}

static void boot_too_large(struct report *report)
{
	report->boot_ns = UINT64_MAX;
}

static void software_with_newline(struct report *report)
{
	strcpy(report->software, "probe\n");
}

static void length_zero(struct report *report)
{
	report->window_length_ns = 0;
}

static void length_half_a_second(struct report *report)
{
	report->window_length_ns = ns_per_s / 2;
}

static void length_that_does_not_divide(struct report *report)
{
	report->window_length_ns = 7 * ns_per_s;
}

static void length_ten_minutes(struct report *report)
{
	report->window_length_ns = 600 * ns_per_s;
}

static void start_off_the_grid(struct report *report)
{
	report->window_start_ns = 61 * ns_per_s;
}

static void start_too_large(struct report *report)
{
	report->window_start_ns = UINT64_C(18000000000) * ns_per_s;
}

static void observed_more_than_the_window(struct report *report)
{
	report->observed_ns = 60 * ns_per_s + 1;
}

static void link_name_empty(struct report *report)
{
	report->links[1].name[0] = 0;
}

static void link_name_twice(struct report *report)
{
	strcpy(report->links[1].name, "north");
}

static void link_name_with_escape(struct report *report)
{
	report->links[0].name[2] = 27;
}

static void surface_unknown(struct report *report)
{
	report->links[1].surface = N_SURFACES;
}

static void frames_lost(struct report *report)
{
	report->links[0].received_frames++;
}

static void a_missed_frame_forgotten(struct report *report)
{
	report->links[0].dropped_frames[DROP_MISSED]--;
}

static void a_buffer_missing_for_no_frame(struct report *report)
{
	report->links[1].dropped_frames[DROP_NO_BUFFER]++;
}

static void an_error_too_many(struct report *report)
{
	report->links[0].dropped_frames[DROP_ERROR]++;
}

static void a_full_ring_too_many(struct report *report)
{
	report->links[1].dropped_frames[DROP_RING_FULL]++;
}

static void dropped_wrap_around(struct report *report)
{
	report->links[1].dropped_frames[DROP_MISSED] = INT64_MAX;
	report->links[1].dropped_frames[DROP_ERROR] = 1;
}

static void frames_wrap_around(struct report *report)
{
	report->links[1].frames[FRAME_IPV4] = UINT64_MAX;
	report->links[1].frames[FRAME_IPV6] = 1;
}

static void frames_total_too_large(struct report *report)
{
	report->links[1].frames[FRAME_OTHER] = INT64_MAX;
	report->links[1].received_frames = INT64_MAX;
}

static void wire_bytes_wrap_around(struct report *report)
{
	report->links[1].wire_bytes = UINT64_MAX;
}

static void link_state_unknown(struct report *report)
{
	report->links[0].state = N_LINK_STATES;
}

static void down_longer_than_observed(struct report *report)
{
	report->links[1].down_ns = 59 * ns_per_s + 1;
}

static void gone_longer_than_down(struct report *report)
{
	report->links[1].gone_ns = 59 * ns_per_s + 1;
}

static void traffic_link_out_of_range(struct report *report)
{
	report->traffic[2].link = 9;
}

static void carrier_unknown(struct report *report)
{
	report->traffic[0].carrier = (enum family)6;
}

static void payload_unknown(struct report *report)
{
	report->traffic[0].payload = N_FAMILIES;
}

static void transition_unknown(struct report *report)
{
	report->traffic[1].transition = (enum transition)4000000000;
}

static void traffic_unsorted(struct report *report)
{
	report->traffic[0].link = 1;
}

static void traffic_twice(struct report *report)
{
	report->traffic[1] = report->traffic[0];
}

static void packets_total_too_large(struct report *report)
{
	report->traffic[2].packets = INT64_MAX;
}

static void flow_link_out_of_range(struct report *report)
{
	report->flows[1].link = 2;
}

static void flow_family_unknown(struct report *report)
{
	report->flows[0].family = N_FAMILIES;
}

static void flows_twice(struct report *report)
{
	report->flows[1] = report->flows[0];
}

static void fragments_total_too_large(struct report *report)
{
	report->flows[1].fragments = UINT64_MAX - 1;
}

static void queue_link_out_of_range(struct report *report)
{
	report->queues[2].link = 2;
}

static void queue_number_out_of_range(struct report *report)
{
	report->queues[2].number = MAX_LINK_QUEUES;
}

static void queues_unsorted(struct report *report)
{
	report->queues[0].number = 3;
}

static void queues_twice(struct report *report)
{
	report->queues[1].number = 0;
}

static void queue_frames_total_too_large(struct report *report)
{
	report->queues[2].frames = INT64_MAX;
}

static void too_many_links(struct report *report)
{
	report->n_links = MAX_REPORT_LINKS + 1;
}

static void too_many_traffic_rows(struct report *report)
{
	report->n_traffic = MAX_REPORT_TRAFFIC_ROWS + 1;
}

static void too_many_flow_rows(struct report *report)
{
	report->n_flows = MAX_REPORT_FLOW_ROWS + 1;
}

static void too_many_queue_rows(struct report *report)
{
	report->n_queues = MAX_REPORT_QUEUE_ROWS + 1;
}

static void asymmetric_wrong(struct report *report)
{
	report->links[1].is_asymmetric = 2;
}

static const struct report_fault faults[] = {
	{probe_upper_case, "probe: 'E' is none of a-z, 0-9, '.' and '-'"},
	{probe_empty, "probe: missing or empty"},
	{probe_unterminated, "probe: longer than 63 bytes"},
	{sequence_zero, "sequence: 0, but numbering starts at 1"},
	{sequence_too_large, "sequence: 9223372036854775808 does not fit 63 bits"},
	{boot_too_large, "boot_ns: 18446744073709551615 does not fit 63 bits"},
	{software_with_newline, "software: byte 0x0a is not printable ASCII"},
	{length_zero, "window_length_ns: 0 is not a whole number of seconds that divides 300 s"},
	{length_half_a_second,
         "window_length_ns: 500000000 is not a whole number of seconds that divides 300 s"},
	{length_that_does_not_divide,
         "window_length_ns: 7000000000 is not a whole number of seconds that divides 300 s"},
	{length_ten_minutes,
         "window_length_ns: 600000000000 is not a whole number of seconds that divides 300 s"},
	{start_off_the_grid,
         "window_start_ns: 61000000000 is not a multiple of the length, 60000000000"},
	{start_too_large, "window_start_ns: 18000000000000000000 does not fit 63 bits"},
	{observed_more_than_the_window,
         "observed_ns: 60000000001 is more than the window's length, 60000000000"},
	{link_name_empty, "link_name[1]: missing or empty"},
	{link_name_twice, "link_name[1]: \"north\" is already link 0"},
	{link_name_with_escape, "link_name[0]: byte 0x1b is not printable ASCII"},
	{surface_unknown, "link_surface[1]: 4 is not one of the 4 surfaces"},
	{frames_lost, "link_received_frames[0]: 111 is not the 110 counted and dropped"},
	{a_missed_frame_forgotten, "link_received_frames[0]: 110 is not the 109 counted and "
                                   "dropped"},
	{a_buffer_missing_for_no_frame, "link_received_frames[1]: 0 is not the 1 counted and "
                                        "dropped"},
	{an_error_too_many, "link_received_frames[0]: 110 is not the 111 counted and dropped"},
	{a_full_ring_too_many, "link_received_frames[1]: 0 is not the 1 counted and dropped"},
	{dropped_wrap_around, "link_received_frames[1]: with 1 the total of the column does not "
                              "fit 63 bits"},
	{frames_wrap_around, "link_received_frames[1]: with 18446744073709551615 the total of the "
                             "column does not fit 63 bits"},
	{frames_total_too_large, "link_received_frames[1]: with 9223372036854775807 the total of "
                                 "the column does not fit 63 bits"},
	{wire_bytes_wrap_around, "link_wire_bytes[1]: with 18446744073709551615 the total of the "
                                 "column does not fit 63 bits"},
	{link_state_unknown, "link_state[0]: 4 is not one of the 4 states"},
	{down_longer_than_observed, "link_down_ns[1]: 59000000001 is more than was observed, "
                                    "59000000000"},
	{gone_longer_than_down, "link_gone_ns[1]: 59000000001 is more than link_down_ns, "
                                "59000000000"},
	{traffic_link_out_of_range, "traffic_link[2]: 9 is not one of the 2 links"},
	{carrier_unknown, "traffic_carrier[0]: 6 is not one of the 2 families"},
	{payload_unknown, "traffic_payload[0]: 2 is not one of the 2 families"},
	{transition_unknown, "traffic_transition[1]: 4000000000 is not one of the 9 transitions"},
	{traffic_unsorted, "traffic_link[1]: the row is not in sorted order"},
	{traffic_twice, "traffic_link[1]: the row stands twice"},
	{packets_total_too_large, "traffic_packets[2]: with 9223372036854775807 the total of the "
                                  "column does not fit 63 bits"},
	{flow_link_out_of_range, "flow_link[1]: 2 is not one of the 2 links"},
	{flow_family_unknown, "flow_family[0]: 2 is not one of the 2 families"},
	{flows_twice, "flow_link[1]: the row stands twice"},
	{fragments_total_too_large, "flow_fragments[1]: with 18446744073709551614 the total of the "
                                    "column does not fit 63 bits"},
	{queue_link_out_of_range, "queue_link[2]: 2 is not one of the 2 links"},
	{queue_number_out_of_range, "queue_number[2]: 64 is not below the 64 queues of a link"},
	{queues_unsorted, "queue_link[1]: the row is not in sorted order"},
	{queues_twice, "queue_link[1]: the row stands twice"},
	{queue_frames_total_too_large, "queue_frames[2]: with 9223372036854775807 the total of the "
                                       "column does not fit 63 bits"},
	{too_many_links, "link_name: more than 256 elements"},
	{too_many_traffic_rows, "traffic_link: more than 9216 elements"},
	{too_many_flow_rows, "flow_link: more than 512 elements"},
	{too_many_queue_rows, "queue_link: more than 16384 elements"},
	{asymmetric_wrong, "link_asymmetric[1]: 2 is not 0 or 1"},
};

static void every_fault_is_named_and_never_sent(void **state)
{
	(void)state;
	assert_faults_are_named_and_never_sent(faults, sizeof(faults) / sizeof(faults[0]));
}

static void every_window_length_that_divides_five_minutes_is_right(void **state)
{
	struct report *report = sample_report_new();
	char why[MAX_TEXT_BYTES];
	int n_right = 0;

	(void)state;
	report->window_start_ns = 0;
	report->observed_ns = 0;
	report->links[1].down_ns = report->links[1].gone_ns = 0;
	for (uint64_t length_s = 0; length_s <= 700; length_s++) {
		report->window_length_ns = length_s * ns_per_s;
		n_right += report_check(report, why) == 0;
	}
	assert_int_equal(n_right, 18); // divisors of 300 = 2^2 * 3 * 5^2
	report_free(report);
}

static void a_report_without_rows_is_right(void **state)
{
	struct report *report = sample_report_new();
	char why[MAX_TEXT_BYTES];

	(void)state;
	report->n_links = report->n_traffic = report->n_flows = report->n_queues = 0;
	report->n_groups = report->n_keys = report->n_sketches = report->n_sketch_bytes = 0;
	assert_int_equal(report_check(report, why), 0);
	report_free(report);
	report_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_is_named_and_never_sent),
		cmocka_unit_test(every_window_length_that_divides_five_minutes_is_right),
		cmocka_unit_test(a_report_without_rows_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
