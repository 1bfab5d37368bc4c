// The receive queues ports will be asked for, against those who poll them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "finding.h"

// Whether every worker has something to do: a queue, or, where frames are shared by their inner
// flow, its part of what others poll. No finding without queues.
void queues_check(uint32_t n_queues, uint32_t n_workers, bool shared, struct findings *findings);
