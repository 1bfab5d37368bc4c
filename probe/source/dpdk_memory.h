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
	// The least a ring from one worker to another holds.
	DPDK_MIN_PASS_FRAMES = 256,
	// What EAL and the drivers take beside the packet buffers; taken bit by bit on hugepages,
	// at once on ordinary memory.
	DPDK_BASE_HUGE_MIB = 16,
	DPDK_BASE_ORDINARY_MIB = 64,
	// Place a packet buffer takes: on ordinary memory none may cross a 4 KiB page.
	DPDK_BUFFER_HUGE_BYTES = 2560,
	DPDK_BUFFER_ORDINARY_BYTES = 4096,
};

// Frames a ring from one worker to another holds, against an owner that is away for a while; a
// power of two. There are as many rings as pairs of workers: all that one passes into hold together
// what a receive queue does. n_passing is at least 2.
static inline uint32_t dpdk_pass_frames(uint32_t n_passing)
{
	uint32_t n_frames = DPDK_RING_FRAMES;

	while (n_frames > DPDK_MIN_PASS_FRAMES && n_frames * (n_passing - 1) > DPDK_RING_FRAMES)
		n_frames /= 2;
	return n_frames;
}

// n_passing: workers that pass frames, each to every other one; 0 when none do. With the burst each
// receiver has in hand. A pool with less is used up by a worker that is away
// before its ring is full, and the frames are lost where nobody can tell why.
static inline uint32_t dpdk_n_buffers(uint32_t n_queues, uint32_t n_passing)
{
	uint32_t n = n_queues * DPDK_BUFFERS_PER_QUEUE;

	if (n_passing > 1)
		n += n_passing * (n_passing - 1) * (dpdk_pass_frames(n_passing) + SOURCE_BURST);
	return n;
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
