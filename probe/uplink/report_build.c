#include "report_build.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

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

static void set_origin(struct report *report, const struct report_origin *origin,
                       const struct report_window *window)
{
	snprintf(report->probe, sizeof(report->probe), "%s", origin->probe);
	snprintf(report->software, sizeof(report->software), "%s", origin->software);
	report->spool = origin->spool;
	report->boot_ns = origin->boot_ns;
	report->sequence = window->sequence;
	report->window_start_ns = window->start_ns;
	report->window_length_ns = window->length_ns;
	report->observed_ns = window->observed_ns;
	report->window_overruns = window->n_overruns;
}

struct report *report_build(const struct report_origin *origin, const struct report_window *window,
                            const struct report_port *ports, uint32_t n_ports,
                            const struct tally *tally)
{
	// Room for every row there can be; the counts then grow with the rows that are there.
	const struct report_sizes sizes = {
		.n_links = n_ports,
		.n_traffic = n_ports * N_FAMILIES * N_FAMILIES * N_TRANSITIONS,
		.n_flows = n_ports * N_FAMILIES,
		.n_queues = n_ports * MAX_LINK_QUEUES,
	};
	struct report *report = report_new(&sizes);

	if (report == NULL)
		return NULL;
	report->n_links = 0;
	report->n_traffic = 0;
	report->n_flows = 0;
	report->n_queues = 0;
	set_origin(report, origin, window);
	for (uint32_t i = 0; i < n_ports; i++) {
		add_link(report, &ports[i], &tally->links[i]);
		add_link_traffic(report, i, &tally->links[i]);
		add_link_flows(report, i, &tally->links[i]);
		add_link_queues(report, i, &ports[i]);
	}
	return report;
}
