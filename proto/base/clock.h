// Time: nanoseconds, monotonic unless named wall. RFC 3339 in and out.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	CLOCK_TEXT_BYTES = 40, // room for any formatted time
};

#define NS_PER_S  UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

uint64_t clock_monotonic_ns(void);
uint64_t clock_wall_ns(void);

// Sleeps that long, or until a signal is handled.
void clock_sleep(uint64_t sleep_ns);

// "2026-11-22T08:30:00.000000000Z" (always nine digits), UTC; ret_text has CLOCK_TEXT_BYTES.
// wall_ns counts from 1970; times after 2554 do not fit its 64 bits.
void clock_format_ns(uint64_t wall_ns, char *ret_text);

// The same without the fraction when it is zero: "2026-11-22T08:30:00Z".
void clock_format(uint64_t wall_ns, char *ret_text);

// Reads RFC 3339 (any offset, optional fraction of up to nine digits) or Unix seconds, with an
// optional fraction. 0; -EINVAL when the text is neither, -ERANGE when it is before 1970 or after
// 2554.
int clock_parse(const char *text, uint64_t *ret_wall_ns);
