// A network card: whether it is there, and in the hands of a driver that DPDK can use.
#pragma once

#include "finding.h"

// link is the name findings are given; worker the processor that will poll.
void pci_check(const char *root, const char *link, const char *address, int worker,
               struct findings *findings);
