// Frames on their way from one worker to another: whole packet buffers change hands.
#include "dpdk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_errno.h>
#include <rte_ring.h>

#include "dpdk_memory.h"
#include "dpdk_private.h"

struct dpdk_ring {
	struct rte_ring *ring;
	// The receiver's own.
	_Alignas(64) struct dpdk_held held;
	uint16_t next; // of the held ones, to be handed out
};

int dpdk_ring_new(uint32_t from, uint32_t to, uint32_t n_frames, struct dpdk_ring **ret_ring)
{
	struct dpdk_ring *ring = aligned_alloc(_Alignof(struct dpdk_ring), sizeof(*ring));
	char name[32];

	if (ring == NULL)
		return -ENOMEM;
	memset(ring, 0, sizeof(*ring));
	snprintf(name, sizeof(name), "pass_%u_%u", from, to);
	ring->ring = rte_ring_create(name, n_frames, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (ring->ring == NULL || dpdk_held_init(&ring->held) != 0) {
		dpdk_ring_free(ring);
		return -ENOMEM;
	}
	*ret_ring = ring;
	return 0;
}

static void fill(struct dpdk_ring *ring)
{
	dpdk_held_release(&ring->held);
	ring->next = 0;
	ring->held.n = (uint16_t)rte_ring_sc_dequeue_burst(ring->ring, (void **)ring->held.buffers,
	                                                   SOURCE_BURST, NULL);
}

void dpdk_ring_free(struct dpdk_ring *ring)
{
	if (ring == NULL)
		return;
	while (ring->ring != NULL && rte_ring_count(ring->ring) > 0)
		fill(ring);
	dpdk_held_fini(&ring->held);
	rte_ring_free(ring->ring);
	free(ring);
}

// Link and time travel in fields of the buffer that only its driver, which has filled it, and a
// sender, which we are not, would use.
bool dpdk_ring_pass(struct dpdk_ring *ring, struct dpdk_port *port, uint32_t queue, uint32_t at,
                    uint32_t link, uint64_t time_ns)
{
	struct dpdk_held *held = dpdk_port_held(port, queue);
	struct rte_mbuf *buffer = held->buffers[at];

	buffer->port = (uint16_t)link;
	buffer->tx_offload = time_ns;
	if (rte_ring_sp_enqueue(ring->ring, buffer) != 0)
		return false;
	held->buffers[at] = NULL;
	return true;
}

uint32_t dpdk_ring_receive(struct dpdk_ring *ring, struct burst *ret_burst)
{
	const struct dpdk_held *held = &ring->held;
	uint32_t link;

	ret_burst->layer = LINK_ETHERNET;
	ret_burst->n_frames = 0;
	if (ring->next == held->n)
		fill(ring);
	if (held->n == 0)
		return 0;
	link = held->buffers[ring->next]->port;
	while (ring->next < held->n && held->buffers[ring->next]->port == link) {
		struct frame *frame = &ret_burst->frames[ret_burst->n_frames++];

		dpdk_held_frame(held, ring->next, frame);
		frame->time_ns = held->buffers[ring->next]->tx_offload;
		ring->next++;
	}
	return link;
}
