// Whether a report that decoded may enter: it is the session's own, its window can be rolled up,
// and its time is believable. Pure: the clock is an argument.
#pragma once

#include <stdint.h>

#include "collector/refusal.h"
#include "proto/message.h"

// How far a report's end may lie ahead of the collector's clock before the probe's clock is held
// to be wrong.
#define ADMISSION_MAX_AHEAD_NS (UINT64_C(300) * 1000000000)

struct admission {
	const struct hello *hello;
	uint64_t now_ns; // wall clock
	uint64_t lateness_ns;
};

// REFUSAL_NONE; or why not, with one sentence in ret_reason (MAX_TEXT_BYTES).
enum refusal admission_check(const struct admission *admission, const struct report *report,
                             char *ret_reason);
