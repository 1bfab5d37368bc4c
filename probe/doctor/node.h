// Memory nodes: which there are, and which processors are near to them.
#pragma once

#include <sched.h>

// The nodes that are online. 0 or -errno, where the kernel knows of none.
int node_list(const char *root, cpu_set_t *ret_nodes);

// The processors of a node. 0 or -errno.
int node_processors(const char *root, int node, cpu_set_t *ret_processors);

// The node of a processor; -1 when it cannot be told.
int node_of_processor(const char *root, int processor);
