// Shared by dpdk_eal.c and dpdk_port.c alone.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct rte_mempool;

enum {
	// Frames a port can hold between two polls; drivers with shorter rings get less.
	DPDK_RING_FRAMES = 4096,
	// Ring, burst in hand, and the drivers' own look-ahead.
	DPDK_BUFFERS_PER_PORT = 2 * DPDK_RING_FRAMES,
};

// Pool all ports take their packet buffers from; NULL before dpdk_start().
struct rte_mempool *dpdk_buffer_pool(void);

// True for "0000:01:00.0", with or without ",arguments" behind it.
bool dpdk_is_pci(const char *device);
