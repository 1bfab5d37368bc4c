#include "queue_map.h"

#include <stdbool.h>

#define NOBODY UINT8_MAX

_Static_assert((int)MAX_WORKERS < (int)NOBODY, "a worker's number fits");

struct crew_load {
	const int *nodes;
	uint32_t n_workers;
	uint32_t n_queues[MAX_WORKERS]; // of each worker, so far
};

// The worker with the fewest queues on that node, the first of several; NOBODY when all there have
// the limit.
static uint8_t idlest(const struct crew_load *load, int node, uint32_t limit)
{
	uint8_t best = NOBODY;

	for (uint32_t i = 0; i < load->n_workers; i++) {
		if (node != ANY_NODE && load->nodes[i] != node)
			continue;
		if (load->n_queues[i] < limit &&
		    (best == NOBODY || load->n_queues[i] < load->n_queues[best]))
			best = (uint8_t)i;
	}
	return best;
}

static void give(struct crew_load *load, uint8_t worker, uint8_t *ret_worker)
{
	*ret_worker = worker;
	if (worker != NOBODY)
		load->n_queues[worker]++;
}

static uint32_t count_queues(const struct queue_map_port *ports, uint32_t n_ports)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < n_ports; i++)
		n += ports[i].n_queues;
	return n;
}

// First every queue that finds room near to its port, then those that did not or do not care.
void queue_map_make(const int *nodes, uint32_t n_workers, const struct queue_map_port *ports,
                    uint32_t n_ports, struct queue_map *ret_map)
{
	struct crew_load load = {.nodes = nodes, .n_workers = n_workers};
	uint32_t share = (count_queues(ports, n_ports) + n_workers - 1) / n_workers;

	for (uint32_t i = 0; i < n_ports; i++)
		for (uint32_t q = 0; q < ports[i].n_queues; q++)
			give(&load,
			     ports[i].node == ANY_NODE ? NOBODY
			                               : idlest(&load, ports[i].node, share),
			     &ret_map->worker[i][q]);
	for (uint32_t i = 0; i < n_ports; i++)
		for (uint32_t q = 0; q < ports[i].n_queues; q++)
			if (ret_map->worker[i][q] == NOBODY)
				give(&load, idlest(&load, ANY_NODE, share), &ret_map->worker[i][q]);
}
