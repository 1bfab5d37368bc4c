// An interface of the kernel, as net_af_packet and net_af_xdp watch it.
#pragma once

#include "finding.h"

// link is the name findings are given.
void interface_check(const char *root, const char *link, const char *interface,
                     struct findings *findings);
