// Live windows: ends them on time, gathers what the workers counted and what the ports gave up, and
// reports both.
#pragma once

#include "config.h"
#include "crew.h"
#include "reporter.h"

// Reports window after window of a running crew until asked to stop; then stops it, and reports the
// window that was open.
void control_run(const struct probe_config *config, struct crew *crew, struct reporter *reporter);
