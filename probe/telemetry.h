// What DPDK's telemetry socket tells of a running crew: /sixgauge/links, /sixgauge/link,NAME,
// /sixgauge/workers and /sixgauge/worker,N.
#pragma once

#include "crew.h"

enum {
	TELEMETRY_PREFIX_BYTES = 80,
};

// DPDK's name for a probe: another for every probe of a machine.
void telemetry_prefix(const char *probe, char *ret_prefix);

// Begins to answer about the crew, which is borrowed; says on the log where, or why not.
void telemetry_open(const char *probe, const struct crew *crew);
void telemetry_close(void);
