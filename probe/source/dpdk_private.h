// Shared by the files that know DPDK's headers alone.
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include "source.h"

enum {
	// The longest frame a capture file or a jumbo port can give us in pieces.
	MAX_FRAME_BYTES = 1 << 18,
};

// Pool all ports take their packet buffers from; NULL before dpdk_start().
struct rte_mempool *dpdk_buffer_pool(void);

// Before DPDK starts: makes the directory its telemetry socket will be in; false when there can be
// none.
bool dpdk_telemetry_prepare(const char *prefix);

// The buffers of a burst, held until its frames have been counted. One that has been given away is
// NULL.
struct dpdk_held {
	uint16_t n;
	struct rte_mbuf *buffers[SOURCE_BURST];
	// Frames that arrived in pieces are put together here, each at its own place. Reserved, and
	// real only where it has been touched.
	uint8_t (*whole)[MAX_FRAME_BYTES];
};

struct dpdk_port;

// Its number in DPDK.
uint16_t dpdk_port_id(const struct dpdk_port *port);

// What a receive queue holds.
struct dpdk_held *dpdk_port_held(struct dpdk_port *port, uint32_t queue);

static inline int dpdk_held_init(struct dpdk_held *held)
{
	held->whole = calloc(SOURCE_BURST, MAX_FRAME_BYTES);
	return held->whole != NULL ? 0 : -ENOMEM;
}

static inline void dpdk_held_release(struct dpdk_held *held)
{
	rte_pktmbuf_free_bulk(held->buffers, held->n);
	held->n = 0;
}

static inline void dpdk_held_fini(struct dpdk_held *held)
{
	dpdk_held_release(held);
	free(held->whole);
}

// Puts the pieces of a frame together, and returns how many bytes there were. The pieces say
// themselves how long they are: net_pcap of DPDK 22.11 announces 80,000 bytes for such a frame,
// but passes on only what its 16-bit counter held.
static inline uint32_t dpdk_gather(const struct rte_mbuf *piece, uint8_t *ret_whole)
{
	uint32_t n_bytes = 0;

	for (; piece != NULL && n_bytes + piece->data_len <= MAX_FRAME_BYTES; piece = piece->next) {
		memcpy(ret_whole + n_bytes, rte_pktmbuf_mtod(piece, const uint8_t *),
		       piece->data_len);
		n_bytes += piece->data_len;
	}
	return n_bytes;
}

// The parser reads contiguous bytes. Nearly every frame is one piece and is used where it lies.
static inline void dpdk_held_frame(const struct dpdk_held *held, uint16_t at,
                                   struct frame *ret_frame)
{
	const struct rte_mbuf *buffer = held->buffers[at];

	ret_frame->data = rte_pktmbuf_mtod(buffer, const uint8_t *);
	ret_frame->captured_bytes = buffer->data_len;
	if (buffer->nb_segs > 1) {
		ret_frame->captured_bytes = dpdk_gather(buffer, held->whole[at]);
		ret_frame->data = held->whole[at];
	}
	ret_frame->wire_bytes = RTE_MAX(buffer->pkt_len, ret_frame->captured_bytes);
}
