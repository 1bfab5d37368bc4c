#include "reporter.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "proto/base/cli.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/names.h"
#include "probe/uplink/uplink.h"

#include "stop.h"

#define SOFTWARE       "sixgauge-probe " SIXGAUGE_VERSION
#define CHECK_EVERY_NS (20 * NS_PER_MS)

struct reporter {
	struct report_origin origin;
	uint32_t n_ports;
	struct report_port ports[MAX_LINKS];
	uint64_t next_sequence;
	uint64_t n_unmade; // reports that could not be made
	struct uplink *uplink;
	struct address *collectors;
};

static void describe_ports(struct reporter *reporter, const struct probe_config *config)
{
	reporter->n_ports = (uint32_t)config->links.n;
	for (uint32_t i = 0; i < reporter->n_ports; i++) {
		const struct link_config *link = probe_config_link(config, i);

		reporter->ports[i] = (struct report_port){
			.name = link->name,
			.surface = (enum surface)surface_from_name(link->surface),
			.capacity_bps = link->capacity_bps,
		};
	}
}

// The texts have been checked when the configuration was read.
static struct address *parse_collectors(const struct config_texts *texts)
{
	struct address *addresses = calloc(texts->n, sizeof(*addresses));

	for (size_t i = 0; addresses != NULL && i < texts->n; i++)
		address_parse(texts->items[i], &addresses[i]);
	return addresses;
}

static int start_uplink(struct reporter *reporter, const struct probe_config *config)
{
	const struct uplink_options options = {
		.probe = config->probe,
		.software = SOFTWARE,
		.spool = reporter->origin.spool,
		.collectors = reporter->collectors,
		.n_collectors = (uint32_t)config->collectors.n,
	};

	return uplink_new(&options, &reporter->uplink);
}

// LIMIT: reports wait in memory alone, so their numbering starts again, under a new random
// identity, whenever the process does.
int reporter_new(const struct probe_config *config, struct reporter **ret_reporter, char *why)
{
	struct reporter *reporter = calloc(1, sizeof(*reporter));
	int rc = -ENOMEM;

	if (reporter == NULL)
		goto fail;
	reporter->next_sequence = 1;
	reporter->origin.probe = config->probe;
	reporter->origin.software = SOFTWARE;
	reporter->origin.boot_ns = clock_wall_ns();
	describe_ports(reporter, config);
	reporter->collectors = parse_collectors(&config->collectors);
	if (reporter->collectors == NULL)
		goto fail;
	rc = -EIO;
	if (getrandom(&reporter->origin.spool, SPOOL_ID_BYTES, 0) != SPOOL_ID_BYTES)
		goto fail;
	rc = start_uplink(reporter, config);
	if (rc != 0)
		goto fail;
	*ret_reporter = reporter;
	return 0;
fail:
	snprintf(why, CONFIG_WHY_BYTES, "uplink: %s", strerror(-rc));
	reporter_free(reporter);
	return rc;
}

void reporter_free(struct reporter *reporter)
{
	if (reporter == NULL)
		return;
	uplink_free(reporter->uplink);
	free(reporter->collectors);
	free(reporter);
}

static void set_window(struct report_port *port, const struct reporter_window *window, uint32_t i)
{
	static_assert((int)MAX_QUEUES <= (int)MAX_LINK_QUEUES, "a report has room for every queue");

	memcpy(port->dropped_frames, window->dropped_frames[i], sizeof(port->dropped_frames));
	port->down_ns = window->loss[i].down_ns;
	port->gone_ns = window->loss[i].gone_ns;
	port->state = window->state[i];
	port->is_asymmetric = window->asymmetric_links >> i & 1;
	port->n_queues = window->n_queues[i];
	memcpy(port->queue_frames, window->queue_frames[i], sizeof(window->queue_frames[i]));
}

// Numbers are given here, so that one that cannot be encoded leaves no gap.
static int send_report(struct reporter *reporter, struct report *report)
{
	int rc;

	report->sequence = reporter->next_sequence;
	rc = uplink_send(reporter->uplink, report);
	if (rc == 0)
		reporter->next_sequence++;
	return rc;
}

static void log_loss(struct reporter *reporter, struct window window, const char *what, int rc)
{
	char start[CLOCK_TEXT_BYTES];

	clock_format(window.start_ns, start);
	log_error("report: %s of window %s is lost: %s", what, start, strerror(-rc));
	reporter->n_unmade++;
}

static int build_reports(struct reporter *reporter, const struct reporter_window *window,
                         const struct tally *tally, struct report_list *ret_list)
{
	const struct report_window about = {
		.start_ns = window->window.start_ns,
		.length_ns = window->window.length_ns,
		.observed_ns = window->observed_ns,
		.n_overruns = window->n_overruns,
	};

	for (uint32_t i = 0; i < reporter->n_ports; i++)
		set_window(&reporter->ports[i], window, i);
	return report_build(&reporter->origin, &about, reporter->ports, reporter->n_ports, tally,
	                    window->users, ret_list);
}

static void send_list(struct reporter *reporter, struct window window, struct report_list *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		int rc = send_report(reporter, list->reports[i]);

		if (rc < 0)
			log_loss(reporter, window,
			         list->reports[i]->n_links > 0 ? "the traffic"
			                                       : "a part of the users",
			         rc);
	}
	report_list_fini(list);
}

void reporter_send(struct reporter *reporter, const struct reporter_window *window,
                   const struct tally *tally)
{
	struct report_list list;
	int rc = build_reports(reporter, window, tally, &list);

	if (rc < 0)
		log_loss(reporter, window->window, "all", rc);
	else
		send_list(reporter, window->window, &list);
}

void reporter_send_users(struct reporter *reporter, struct window window,
                         const struct report_users *users)
{
	const struct report_window about = {
		.start_ns = window.start_ns,
		.length_ns = window.length_ns,
	};
	static const struct tally nothing;
	struct report_list list;
	int rc = report_build(&reporter->origin, &about, NULL, 0, &nothing, users, &list);

	if (rc < 0)
		log_loss(reporter, window, "a part of the users", rc);
	else
		send_list(reporter, window, &list);
}

bool reporter_wait_room(struct reporter *reporter)
{
	bool stop = false;

	while (!stop && !uplink_has_room(reporter->uplink))
		stop = stop_wait(CHECK_EVERY_NS);
	return stop;
}

bool reporter_wait_delivery(struct reporter *reporter, uint64_t wait_ns)
{
	uint64_t start_ns = clock_monotonic_ns();
	bool stop = false;

	while (!stop && uplink_state(reporter->uplink).waiting > 0 &&
	       clock_monotonic_ns() - start_ns < wait_ns)
		stop = stop_wait(CHECK_EVERY_NS);
	return stop;
}

int reporter_status(struct reporter *reporter)
{
	struct uplink_state state = uplink_state(reporter->uplink);
	uint64_t n_lost = state.waiting + state.dropped + state.rejected + reporter->n_unmade;

	if (n_lost == 0)
		return EXIT_STATUS_OK;
	return cli_failure("%" PRIu64 " reports did not reach a collector: %" PRIu64
	                   " not acknowledged, %" PRIu64 " dropped for want of room, %" PRIu64
	                   " rejected, %" PRIu64 " not made",
	                   n_lost, state.waiting, state.dropped, state.rejected,
	                   reporter->n_unmade);
}
