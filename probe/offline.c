#include "offline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/source/pcap.h"

#include "stop.h"

struct offline {
	struct reporter *reporter;
	struct registrar *registrar;
	struct meter *meter;
	struct tally tally; // of the open window
	struct window window; // length 0 before the first packet
	uint64_t window_length_ns;
	uint64_t epoch;
	uint64_t first_ns, last_ns; // packet time of the whole file so far
	bool stopped;
};

// The file was watching from its first packet to its last.
static void end_window(struct offline *offline, uint64_t watched_until_ns, bool closing)
{
	struct reporter_window window = {
		.window = offline->window,
		.observed_ns = window_overlap_ns(offline->window, offline->first_ns,
	                                         watched_until_ns),
	};

	if (!offline->stopped)
		offline->stopped = reporter_wait_room(offline->reporter);
	registrar_gather(offline->registrar, 0, 0, offline->window, offline->tally.users);
	registrar_send(offline->registrar, offline->reporter, &window, closing, &offline->tally);
	tally_reset(&offline->tally);
	offline->epoch++;
}

// Makes sure that the packet's window is open. A packet older than the open window is late and
// counts there. Windows without packets are passed over.
static void open_window(struct offline *offline, uint64_t time_ns)
{
	if (offline->window.length_ns != 0) {
		if (time_ns < window_end_ns(offline->window))
			return;
		end_window(offline, time_ns, false);
	} else {
		offline->first_ns = time_ns;
	}
	offline->window = window_at(time_ns, offline->window_length_ns);
	offline->tally.users = registrar_lend(offline->registrar, 0, 0, offline->epoch,
	                                      offline->window);
}

// Frames from `at` on that need no other window than the open one.
static uint32_t count_in_window(const struct offline *offline, const struct burst *burst,
                                uint32_t at)
{
	uint32_t n = 0;

	while (at + n < burst->n_frames &&
	       burst->frames[at + n].time_ns < window_end_ns(offline->window))
		n++;
	return n;
}

static void meter_frames(struct offline *offline, const struct burst *burst)
{
	for (uint32_t at = 0, n; at < burst->n_frames; at += n) {
		open_window(offline, burst->frames[at].time_ns);
		n = count_in_window(offline, burst, at);
		meter_burst(offline->meter, &offline->tally, offline->epoch, 0, burst->layer,
		            burst->frames + at, n);
		if (offline->tally.last_ns > offline->last_ns)
			offline->last_ns = offline->tally.last_ns;
	}
	meter_sweep(offline->meter, offline->last_ns);
}

// Reads on until the end, a break or a request to stop. There is one file: a break is its end.
static int meter_file(struct offline *offline, struct pcap_source *source, char *why)
{
	struct burst burst;
	int rc;

	while ((rc = pcap_source_receive(source, &burst, why)) > 0) {
		meter_frames(offline, &burst);
		offline->stopped |= stop_wait(0);
		if (offline->stopped)
			return 0;
	}
	return rc;
}

int offline_run(const struct probe_config *config, const struct engine *engine,
                struct registrar *registrar, struct reporter *reporter, bool *ret_stopped,
                char *why)
{
	const char *path = probe_config_link(config, 0)->device;
	struct pcap_source *source = pcap_source_new(&path, 1);
	struct offline offline = {
		.reporter = reporter,
		.registrar = registrar,
		.meter = engine->meter,
		.window_length_ns = config->window_ns,
	};
	int rc;

	if (source == NULL) {
		snprintf(why, CONFIG_WHY_BYTES, "%s: out of memory", path);
		return -ENOMEM;
	}
	tally_init(&offline.tally, NULL);
	rc = meter_file(&offline, source, why);
	if (offline.window.length_ns != 0)
		end_window(&offline, offline.last_ns + 1, true);
	pcap_source_free(source);
	*ret_stopped = offline.stopped;
	return rc;
}
