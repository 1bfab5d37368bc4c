// Live windows: ends them on time, gathers what the workers counted and what the ports gave up, and
// reports both.
#pragma once

#include "config.h"
#include "crew.h"
#include "registrar.h"
#include "reporter.h"

// Lends every worker what it notes users in, before the crew is launched.
void control_begin(const struct probe_config *config, struct crew *crew,
                   struct registrar *registrar);

// Reports window after window of a running crew until asked to stop; then stops it, and reports the
// window that was open.
void control_run(const struct probe_config *config, struct crew *crew, struct registrar *registrar,
                 struct reporter *reporter);
