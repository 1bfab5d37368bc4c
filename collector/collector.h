// The running collector: its parts in the order they are started.
#pragma once

#include "settings.h"

// Runs until SIGTERM or SIGINT. Returns an exit_status; errors have been written.
int collector_run(const struct settings *settings);
