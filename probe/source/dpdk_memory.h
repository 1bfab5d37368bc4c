// What DPDK takes for itself, the drivers and the packet buffers: of so many receive queues, and of
// the rings by which so many workers pass frames to each other. Known without DPDK, for whoever
// must say it beforehand.
#pragma once

#include <stdint.h>

#include "source.h"

enum {
	// Frames a queue can hold between two polls; drivers with shorter rings get less.
	DPDK_RING_FRAMES = 4096,
	// Ring, burst in hand, and the drivers' own look-ahead.
	DPDK_BUFFERS_PER_QUEUE = 2 * DPDK_RING_FRAMES,
	// Frames on their way from one worker to another: against an owner that is away for a
	// while; a power of two.
	DPDK_PASS_FRAMES = 4096,
	// Those, and the burst the receiver has in hand. A pool with less is used up by a worker
	// that is away before its ring is full, and the frames are lost where nobody can tell why.
	DPDK_BUFFERS_PER_PASS = DPDK_PASS_FRAMES + SOURCE_BURST,
	// What EAL and the drivers take beside the packet buffers; taken bit by bit on hugepages,
	// at once on ordinary memory.
	DPDK_BASE_HUGE_MIB = 16,
	DPDK_BASE_ORDINARY_MIB = 64,
	// Place a packet buffer takes: on ordinary memory none may cross a 4 KiB page.
	DPDK_BUFFER_HUGE_BYTES = 2560,
	DPDK_BUFFER_ORDINARY_BYTES = 4096,
};

// n_passing: workers that pass frames, each to every other one; 0 when none do.
static inline uint32_t dpdk_n_buffers(uint32_t n_queues, uint32_t n_passing)
{
	uint32_t n_ways = n_passing > 1 ? n_passing * (n_passing - 1) : 0;

	return n_queues * DPDK_BUFFERS_PER_QUEUE + n_ways * DPDK_BUFFERS_PER_PASS;
}

static inline uint64_t dpdk_buffers_mib(uint32_t n_buffers, uint64_t buffer_bytes)
{
	return (n_buffers * buffer_bytes >> 20) + 1;
}

static inline uint64_t dpdk_huge_mib(uint32_t n_buffers)
{
	return DPDK_BASE_HUGE_MIB + dpdk_buffers_mib(n_buffers, DPDK_BUFFER_HUGE_BYTES);
}

static inline uint64_t dpdk_ordinary_mib(uint32_t n_buffers)
{
	return DPDK_BASE_ORDINARY_MIB + dpdk_buffers_mib(n_buffers, DPDK_BUFFER_ORDINARY_BYTES);
}
