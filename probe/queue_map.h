// Which worker polls which receive queue. Pure.
#pragma once

#include <stdint.h>

#include "probe/meter/tally.h"
#include "probe/source/cores.h"

// Of a port whose memory node does not matter.
#define ANY_NODE (-1)

struct queue_map {
	uint8_t worker[MAX_LINKS][MAX_QUEUES];
};

struct queue_map_port {
	uint32_t n_queues; // up to MAX_QUEUES
	int node;
};

// Every worker gets as many queues as the others, or one fewer; as far as that allows, the
// processor of a queue's worker is on the port's node. nodes are those of the workers' processors.
void queue_map_make(const int *nodes, uint32_t n_workers, const struct queue_map_port *ports,
                    uint32_t n_ports, struct queue_map *ret_map);
