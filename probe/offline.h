// A capture file as a link: read once, as fast as it can be metered; the packets' time makes the
// windows, and nothing is lost on the way: reading waits for the reports to find room.
#pragma once

#include <stdbool.h>

#include "config.h"
#include "engine.h"
#include "registrar.h"
#include "reporter.h"

// Meters the file to its end, or until asked to stop, and reports every window with packets.
// 0; or -errno with one line in why (CONFIG_WHY_BYTES) when the file cannot be read or breaks off:
// what stands before the break has been reported. ret_stopped says whether it was asked to stop.
int offline_run(const struct probe_config *config, const struct engine *engine,
                struct registrar *registrar, struct reporter *reporter, bool *ret_stopped,
                char *why);
