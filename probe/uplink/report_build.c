#include "report_build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_cut.h"

// Most that parts of a report take: numbers of 64 bits 9 bytes each, as they are below 2^63.
enum {
	HEAD_BYTES = 2048, // single fields, keys, and what begins each column
	LINK_ROW_BYTES = MAX_NAME_BYTES + 3 + 20 * 9,
	TRAFFIC_ROW_BYTES = 4 * 2 + 3 * 9,
	FLOW_ROW_BYTES = 2 * 2 + 4 * 9,
	QUEUE_ROW_BYTES = 2 * 2 + 9,
};

static bool flow_cell_is_empty(const struct flow_cell *cell)
{
	return cell->new_flows == 0 && cell->active_flows == 0 && cell->evicted_flows == 0 &&
	       cell->fragments == 0;
}

static void add_link(struct report *report, const struct report_port *port,
                     const struct link_tally *counted)
{
	struct report_link *link = &report->links[report->n_links++];

	snprintf(link->name, sizeof(link->name), "%s", port->name);
	link->surface = port->surface;
	link->capacity_bps = port->capacity_bps;
	link->received_frames = link_tally_frames(counted);
	for (int reason = 0; reason < N_DROP_REASONS; reason++)
		link->received_frames += port->dropped_frames[reason];
	memcpy(link->frames, counted->frames, sizeof(link->frames));
	memcpy(link->dropped_frames, port->dropped_frames, sizeof(link->dropped_frames));
	link->truncated_frames = counted->truncated_frames;
	link->deep_frames = counted->deep_frames;
	link->wire_bytes = counted->wire_bytes;
	link->down_ns = port->down_ns;
	link->gone_ns = port->gone_ns;
	link->state = port->state;
	link->is_asymmetric = port->is_asymmetric;
}

static void add_traffic(struct report *report, struct report_traffic key,
                        const struct traffic_cell *cell)
{
	if (cell->packets == 0)
		return;
	key.packets = cell->packets;
	key.carrier_bytes = cell->carrier_bytes;
	key.payload_bytes = cell->payload_bytes;
	report->traffic[report->n_traffic++] = key;
}

static void add_link_traffic(struct report *report, uint32_t link, const struct link_tally *counted)
{
	for (int c = 0; c < N_FAMILIES; c++)
		for (int p = 0; p < N_FAMILIES; p++)
			for (int t = 0; t < N_TRANSITIONS; t++)
				add_traffic(report,
				            (struct report_traffic){.link = link,
				                                    .carrier = c,
				                                    .payload = p,
				                                    .transition = t},
				            &counted->traffic[c][p][t]);
}

static void add_link_flows(struct report *report, uint32_t link, const struct link_tally *counted)
{
	for (int f = 0; f < N_FAMILIES; f++) {
		const struct flow_cell *cell = &counted->flows[f];

		if (flow_cell_is_empty(cell))
			continue;
		report->flows[report->n_flows++] = (struct report_flows){
			.link = link,
			.family = f,
			.new_flows = cell->new_flows,
			.active_flows = cell->active_flows,
			.evicted_flows = cell->evicted_flows,
			.fragments = cell->fragments,
		};
	}
}

static void add_link_queues(struct report *report, uint32_t link, const struct report_port *port)
{
	for (uint32_t i = 0; i < port->n_queues; i++)
		report->queues[report->n_queues++] = (struct report_queue){
			.link = link, .number = i, .frames = port->queue_frames[i]};
}

// Links, and all that was counted on them.
static void add_ports(struct report *report, const struct report_port *ports, uint32_t n_ports,
                      const struct tally *tally)
{
	report->n_links = 0;
	report->n_traffic = 0;
	report->n_flows = 0;
	report->n_queues = 0;
	for (uint32_t i = 0; i < n_ports; i++) {
		add_link(report, &ports[i], &tally->links[i]);
		add_link_traffic(report, i, &tally->links[i]);
		add_link_flows(report, i, &tally->links[i]);
		add_link_queues(report, i, &ports[i]);
	}
}

static void set_origin(struct report *report, const struct report_origin *origin,
                       const struct report_window *window, const struct report_users *users)
{
	snprintf(report->probe, sizeof(report->probe), "%s", origin->probe);
	snprintf(report->software, sizeof(report->software), "%s", origin->software);
	report->spool = origin->spool;
	report->boot_ns = origin->boot_ns;
	report->window_start_ns = window->start_ns;
	report->window_length_ns = window->length_ns;
	if (users != NULL)
		report->plan = users->plan;
}

static int list_add(struct report_list *list, struct report *take_report)
{
	uint32_t capacity = list->capacity == 0 ? 4 : 2 * list->capacity;
	struct report **reports;

	if (list->n == list->capacity) {
		reports = realloc(list->reports, capacity * sizeof(*reports));
		if (reports == NULL) {
			report_free(take_report);
			return -ENOMEM;
		}
		list->reports = reports;
		list->capacity = capacity;
	}
	list->reports[list->n++] = take_report;
	return 0;
}

// Most that the columns of links, traffic, flows and queues take.
static size_t ports_bytes(const struct report *report)
{
	return HEAD_BYTES + report->n_links * LINK_ROW_BYTES +
	       report->n_traffic * TRAFFIC_ROW_BYTES + report->n_flows * FLOW_ROW_BYTES +
	       report->n_queues * QUEUE_ROW_BYTES;
}

// The report that has the links. Room for every row there can be is taken; the counts then grow
// with the rows that are there.
static int build_first(const struct report_origin *origin, const struct report_window *window,
                       const struct report_port *ports, uint32_t n_ports, const struct tally *tally,
                       const struct report_users *users, struct report **ret_report)
{
	const struct report_sizes sizes = {
		.n_links = n_ports,
		.n_traffic = n_ports * N_FAMILIES * N_FAMILIES * N_TRANSITIONS,
		.n_flows = n_ports * N_FAMILIES,
		.n_queues = n_ports * MAX_LINK_QUEUES,
	};
	struct report *report = report_new(&sizes);

	if (report == NULL)
		return -ENOMEM;
	set_origin(report, origin, window, users);
	report->observed_ns = window->observed_ns;
	report->window_overruns = window->n_overruns;
	if (users != NULL) {
		memcpy(report->covered_ends, users->covered_ends, sizeof(report->covered_ends));
		memcpy(report->uncovered_ends, users->uncovered_ends,
		       sizeof(report->uncovered_ends));
	}
	add_ports(report, ports, n_ports, tally);
	*ret_report = report;
	return 0;
}

// A report of nothing but sketches.
static int build_further(const struct report_origin *origin, const struct report_window *window,
                         const struct report_users *users, struct report **ret_report)
{
	struct report *report = report_new(&(struct report_sizes){0});

	if (report == NULL)
		return -ENOMEM;
	set_origin(report, origin, window, users);
	*ret_report = report;
	return 0;
}

// Puts the sketches into the first report and as many further ones as they need.
static int add_users(const struct report_origin *origin, const struct report_window *window,
                     const struct report_users *users, struct report_list *list)
{
	struct report *report = list->reports[0];
	struct report_cut cut;
	int r = report_cut_init(&cut, users);

	// The first names the keys even when nobody was new under them.
	while (r == 0) {
		r = report_cut_take(&cut, ports_bytes(report), report);
		if (r < 0 || report_cut_is_done(&cut))
			break;
		r = build_further(origin, window, users, &report);
		if (r == 0)
			r = list_add(list, report);
	}
	report_cut_fini(&cut);
	return r;
}

int report_build(const struct report_origin *origin, const struct report_window *window,
                 const struct report_port *ports, uint32_t n_ports, const struct tally *tally,
                 const struct report_users *users, struct report_list *ret_list)
{
	struct report_list list = {0};
	struct report *first;
	int r = build_first(origin, window, ports, n_ports, tally, users, &first);

	if (r == 0)
		r = list_add(&list, first);
	if (r == 0 && users != NULL)
		r = add_users(origin, window, users, &list);
	if (r < 0) {
		report_list_fini(&list);
		return r;
	}
	*ret_list = list;
	return 0;
}

void report_list_fini(struct report_list *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		report_free(list->reports[i]);
	free(list->reports);
	*list = (struct report_list){0};
}
