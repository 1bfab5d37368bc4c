#include "check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MIN_WINDOW_S = 1,
	MAX_WINDOW_S = 300,
};

static const uint64_t ns_per_s = 1000000000;

// calloc() that never answers NULL for "nothing asked".
static void *rows_new(uint32_t n_rows, size_t row_bytes)
{
	return calloc(n_rows > 0 ? n_rows : 1, row_bytes);
}

static void set_sizes(struct report *report, const struct report_sizes *sizes)
{
	report->n_links = sizes->n_links;
	report->n_traffic = sizes->n_traffic;
	report->n_flows = sizes->n_flows;
	report->n_queues = sizes->n_queues;
	report->n_groups = sizes->n_groups;
	report->n_keys = sizes->n_keys;
	report->n_sketches = sizes->n_sketches;
	report->n_sketch_bytes = sizes->n_sketch_bytes;
}

struct report *report_new(const struct report_sizes *sizes)
{
	struct report *report = calloc(1, sizeof(*report));

	if (!report)
		return NULL;
	set_sizes(report, sizes);
	report->links = rows_new(sizes->n_links, sizeof(*report->links));
	report->traffic = rows_new(sizes->n_traffic, sizeof(*report->traffic));
	report->flows = rows_new(sizes->n_flows, sizeof(*report->flows));
	report->queues = rows_new(sizes->n_queues, sizeof(*report->queues));
	report->groups = rows_new(sizes->n_groups, sizeof(*report->groups));
	report->keys = rows_new(sizes->n_keys, sizeof(*report->keys));
	report->sketches = rows_new(sizes->n_sketches, sizeof(*report->sketches));
	report->sketch_data = rows_new(sizes->n_sketch_bytes, 1);
	if (report->links && report->traffic && report->flows && report->queues && report->groups &&
	    report->keys && report->sketches && report->sketch_data)
		return report;
	report_free(report);
	return NULL;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	free(report->links);
	free(report->traffic);
	free(report->flows);
	free(report->queues);
	free(report->groups);
	free(report->keys);
	free(report->sketches);
	free(report->sketch_data);
	free(report);
}

static int counts_check(const struct report *report, char *why)
{
	if (report->n_links > MAX_REPORT_LINKS)
		return check_fault(why, "link_name: more than %d elements", MAX_REPORT_LINKS);
	if (report->n_traffic > MAX_REPORT_TRAFFIC_ROWS)
		return check_fault(why, "traffic_link: more than %d elements",
		                   MAX_REPORT_TRAFFIC_ROWS);
	if (report->n_flows > MAX_REPORT_FLOW_ROWS)
		return check_fault(why, "flow_link: more than %d elements", MAX_REPORT_FLOW_ROWS);
	if (report->n_queues > MAX_REPORT_QUEUE_ROWS)
		return check_fault(why, "queue_link: more than %d elements", MAX_REPORT_QUEUE_ROWS);
	return 0;
}

static int window_check(const struct report *report, char *why)
{
	uint64_t length_ns = report->window_length_ns;
	uint64_t length_s = length_ns / ns_per_s;

	if (length_ns % ns_per_s != 0 || length_s < MIN_WINDOW_S || length_s > MAX_WINDOW_S ||
	    MAX_WINDOW_S % length_s != 0)
		return check_fault(why,
		                   "window_length_ns: %" PRIu64 " is not a whole number of seconds "
		                   "that divides %d s",
		                   length_ns, MAX_WINDOW_S);
	if (report->window_start_ns % length_ns != 0)
		return check_fault(why,
		                   "window_start_ns: %" PRIu64 " is not a multiple of the length, "
		                   "%" PRIu64,
		                   report->window_start_ns, length_ns);
	if (report->observed_ns > length_ns)
		return check_fault(why,
		                   "observed_ns: %" PRIu64 " is more than the window's length, "
		                   "%" PRIu64,
		                   report->observed_ns, length_ns);
	return number_check("window_start_ns", report->window_start_ns, why);
}

static int head_check(const struct report *report, char *why)
{
	int r = probe_name_check("probe", report->probe, why);

	if (r < 0)
		return r;
	if (report->sequence == 0)
		return check_fault(why, "sequence: 0, but numbering starts at 1");
	r = number_check("sequence", report->sequence, why);
	if (r < 0)
		return r;
	r = number_check("boot_ns", report->boot_ns, why);
	if (r < 0)
		return r;
	r = text_check("software", report->software, 0, MAX_TEXT_BYTES, why);
	return r < 0 ? r : window_check(report, why);
}

// Adds to the total of a column, which a store must still be able to hold as a signed integer.
static int total_add(const char *field, uint32_t i, uint64_t value, uint64_t *total, char *why)
{
	uint64_t sum;

	if (__builtin_add_overflow(*total, value, &sum) || sum > INT64_MAX)
		return check_fault(why,
		                   "%s[%" PRIu32 "]: with %" PRIu64
		                   " the total of the column does not fit 63 bits",
		                   field, i, value);
	*total = sum;
	return 0;
}

// Sums that must not overflow, one for each column of numbers.
struct column_total {
	const char *field;
	size_t offset; // of the uint64_t in the row
};

static int totals_check(const struct column_total *columns, size_t n_columns, const void *rows,
                        size_t row_bytes, uint32_t n_rows, char *why)
{
	for (size_t c = 0; c < n_columns; c++) {
		uint64_t total = 0;

		for (uint32_t i = 0; i < n_rows; i++) {
			const char *row = (const char *)rows + i * row_bytes;
			uint64_t value;
			int r;

			memcpy(&value, row + columns[c].offset, sizeof(value));
			r = total_add(columns[c].field, i, value, &total, why);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static int link_name_check(const struct report *report, uint32_t i, char *why)
{
	const char *name = report->links[i].name;
	char field[MAX_NAME_BYTES];
	int r;

	snprintf(field, sizeof(field), "link_name[%" PRIu32 "]", i);
	r = text_check(field, name, 1, MAX_NAME_BYTES, why);
	if (r < 0)
		return r;
	for (uint32_t j = 0; j < i; j++)
		if (strcmp(report->links[j].name, name) == 0)
			return check_fault(why, "%s: \"%s\" is already link %" PRIu32, field, name,
			                   j);
	return 0;
}

static int frames_add(const uint64_t *frames, int n_kinds, uint32_t i, uint64_t *sum, char *why)
{
	for (int kind = 0; kind < n_kinds; kind++) {
		int r = total_add("link_received_frames", i, frames[kind], sum, why);

		if (r < 0)
			return r;
	}
	return 0;
}

// Frames received = counted + dropped. Each column fits 63 bits, but a link's eight might wrap
// around: the sum is built with the same care.
static int link_frames_check(const struct report_link *link, uint32_t i, char *why)
{
	uint64_t sum = 0;
	int r = frames_add(link->frames, N_FRAME_VERDICTS, i, &sum, why);

	if (r == 0)
		r = frames_add(link->dropped_frames, N_DROP_REASONS, i, &sum, why);
	if (r < 0)
		return r;
	if (link->received_frames != sum)
		return check_fault(why,
		                   "link_received_frames[%" PRIu32 "]: %" PRIu64
		                   " is not the %" PRIu64 " counted and dropped",
		                   i, link->received_frames, sum);
	return 0;
}

static int link_state_check(const struct report *report, uint32_t i, char *why)
{
	const struct report_link *link = &report->links[i];

	if ((uint32_t)link->state >= N_LINK_STATES)
		return check_fault(
			why, "link_state[%" PRIu32 "]: %" PRIu32 " is not one of the %d states", i,
			(uint32_t)link->state, N_LINK_STATES);
	if (link->is_asymmetric > 1)
		return check_fault(why, "link_asymmetric[%" PRIu32 "]: %" PRIu32 " is not 0 or 1",
		                   i, link->is_asymmetric);
	if (link->down_ns > report->observed_ns)
		return check_fault(why,
		                   "link_down_ns[%" PRIu32 "]: %" PRIu64
		                   " is more than was observed, %" PRIu64,
		                   i, link->down_ns, report->observed_ns);
	if (link->gone_ns > link->down_ns)
		return check_fault(why,
		                   "link_gone_ns[%" PRIu32 "]: %" PRIu64
		                   " is more than link_down_ns, %" PRIu64,
		                   i, link->gone_ns, link->down_ns);
	return 0;
}

static int links_check(const struct report *report, char *why)
{
	static const struct column_total columns[] = {
		{"link_capacity_bps", offsetof(struct report_link, capacity_bps)},
		{"link_received_frames", offsetof(struct report_link, received_frames)},
		{"link_truncated_frames", offsetof(struct report_link, truncated_frames)},
		{"link_deep_frames", offsetof(struct report_link, deep_frames)},
		{"link_wire_bytes", offsetof(struct report_link, wire_bytes)},
	};

	for (uint32_t i = 0; i < report->n_links; i++) {
		const struct report_link *link = &report->links[i];
		int r = link_name_check(report, i, why);

		if (r < 0)
			return r;
		if ((uint32_t)link->surface >= N_SURFACES)
			return check_fault(why,
			                   "link_surface[%" PRIu32 "]: %" PRIu32
			                   " is not one of the %d surfaces",
			                   i, (uint32_t)link->surface, N_SURFACES);
		r = link_frames_check(link, i, why);
		if (r == 0)
			r = link_state_check(report, i, why);
		if (r < 0)
			return r;
	}
	return totals_check(columns, N_ELEMENTS(columns), report->links, sizeof(*report->links),
	                    report->n_links, why);
}

static int link_index_check(const struct report *report, const char *field, uint32_t i,
                            uint32_t link, char *why)
{
	if (link >= report->n_links)
		return check_fault(
			why, "%s[%" PRIu32 "]: %" PRIu32 " is not one of the %" PRIu32 " links",
			field, i, link, report->n_links);
	return 0;
}

static int family_check(const char *field, uint32_t i, enum family family, char *why)
{
	if ((uint32_t)family >= N_FAMILIES)
		return check_fault(why,
		                   "%s[%" PRIu32 "]: %" PRIu32 " is not one of the %d families",
		                   field, i, (uint32_t)family, N_FAMILIES);
	return 0;
}

// Keys as one number each, in the order rows are sorted by; every part is known to be in range.
static uint64_t traffic_key(const struct report_traffic *row)
{
	uint64_t families = (uint64_t)row->link * N_FAMILIES * N_FAMILIES +
	                    row->carrier * N_FAMILIES + row->payload;

	return families * N_TRANSITIONS + row->transition;
}

static uint64_t flows_key(const struct report_flows *row)
{
	return (uint64_t)row->link * N_FAMILIES + row->family;
}

static uint64_t queue_key(const struct report_queue *row)
{
	return (uint64_t)row->link * MAX_LINK_QUEUES + row->number;
}

static int order_check(const char *field, uint32_t i, uint64_t before, uint64_t key, char *why)
{
	if (key <= before)
		return check_fault(why, "%s[%" PRIu32 "]: the row %s", field, i,
		                   key == before ? "stands twice" : "is not in sorted order");
	return 0;
}

static int traffic_row_check(const struct report *report, uint32_t i, char *why)
{
	const struct report_traffic *row = &report->traffic[i];
	int r = link_index_check(report, "traffic_link", i, row->link, why);

	if (r < 0)
		return r;
	r = family_check("traffic_carrier", i, row->carrier, why);
	if (r < 0)
		return r;
	r = family_check("traffic_payload", i, row->payload, why);
	if (r < 0)
		return r;
	if ((uint32_t)row->transition >= N_TRANSITIONS)
		return check_fault(why,
		                   "traffic_transition[%" PRIu32 "]: %" PRIu32
		                   " is not one of the %d transitions",
		                   i, (uint32_t)row->transition, N_TRANSITIONS);
	return i == 0 ? 0
	              : order_check("traffic_link", i, traffic_key(row - 1), traffic_key(row), why);
}

// Every row of a table; its check compares it with the row before, too.
static int rows_check(const struct report *report, uint32_t n_rows,
                      int (*row_check)(const struct report *report, uint32_t i, char *why),
                      char *why)
{
	for (uint32_t i = 0; i < n_rows; i++) {
		int r = row_check(report, i, why);

		if (r < 0)
			return r;
	}
	return 0;
}

static int traffic_check(const struct report *report, char *why)
{
	static const struct column_total columns[] = {
		{"traffic_packets", offsetof(struct report_traffic, packets)},
		{"traffic_carrier_bytes", offsetof(struct report_traffic, carrier_bytes)},
		{"traffic_payload_bytes", offsetof(struct report_traffic, payload_bytes)},
	};
	int r = rows_check(report, report->n_traffic, traffic_row_check, why);

	if (r < 0)
		return r;
	return totals_check(columns, N_ELEMENTS(columns), report->traffic, sizeof(*report->traffic),
	                    report->n_traffic, why);
}

static int flows_row_check(const struct report *report, uint32_t i, char *why)
{
	const struct report_flows *row = &report->flows[i];
	int r = link_index_check(report, "flow_link", i, row->link, why);

	if (r < 0)
		return r;
	r = family_check("flow_family", i, row->family, why);
	if (r < 0)
		return r;
	return i == 0 ? 0 : order_check("flow_link", i, flows_key(row - 1), flows_key(row), why);
}

static int flows_check(const struct report *report, char *why)
{
	static const struct column_total columns[] = {
		{"flow_new", offsetof(struct report_flows, new_flows)},
		{"flow_active", offsetof(struct report_flows, active_flows)},
		{"flow_evicted", offsetof(struct report_flows, evicted_flows)},
		{"flow_fragments", offsetof(struct report_flows, fragments)},
	};
	int r = rows_check(report, report->n_flows, flows_row_check, why);

	if (r < 0)
		return r;
	return totals_check(columns, N_ELEMENTS(columns), report->flows, sizeof(*report->flows),
	                    report->n_flows, why);
}

static int queue_row_check(const struct report *report, uint32_t i, char *why)
{
	const struct report_queue *row = &report->queues[i];
	int r = link_index_check(report, "queue_link", i, row->link, why);

	if (r < 0)
		return r;
	if (row->number >= MAX_LINK_QUEUES)
		return check_fault(why,
		                   "queue_number[%" PRIu32 "]: %" PRIu32
		                   " is not below the %d queues of a link",
		                   i, row->number, MAX_LINK_QUEUES);
	return i == 0 ? 0 : order_check("queue_link", i, queue_key(row - 1), queue_key(row), why);
}

static int queues_check(const struct report *report, char *why)
{
	static const struct column_total columns[] = {
		{"queue_frames", offsetof(struct report_queue, frames)},
	};
	int r = rows_check(report, report->n_queues, queue_row_check, why);

	if (r < 0)
		return r;
	return totals_check(columns, N_ELEMENTS(columns), report->queues, sizeof(*report->queues),
	                    report->n_queues, why);
}

int report_check(const struct report *report, char *why)
{
	int r = counts_check(report, why);

	if (r < 0)
		return r;
	r = head_check(report, why);
	if (r < 0)
		return r;
	r = links_check(report, why);
	if (r < 0)
		return r;
	r = traffic_check(report, why);
	if (r < 0)
		return r;
	r = flows_check(report, why);
	if (r < 0)
		return r;
	r = queues_check(report, why);
	return r < 0 ? r : report_users_check(report, why);
}
