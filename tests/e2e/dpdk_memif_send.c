// usage: dpdk_memif_send DEVICE N_QUEUES FILE
//
// Sends the frames of a capture on a port that is another process's receive side, one queue after
// the other. A frame longer than a packet buffer leaves in pieces.
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "probe/source/dpdk.h"
#include "probe/source/dpdk_private.h"

enum {
	WAIT_MS = 10000,
	// Behind the last frame: closing takes the ring away from a reader who has not read it.
	LINGER_MS = 1000,
	MAX_PIECE_BYTES = 2000,
};

static void nap(unsigned int ms)
{
	usleep(ms * 1000);
}

static int open_port(const char *device, uint16_t n_queues, uint16_t *ret_id)
{
	const struct rte_eth_conf conf = {0};
	char name[64];
	int n_name = (int)strcspn(device, ",");

	snprintf(name, sizeof(name), "%.*s", n_name, device);
	if (device[n_name] != ',' || rte_eal_hotplug_add("vdev", name, device + n_name + 1) != 0 ||
	    rte_eth_dev_get_port_by_name(name, ret_id) != 0 ||
	    rte_eth_dev_configure(*ret_id, 0, n_queues, &conf) != 0)
		return -1;
	for (uint16_t i = 0; i < n_queues; i++)
		if (rte_eth_tx_queue_setup(*ret_id, i, 1024, SOCKET_ID_ANY, NULL) != 0)
			return -1;
	return rte_eth_dev_start(*ret_id);
}

static int wait_for_link(uint16_t id)
{
	for (int ms = 0; ms < WAIT_MS; ms++) {
		struct rte_eth_link link = {0};

		if (rte_eth_link_get_nowait(id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP)
			return 0;
		nap(1);
	}
	return -1;
}

// NULL when there are no packet buffers.
static struct rte_mbuf *make_frame(const u_char *data, uint32_t n_bytes)
{
	struct rte_mbuf *whole = NULL;

	while (n_bytes > 0) {
		uint16_t n_piece = (uint16_t)RTE_MIN(n_bytes, (uint32_t)MAX_PIECE_BYTES);
		struct rte_mbuf *piece = rte_pktmbuf_alloc(dpdk_buffer_pool());

		if (piece == NULL)
			break;
		memcpy(rte_pktmbuf_append(piece, n_piece), data, n_piece);
		data += n_piece;
		n_bytes -= n_piece;
		if (whole == NULL)
			whole = piece;
		else if (rte_pktmbuf_chain(whole, piece) != 0)
			break;
	}
	return whole;
}

static int send_frame(uint16_t id, uint16_t queue, const u_char *data, uint32_t n_bytes)
{
	struct rte_mbuf *frame = make_frame(data, n_bytes);

	if (frame == NULL || frame->pkt_len != n_bytes)
		return -1;
	for (int ms = 0; ms < WAIT_MS; ms++) {
		if (rte_eth_tx_burst(id, queue, &frame, 1) == 1)
			return 0;
		nap(1);
	}
	return -1;
}

static int send_file(uint16_t id, uint16_t n_queues, const char *path)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *capture = pcap_open_offline(path, why);
	struct pcap_pkthdr *header;
	const u_char *data;
	uint16_t queue = 0;
	int rc = 0;

	if (capture == NULL)
		return -1;
	while (rc == 0 && pcap_next_ex(capture, &header, &data) == 1) {
		rc = send_frame(id, queue, data, header->caplen);
		queue = (uint16_t)((queue + 1) % n_queues);
	}
	pcap_close(capture);
	nap(LINGER_MS);
	return rc;
}

int main(int argc, char **argv)
{
	const char *const eal[] = {"--no-huge"};
	struct dpdk_options options = {.n_devices = 1, .arguments = eal, .n_arguments = 1};
	char why[SOURCE_WHY_BYTES] = "usage: dpdk_memif_send DEVICE N_QUEUES FILE";
	uint16_t n_queues, id;

	options.devices = (const char *const *)&argv[1];
	if (argc != 4 || dpdk_start(&options, why) != 0) {
		fprintf(stderr, "%s\n", why);
		return 2;
	}
	n_queues = (uint16_t)atoi(argv[2]);
	if (open_port(argv[1], n_queues, &id) != 0 || wait_for_link(id) != 0 ||
	    send_file(id, n_queues, argv[3]) != 0) {
		fprintf(stderr, "the frames were not sent\n");
		return 1;
	}
	rte_eth_dev_stop(id);
	rte_eth_dev_close(id);
	dpdk_stop();
	return 0;
}
