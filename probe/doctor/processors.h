// The processors the probe may use, and those that will poll.
#pragma once

#include <sched.h>
#include <stdint.h>

#include "finding.h"

// Whether they are enough for the workers and ports, and whether each worker has its own to itself,
// at full speed.
void processors_check(const char *root, const cpu_set_t *allowed, uint32_t n_workers,
                      uint32_t n_ports, struct findings *findings);
