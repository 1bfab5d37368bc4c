#include "port_exchange.h"

#include <errno.h>
#include <stdio.h>

#include "probe/source/device.h"

static bool change(struct crew *crew, uint32_t link, struct dpdk_port *port)
{
	bool changed = true;

	for (uint32_t i = 0; i < crew->n_workers; i++)
		if (!worker_change_port(crew->workers[i], link, port))
			changed = false;
	return changed;
}

bool port_exchange_settled(struct crew *crew, uint32_t link)
{
	return change(crew, link, crew->links[link].port);
}

bool port_exchange_take(struct crew *crew, uint32_t link)
{
	struct crew_link *of = &crew->links[link];

	if (!change(crew, link, NULL))
		return false;
	if (!device_reopens(of->device))
		return true;
	dpdk_port_close(of->port);
	of->port = NULL;
	return true;
}

// The workers' queues are those of the port before: another number of them would leave some out.
int port_exchange_give(struct crew *crew, uint32_t link, char *why)
{
	struct crew_link *of = &crew->links[link];
	struct crew_link again = {.name = of->name, .device = of->device};
	struct netdev netdev;
	int rc;

	// net_pcap does not open an interface that is down.
	if (!netdev_find(of->device, &netdev) || netdev_state(&netdev) != LINK_STATE_UP)
		return -ENODEV;
	rc = crew_open_port(&again, of->n_queues, why);
	if (rc != 0)
		return rc == -ENODEV ? -EIO : rc;
	if (again.n_queues != of->n_queues || !again.on_netdev) {
		dpdk_port_close(again.port);
		snprintf(why, SOURCE_WHY_BYTES, "%s: it is not as it was", of->device);
		return -EIO;
	}
	of->port = again.port;
	of->on_netdev = again.on_netdev;
	of->netdev = again.netdev;
	change(crew, link, of->port);
	return 0;
}
