// A capture file that a link reads.
#pragma once

#include <stdbool.h>

#include "finding.h"

// Whether the file can be read as a capture; for net_pcap, which believes any file to be Ethernet,
// with ethernet_only also whether it is. Only its beginning is looked at, and nothing that is not a
// regular file, since reading would take from it. link is the name findings are given.
void capture_check(const char *link, const char *path, bool ethernet_only,
                   struct findings *findings);
