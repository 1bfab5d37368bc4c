// SIGTERM and SIGINT, taken by the control thread when it waits and by nobody else.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Call before the first thread is made.
void stop_prepare(void);

// Waits that long at most; true as soon as the process has been asked to stop. Once taken, a
// request is gone: the caller remembers it.
bool stop_wait(uint64_t wait_ns);
