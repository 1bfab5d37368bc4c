#include "dpdk_send.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "probe/source/device.h"
#include "probe/source/dpdk_private.h"
#include "probe/source/source.h"

enum {
	RING_FRAMES = 1024,
	NAME_BYTES = 64,
};

static struct {
	bool opened, made;
	uint16_t id;
	uint16_t first, n_frames; // of the burst, that the port has not taken yet
	struct rte_mbuf *burst[DPDK_SEND_BURST];
	char name[NAME_BYTES];
} port;

static int find_port(const char *device)
{
	size_t n_bytes = strcspn(device, ",");
	const char *arguments = device[n_bytes] == ',' ? device + n_bytes + 1 : "";

	if (n_bytes == 0 || n_bytes >= NAME_BYTES)
		return -ENODEV;
	snprintf(port.name, NAME_BYTES, "%.*s", (int)n_bytes, device);
	if (!device_is_pci(device)) {
		if (rte_eal_hotplug_add("vdev", port.name, arguments) != 0)
			return -ENODEV;
		port.made = true;
	}
	return rte_eth_dev_get_port_by_name(port.name, &port.id);
}

// We never receive, and a net_memif peer without transmit queues refuses a receive queue of ours;
// but some drivers (net_af_xdp, net_tap) want as many of one as of the other.
static int configure(uint16_t *ret_n_receive_queues)
{
	const struct rte_eth_conf conf = {0};
	int rc = rte_eth_dev_configure(port.id, 0, 1, &conf);

	*ret_n_receive_queues = rc == 0 ? 0 : 1;
	return rc == 0 ? 0 : rte_eth_dev_configure(port.id, 1, 1, &conf);
}

static int start(void)
{
	uint16_t n_receive = RING_FRAMES, n_transmit = RING_FRAMES;
	unsigned int socket = (unsigned int)rte_eth_dev_socket_id(port.id);
	uint16_t n_receive_queues;
	int rc = configure(&n_receive_queues);

	if (rc == 0)
		rc = rte_eth_dev_adjust_nb_rx_tx_desc(port.id, &n_receive, &n_transmit);
	if (rc == 0)
		rc = rte_eth_tx_queue_setup(port.id, 0, n_transmit, socket, NULL);
	if (rc == 0 && n_receive_queues > 0)
		rc = rte_eth_rx_queue_setup(port.id, 0, n_receive, socket, NULL,
		                            dpdk_buffer_pool());
	return rc == 0 ? rte_eth_dev_start(port.id) : rc;
}

int dpdk_send_open(const char *device, char *why)
{
	int rc = find_port(device);

	if (rc != 0) {
		snprintf(why, SOURCE_WHY_BYTES,
		         "%s: no such port, or its driver refuses the arguments; write a PCI "
		         "address or a virtual device such as net_memif0,role=client,socket=PATH",
		         device);
		dpdk_send_close();
		return -ENODEV;
	}
	port.opened = true;
	rc = start();
	if (rc == 0)
		return 0;
	snprintf(why, SOURCE_WHY_BYTES, "%s: the port does not start: %s", device, strerror(-rc));
	dpdk_send_close();
	return -EIO;
}

void dpdk_send_close(void)
{
	rte_pktmbuf_free_bulk(port.burst + port.first, port.n_frames);
	port.first = port.n_frames = 0;
	if (port.opened) {
		rte_eth_dev_stop(port.id);
		rte_eth_dev_close(port.id);
	}
	if (port.made)
		rte_eal_hotplug_remove("vdev", port.name);
	port.opened = port.made = false;
}

bool dpdk_send_link_is_up(void)
{
	struct rte_eth_link link = {0};

	return rte_eth_link_get_nowait(port.id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

int dpdk_send_add(const uint8_t *data, uint32_t n_bytes)
{
	struct rte_mbuf *buffer = rte_pktmbuf_alloc(dpdk_buffer_pool());

	if (buffer == NULL)
		return -ENOMEM;
	if (n_bytes > rte_pktmbuf_tailroom(buffer)) {
		rte_pktmbuf_free(buffer);
		return -EMSGSIZE;
	}
	memcpy(rte_pktmbuf_append(buffer, (uint16_t)n_bytes), data, n_bytes);
	port.burst[port.first + port.n_frames++] = buffer;
	return 0;
}

int dpdk_send_reserve(uint32_t n_frames, uint8_t **ret_places)
{
	assert(port.n_frames == 0 && n_frames <= DPDK_SEND_BURST);
	if (rte_pktmbuf_alloc_bulk(dpdk_buffer_pool(), port.burst, n_frames) != 0)
		return -ENOMEM;
	port.n_frames = (uint16_t)n_frames;
	for (uint32_t i = 0; i < n_frames; i++)
		ret_places[i] = rte_pktmbuf_mtod(port.burst[i], uint8_t *);
	return 0;
}

void dpdk_send_set_bytes(const uint16_t *n_bytes)
{
	for (uint16_t i = 0; i < port.n_frames; i++) {
		port.burst[i]->data_len = n_bytes[i];
		port.burst[i]->pkt_len = n_bytes[i];
	}
}

uint32_t dpdk_send_offer(uint32_t n_frames)
{
	uint16_t n_taken = rte_eth_tx_burst(port.id, 0, port.burst + port.first,
	                                    (uint16_t)n_frames);

	port.n_frames -= n_taken;
	port.first = port.n_frames == 0 ? 0 : port.first + n_taken;
	return n_taken;
}
