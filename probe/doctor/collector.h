// Whether a collector can be reached.
#pragma once

#include "finding.h"

// Opens a connection, given two seconds for each of the host's addresses, and closes it again.
// address is one that address_parse() reads.
void collector_check(const char *address, struct findings *findings);
