// Shared by dpdk_eal.c and dpdk_port.c alone.
#pragma once

struct rte_mempool;

// Pool all ports take their packet buffers from; NULL before dpdk_start().
struct rte_mempool *dpdk_buffer_pool(void);
