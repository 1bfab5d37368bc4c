// The kernel's interface that a virtual device watches. DPDK's drivers for these go on saying that
// the link is up when the interface is taken down or deleted, so the kernel is asked.
#pragma once

#include <net/if.h>
#include <stdbool.h>

#include "proto/enums.h"

struct netdev {
	char name[IF_NAMESIZE];
	int index; // the kernel never gives one twice
};

// Finds the interface of a device; false when the device watches none, or it is not there.
bool netdev_find(const char *device, struct netdev *ret_netdev);

// Gone when it has been deleted, even if another one has its name since. Unknown when the kernel
// does not answer.
enum link_state netdev_state(const struct netdev *netdev);
