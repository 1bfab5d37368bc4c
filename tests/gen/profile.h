// Presets: what kinds of traffic come in what proportion.
#pragma once

#include <stdint.h>

#include "settings.h"

// Names of all profiles, ending with NULL: the first is the default.
const char *const *profile_names(void);

// Sets what the profile with that name decides: pattern, weights, shape and churn. It must exist.
void profile_apply(const char *name, struct settings *settings);
