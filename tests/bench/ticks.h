// The processor's own counter of time. On x86 it runs at one rate, whatever the core's clock does:
// its ticks are not the cycles of the core, which is faster while it has few neighbours.
#pragma once

#include <stdint.h>

uint64_t ticks_now(void);

// Ticks in a nanosecond, measured against the clock for a few hundredths of a second.
double ticks_per_ns(void);
