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
	struct report *report = report_new(2, 3, 2, 3);

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
	memcpy(report->links, links, sizeof(links));
	memcpy(report->traffic, traffic, sizeof(traffic));
	memcpy(report->flows, flows, sizeof(flows));
	memcpy(report->queues, queues, sizeof(queues));
	return report;
}
