// SIGHUP: plan and keys are read again, by a thread of its own, for a plan of a million rows takes
// seconds and windows end on time. A file with a fault is said on the log and changes nothing.
#pragma once

#include "basis.h"
#include "config.h"

// Starts that thread; once, with SIGHUP blocked. The config is borrowed for good. 0 or -errno.
int reload_start(const struct probe_config *config);

// What has been read since the last call, now the caller's; NULL when nothing was.
struct basis *reload_take(void);
