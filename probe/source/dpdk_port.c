// One DPDK port: found or made, configured, polled, counted.
#include "dpdk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "device.h"
#include "dpdk_memory.h"
#include "dpdk_private.h"
#include "dpdk_stamps.h"

enum {
	DEVICE_NAME_BYTES = 64, // of the part before the first comma
	// Room for jumbo frames with tags and tunnels, on ports that can scatter them.
	JUMBO_MTU_BYTES = 9600,
};

// A receive queue belongs to the thread that polls it: nothing here is shared.
struct dpdk_queue {
	_Alignas(64) struct dpdk_held held;
	struct dpdk_stamp_reader stamps;
};

struct dpdk_port {
	uint16_t id;
	bool started;
	bool made; // a virtual device of ours, to be taken away again
	bool takes_before_buffer; // see loses_without_buffer()
	struct dpdk_stamps stamps;
	uint16_t n_queues;
	struct dpdk_queue *queues;
	char name[DEVICE_NAME_BYTES];
};

// The name is what stands before the first comma.
static int split_device(const char *device, char *ret_name, const char **ret_arguments)
{
	size_t n_bytes = strcspn(device, ",");

	if (n_bytes == 0 || n_bytes >= DEVICE_NAME_BYTES)
		return -ENODEV;
	memcpy(ret_name, device, n_bytes);
	ret_name[n_bytes] = '\0';
	*ret_arguments = device[n_bytes] == ',' ? device + n_bytes + 1 : "";
	return 0;
}

// net_pcap says of a missing file only that it failed: look first. Returns 0 or -errno, and the
// path in ret_path.
static int check_capture(const char *arguments, char *ret_path, size_t path_bytes)
{
	const char *at = strstr(arguments, "rx_pcap=");

	if (at == NULL)
		return 0;
	at += strlen("rx_pcap=");
	snprintf(ret_path, path_bytes, "%.*s", (int)strcspn(at, ","), at);
	return access(ret_path, R_OK) == 0 ? 0 : -errno;
}

// Makes the virtual device. Drivers are chosen by the letters before the number: net_pcap0.
static int make_vdev(struct dpdk_port *port, const char *device, const char *arguments, char *why)
{
	char path[256];
	int rc = check_capture(arguments, path, sizeof(path));

	if (rc != 0) {
		snprintf(why, SOURCE_WHY_BYTES, "%s: %s: %s", port->name, path, strerror(-rc));
		return -ENODEV;
	}
	rc = rte_eal_hotplug_add("vdev", port->name, arguments);
	if (rc != 0) {
		snprintf(why, SOURCE_WHY_BYTES,
		         "%s: no such port, or its driver refuses the arguments, as DPDK's lines "
		         "above say: write a PCI address that dpdk-devbind.py --status shows, or a "
		         "virtual device such as net_pcap0,rx_pcap=FILE",
		         device);
		return -ENODEV;
	}
	port->made = true;
	return 0;
}

static int find_port(struct dpdk_port *port, const char *device, char *why)
{
	const char *arguments;
	int rc = split_device(device, port->name, &arguments);

	if (rc == 0 && !device_is_pci(device)) {
		rc = make_vdev(port, device, arguments, why);
		if (rc != 0)
			return rc;
	}
	if (rc == 0)
		rc = rte_eth_dev_get_port_by_name(port->name, &port->id);
	if (rc != 0) {
		snprintf(why, SOURCE_WHY_BYTES,
		         "%s: no such port; dpdk-devbind.py --status lists the devices and the "
		         "drivers they are bound to",
		         device);
		return -ENODEV;
	}
	return 0;
}

// Whether each rx_nombuf of this driver is a lost frame. net_pcap reads a frame first and looks for
// a buffer then: without one the frame is gone, and nowhere else counted. Other drivers look for a
// buffer before they take the frame, or to fill up their ring: the frame waits, rx_nombuf says only
// that it had to, perhaps many times, and should the ring overflow meanwhile, that is in imissed.
static bool loses_without_buffer(const char *driver)
{
	return driver != NULL && strcmp(driver, "net_pcap") == 0;
}

// As long as frames get with tags and tunnels, where the port can scatter them over buffers.
static void ask_for_jumbo(const struct rte_eth_dev_info *info, struct rte_eth_conf *conf)
{
	const uint32_t overhead = RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;
	uint32_t mtu = RTE_MIN(info->max_mtu, JUMBO_MTU_BYTES);

	if (!(info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER))
		return;
	if (info->max_rx_pktlen > overhead)
		mtu = RTE_MIN(mtu, info->max_rx_pktlen - overhead);
	conf->rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
	conf->rxmode.mtu = mtu;
}

// Asks for the spread by a hash of addresses and ports that is the same in both directions: with
// this key the hash does not change when source and destination change places (Woo and Park,
// "Scalable TCP Session Monitoring with Symmetric Receive-side Scaling", 2012).
static void ask_for_spread(const struct rte_eth_dev_info *info, struct rte_eth_conf *conf)
{
	static uint8_t key[256];
	const uint64_t wanted = RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP;

	if (!(info->flow_type_rss_offloads & wanted))
		return;
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = i % 2 == 0 ? 0x6d : 0x5a;
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf.rss_hf = info->flow_type_rss_offloads & wanted;
	if (info->hash_key_size == 0)
		return;
	conf->rx_adv_conf.rss_conf.rss_key = key;
	conf->rx_adv_conf.rss_conf.rss_key_len = info->hash_key_size;
}

// We never send, but some drivers (net_af_xdp, net_tap) want as many transmit queues as receive
// queues, and say no in errors of their own.
static int configure_queues(uint16_t id, uint16_t n_queues, const struct rte_eth_conf *conf)
{
	int rc = rte_eth_dev_configure(id, n_queues, 0, conf);

	if (rc == 0)
		return 0;
	rc = rte_eth_dev_configure(id, n_queues, n_queues, conf);
	for (uint16_t i = 0; rc == 0 && i < n_queues; i++)
		rc = rte_eth_tx_queue_setup(id, i, 0, (unsigned int)rte_eth_dev_socket_id(id),
		                            NULL);
	return rc;
}

// As many queues as the port has, up to those wanted; half as many while its driver refuses.
static int settle_queues(struct dpdk_port *port, const struct rte_eth_dev_info *info)
{
	int rc = -EINVAL;

	if (port->n_queues > info->max_rx_queues)
		port->n_queues = info->max_rx_queues > 0 ? info->max_rx_queues : 1;
	for (;; port->n_queues /= 2) {
		struct rte_eth_conf conf = {0};

		ask_for_jumbo(info, &conf);
		dpdk_stamps_ask(info, &conf);
		if (port->n_queues > 1)
			ask_for_spread(info, &conf);
		rc = configure_queues(port->id, port->n_queues, &conf);
		if (rc == 0 || port->n_queues == 1)
			return rc;
	}
}

static int make_queues(struct dpdk_port *port)
{
	port->queues = aligned_alloc(_Alignof(struct dpdk_queue),
	                             port->n_queues * sizeof(*port->queues));
	if (port->queues == NULL)
		return -ENOMEM;
	memset(port->queues, 0, port->n_queues * sizeof(*port->queues));
	for (uint16_t i = 0; i < port->n_queues; i++)
		if (dpdk_held_init(&port->queues[i].held) != 0)
			return -ENOMEM;
	return 0;
}

static int configure(struct dpdk_port *port)
{
	uint16_t id = port->id;
	struct rte_eth_dev_info info;
	uint16_t n_receive = DPDK_RING_FRAMES;
	uint16_t n_transmit = 0;
	int rc = rte_eth_dev_info_get(id, &info);

	if (rc != 0)
		return rc;
	port->takes_before_buffer = loses_without_buffer(info.driver_name);
	rc = settle_queues(port, &info);
	if (rc == 0)
		rc = rte_eth_dev_adjust_nb_rx_tx_desc(id, &n_receive, &n_transmit);
	if (rc == 0)
		rc = make_queues(port);
	for (uint16_t i = 0; rc == 0 && i < port->n_queues; i++)
		rc = rte_eth_rx_queue_setup(id, i, n_receive, rte_eth_dev_socket_id(id), NULL,
		                            dpdk_buffer_pool());
	return rc;
}

// Some virtual devices have no promiscuous mode and need none.
static int start(struct dpdk_port *port)
{
	int rc = configure(port);

	if (rc == 0)
		rc = rte_eth_dev_start(port->id);
	if (rc != 0)
		return rc;
	port->started = true;
	rc = rte_eth_promiscuous_enable(port->id);
	return rc == -ENOTSUP ? 0 : rc;
}

int dpdk_port_open(const char *device, uint32_t n_queues, bool packet_time,
                   struct dpdk_port **ret_port, char *why)
{
	struct dpdk_port *port = calloc(1, sizeof(*port));
	int rc = -ENOMEM;

	snprintf(why, SOURCE_WHY_BYTES, "%s: out of memory", device);
	if (port == NULL)
		return rc;
	port->n_queues = (uint16_t)n_queues;
	rc = find_port(port, device, why);
	if (rc != 0)
		goto fail;
	rc = start(port);
	if (rc != 0) {
		snprintf(why, SOURCE_WHY_BYTES, "%s: the port does not start: %s", device,
		         strerror(-rc));
		rc = -EIO;
		goto fail;
	}
	dpdk_stamps_open(&port->stamps, port->id, packet_time);
	*ret_port = port;
	return 0;
fail:
	dpdk_port_close(port);
	return rc;
}

static void release_queues(struct dpdk_port *port)
{
	for (uint16_t i = 0; port->queues != NULL && i < port->n_queues; i++)
		dpdk_held_fini(&port->queues[i].held);
	free(port->queues);
}

void dpdk_port_close(struct dpdk_port *port)
{
	if (port == NULL)
		return;
	release_queues(port);
	if (port->started) {
		rte_eth_dev_stop(port->id);
		rte_eth_dev_close(port->id);
	}
	if (port->made)
		rte_eal_hotplug_remove("vdev", port->name);
	free(port);
}

uint16_t dpdk_port_id(const struct dpdk_port *port)
{
	return port->id;
}

uint32_t dpdk_port_n_queues(const struct dpdk_port *port)
{
	return port->n_queues;
}

int dpdk_port_node(const struct dpdk_port *port)
{
	return port->made ? -1 : rte_eth_dev_socket_id(port->id);
}

struct dpdk_held *dpdk_port_held(struct dpdk_port *port, uint32_t queue)
{
	return &port->queues[queue].held;
}

void dpdk_port_receive(struct dpdk_port *port, uint32_t queue, uint64_t arrival_ns,
                       struct burst *ret_burst)
{
	struct dpdk_held *held = dpdk_port_held(port, queue);

	dpdk_held_release(held);
	ret_burst->layer = LINK_ETHERNET;
	ret_burst->n_frames = rte_eth_rx_burst(port->id, (uint16_t)queue, held->buffers,
	                                       SOURCE_BURST);
	held->n = (uint16_t)ret_burst->n_frames;
	for (uint16_t i = 0; i < held->n; i++) {
		dpdk_held_frame(held, i, &ret_burst->frames[i]);
		ret_burst->frames[i].time_ns = arrival_ns;
	}
	if (port->stamps.source != STAMP_POLL)
		dpdk_stamps_read(&port->stamps, &port->queues[queue].stamps, held, ret_burst);
}

void dpdk_port_look_at_clock(struct dpdk_port *port)
{
	dpdk_stamps_look(&port->stamps, port->id);
}

void dpdk_port_stamps_text(const struct dpdk_port *port, char *ret_text)
{
	dpdk_stamps_text(&port->stamps, ret_text);
}

// What rte_ethdev.h promises of these: ipackets are frames received well; imissed are frames the
// device dropped since its queues were full; ierrors are frames received but wrong; rx_nombuf are
// attempts, not frames, see loses_without_buffer(). imissed and ierrors are in none of the others.
int dpdk_port_counters(struct dpdk_port *port, struct dpdk_counters *ret_counters)
{
	struct rte_eth_stats stats;
	int rc = rte_eth_stats_get(port->id, &stats);

	if (rc != 0)
		return rc;
	*ret_counters = (struct dpdk_counters){
		.received_frames = stats.ipackets,
		.dropped_frames[DROP_MISSED] = stats.imissed,
		.dropped_frames[DROP_NO_BUFFER] = port->takes_before_buffer ? stats.rx_nombuf : 0,
		.dropped_frames[DROP_ERROR] = stats.ierrors,
	};
	return 0;
}
