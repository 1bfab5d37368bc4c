// Connecting to a collector without being held up by it.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

// A connected, non-blocking TCP socket; or -errno with one line in why. Each of the host's
// addresses is given patience_ns. Looking up a host's name takes as long as the resolver does.
// -ECANCELED soon after stop has been set.
int dial(const struct address *address, uint64_t patience_ns, const _Atomic bool *stop, char *why,
         size_t why_bytes);
