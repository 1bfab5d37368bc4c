// The processors the probe may use, and the one that will poll.
#pragma once

#include <sched.h>
#include <stdint.h>

#include "finding.h"

// The one that polls, as dpdk_start() chooses: the last of those allowed; -1 when there are none.
int processors_worker(const cpu_set_t *allowed);

// Whether they are enough for the ports, and whether the worker has its own to itself, at full
// speed.
void processors_check(const char *root, const cpu_set_t *allowed, uint32_t n_ports,
                      struct findings *findings);
