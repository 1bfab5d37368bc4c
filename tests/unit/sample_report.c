#include "sample_report.h"

#include <stdlib.h>
#include <string.h>

struct report *sample_report_new(void)
{
	static const struct report_link links[] = {
		{.name = "north",
	         .surface = SURFACE_METRO,
	         .capacity_bps = 100000000000,
	         .received_frames = 110,
	         .frames = {60, 40, 3, 2},
	         .dropped_frames = {2, 1, 2},
	         .truncated_frames = 7,
	         .deep_frames = 1,
	         .wire_bytes = 99999,
	         .state = LINK_STATE_UP},
		{.name = "south port 2",
	         .surface = SURFACE_INTERNATIONAL,
	         .capacity_bps = 1,
	         .down_ns = 59000000000,
	         .gone_ns = 50000000000,
	         .state = LINK_STATE_GONE},
	};
	static const struct report_traffic traffic[] = {
		{0, FAMILY_IPV4, FAMILY_IPV4, TRANSITION_NATIVE4, 50, 5000, 5000},
		{0, FAMILY_IPV4, FAMILY_IPV6, TRANSITION_6IN4, 10, 1000, 800},
		{0, FAMILY_IPV6, FAMILY_IPV6, TRANSITION_NATIVE6, 40, 60000, 60000},
	};
	static const struct report_flows flows[] = {
		{0, FAMILY_IPV4, 3, 4, 0, 2},
		{0, FAMILY_IPV6, 1, 1, 1, 0},
	};
	static const struct report_queue queues[] = {{0, 0, 5}, {0, 1, 100}, {1, 0, 0}};
	static const struct report_group groups[] = {
		{"net", "north", ACCESS_MOBILE, "5g", FAMILY_IPV6, 64, 0},
		{"\xe7\xbd\x91", "south", ACCESS_FIXED, "", FAMILY_IPV4, 32, 512},
	};
	static const struct report_key keys[] = {{77, UINT64_C(1760659200) * 1000000000},
	                                         {78, UINT64_C(1763337600) * 1000000000}};
	// The sparse form of sketches with one register and with two.
	static const struct report_sketch sketches[] = {
		{0, 0, GRADE_SENT, SCOPE_SECONDS, 2},
		{0, 0, GRADE_CONFIRMED, SCOPE_SECONDS, 2},
		{1, 1, GRADE_SENT, LONG_SCOPE_SECONDS, 3},
	};
	static const uint8_t sketch_data[] = {1, 5, 1, 4, 1, 5, 6};
	static const struct report_sizes sizes = {2, 3, 2, 3, 2, 2, 3, sizeof(sketch_data)};
	struct report *report = report_new(&sizes);

	if (!report)
		abort();
	strcpy(report->probe, "exchange-1.example");
	memset(report->spool.bytes, 0xa5, sizeof(report->spool.bytes));
	report->sequence = 17;
	report->window_start_ns = UINT64_C(1763800020) * 1000000000;
	report->window_length_ns = UINT64_C(60) * 1000000000;
	report->observed_ns = UINT64_C(59) * 1000000000;
	report->boot_ns = UINT64_C(1763790000) * 1000000000;
	report->window_overruns = 1;
	strcpy(report->software, "sixgauge-probe 0.1.0");
	memset(report->plan.bytes, 0x5a, sizeof(report->plan.bytes));
	report->covered_ends[FAMILY_IPV6] = 12;
	report->uncovered_ends[FAMILY_IPV4] = 3;
	memcpy(report->groups, groups, sizeof(groups));
	memcpy(report->keys, keys, sizeof(keys));
	memcpy(report->sketches, sketches, sizeof(sketches));
	memcpy(report->sketch_data, sketch_data, sizeof(sketch_data));
	memcpy(report->links, links, sizeof(links));
	memcpy(report->traffic, traffic, sizeof(traffic));
	memcpy(report->flows, flows, sizeof(flows));
	memcpy(report->queues, queues, sizeof(queues));
	return report;
}
