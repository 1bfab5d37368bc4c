// What DPDK takes for itself, the drivers and the packet buffers of so many receive queues. Known
// without DPDK, for whoever must say it beforehand.
#pragma once

#include <stdint.h>

enum {
	// Frames a queue can hold between two polls; drivers with shorter rings get less.
	DPDK_RING_FRAMES = 4096,
	// Ring, burst in hand, and the drivers' own look-ahead.
	DPDK_BUFFERS_PER_QUEUE = 2 * DPDK_RING_FRAMES,
	// What EAL and the drivers take beside the packet buffers; taken bit by bit on hugepages,
	// at once on ordinary memory.
	DPDK_BASE_HUGE_MIB = 16,
	DPDK_BASE_ORDINARY_MIB = 64,
	// Place a packet buffer takes: on ordinary memory none may cross a 4 KiB page.
	DPDK_BUFFER_HUGE_BYTES = 2560,
	DPDK_BUFFER_ORDINARY_BYTES = 4096,
};

static inline uint64_t dpdk_buffers_mib(uint32_t n_queues, uint64_t buffer_bytes)
{
	return (n_queues * DPDK_BUFFERS_PER_QUEUE * buffer_bytes >> 20) + 1;
}

static inline uint64_t dpdk_huge_mib(uint32_t n_queues)
{
	return DPDK_BASE_HUGE_MIB + dpdk_buffers_mib(n_queues, DPDK_BUFFER_HUGE_BYTES);
}

static inline uint64_t dpdk_ordinary_mib(uint32_t n_queues)
{
	return DPDK_BASE_ORDINARY_MIB + dpdk_buffers_mib(n_queues, DPDK_BUFFER_ORDINARY_BYTES);
}
