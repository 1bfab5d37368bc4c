// What a port says of its link.
#include "dpdk.h"

#include <rte_ethdev.h>

#include "dpdk_private.h"

// LIMIT: only some drivers of cards notice that their card has been pulled out.
enum link_state dpdk_port_state(const struct dpdk_port *port)
{
	struct rte_eth_link link;

	if (rte_eth_dev_is_removed(dpdk_port_id(port)))
		return LINK_STATE_GONE;
	if (rte_eth_link_get_nowait(dpdk_port_id(port), &link) != 0)
		return LINK_STATE_UNKNOWN;
	return link.link_status == RTE_ETH_LINK_UP ? LINK_STATE_UP : LINK_STATE_DOWN;
}
