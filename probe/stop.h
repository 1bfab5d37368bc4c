// SIGTERM and SIGINT. The first one starts the clock, whatever the other threads do at that moment:
// before five seconds are over the process ends, done or not.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Starts the thread that waits for them; once, with both blocked. 0 or -errno.
int stop_prepare(void);

// Waits that long at most; true as soon as the process has been asked to stop. Once taken, a
// request is gone: the caller remembers it. For the control thread alone.
bool stop_wait(uint64_t wait_ns);

// How long may be waited still for something that may never come, so that an orderly end is left
// time; UINT64_MAX while nobody has asked to stop.
uint64_t stop_patience_ns(void);
