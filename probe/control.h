// Live windows: ends them on time, gathers what the worker counted and what its ports gave up, and
// reports both.
#pragma once

#include "config.h"
#include "reporter.h"
#include "worker.h"

// Reports window after window of a running worker until asked to stop; then stops the worker by
// the function given, and reports the window that was open.
void control_run(const struct probe_config *config, struct worker *worker,
                 struct reporter *reporter, int (*join_worker)(void));
