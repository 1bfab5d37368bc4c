// What a link watches: told apart by how its device is written.
#pragma once

#include "probe/config.h"

#include "finding.h"

// worker is the processor that will poll.
void link_check(const char *root, const struct link_config *link, int worker,
                struct findings *findings);
