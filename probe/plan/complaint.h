// What is wrong with a plan, as one line for who has to mend it: "plan.csv:14: ...".
#pragma once

#include <stdint.h>

#include "proto/base/config.h"

struct complaint {
	const char *name; // of the file, as it was given
	char *why; // CONFIG_WHY_BYTES
};

// Writes the line and returns -EINVAL. Bytes that could steer a terminal become question marks.
// Line 0 is the file as a whole.
__attribute__((format(printf, 3, 4))) int complain(const struct complaint *complaint, uint32_t line,
                                                   const char *format, ...);
