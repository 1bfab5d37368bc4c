// The kernel's clock, as whoever keeps it tells the kernel.
#pragma once

#include <sys/timex.h>

#include "finding.h"

// What is to be said of adjtimex()'s answer.
void clock_state_judge(int state, const struct timex *timex, struct findings *findings);

// Asks the kernel, and judges.
void clock_state_check(struct findings *findings);
