// What DPDK's telemetry socket tells of a running crew: /sixgauge/links, /sixgauge/link,NAME,
// /sixgauge/workers and /sixgauge/worker,N.
#pragma once

#include "crew.h"

enum {
	TELEMETRY_PREFIX_BYTES = 128, // more than a socket's name may have
};

// DPDK's name for a probe: another for every probe of a machine, or the one `eal:` gives.
void telemetry_prefix(const struct probe_config *config, char *ret_prefix);

// Begins to answer about the crew, which is borrowed; says on the log where, or why not.
void telemetry_open(const struct probe_config *config, const struct crew *crew);
void telemetry_close(void);
