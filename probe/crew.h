// All that watches live links together: their ports, the workers, and who polls what.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "probe/source/netdev.h"

#include "config.h"
#include "queue_map.h"
#include "worker.h"

struct crew_link {
	const char *name, *device; // borrowed
	uint32_t n_queues;
	struct dpdk_port *port; // NULL while the device is gone
	bool on_netdev; // watches an interface of the kernel:
	struct netdev netdev;
	// Control writes: the sums of all reports so far.
	_Atomic uint64_t counted_frames[N_FRAME_VERDICTS];
	_Atomic uint64_t dropped_frames[N_DROP_REASONS];
};

struct crew {
	uint32_t n_links;
	struct crew_link links[MAX_LINKS];
	uint32_t n_workers, n_running;
	uint32_t n_stuck; // workers that did not end when told to
	struct worker *workers[MAX_WORKERS];
};

// Makes the workers with their meters, starts DPDK, opens a port for every link and gives its
// queues to the workers. Says on the log what it took. An exit_status, after which crew_close() is
// to be called whatever it is.
int crew_open(const struct probe_config *config, struct crew *ret_crew);
void crew_close(struct crew *crew);

// Opens the port of a link whose name and device are set, with so many receive queues or fewer. 0
// or -errno with one line in why (SOURCE_WHY_BYTES).
int crew_open_port(struct crew_link *link, uint32_t n_queues, char *why);

// Sets the workers to work; 0 or -errno, with none at work.
int crew_launch(struct crew *crew);

// Control: adds a report to the sums of a link.
void crew_add_report(struct crew *crew, uint32_t link, const struct link_tally *tally,
                     const uint64_t *dropped_frames);

// Ends the work of all, and returns when they have counted all they had: within two seconds, and
// says on the log which workers hang. What belongs to a crew with one that hangs is never released.
void crew_stop(struct crew *crew);
