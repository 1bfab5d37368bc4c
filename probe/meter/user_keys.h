// The keys under which subscribers are counted at one time, as the packet path reads them.
#pragma once

#include <stdint.h>

#include "proto/siphash.h"

enum {
	MAX_USER_KEYS = 2, // one begins every 31 days and lives for 62
};

// The older key comes first. Immutable once a worker may see it: other keys are another struct.
struct user_keys {
	uint32_t n;
	struct siphash_key keys[MAX_USER_KEYS];
};
