// What a plan says, in a few lines.
#pragma once

#include <stdio.h>

#include "plan.h"

// Lines that begin with #, so that what `check` prints stays a configuration. path as it was given.
void plan_print(FILE *out, const char *path, const struct plan *plan);
