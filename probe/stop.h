// SIGTERM and SIGINT, taken by the control thread when it waits and by nobody else. The first one
// that is taken starts the clock: before five seconds are over the process ends, done or not.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Call before the first thread is made.
void stop_prepare(void);

// Waits that long at most; true as soon as the process has been asked to stop. Once taken, a
// request is gone: the caller remembers it.
bool stop_wait(uint64_t wait_ns);

// How long may be waited still for something that may never come, so that an orderly end is left
// time; UINT64_MAX while nobody has asked to stop.
uint64_t stop_patience_ns(void);
