// Stands in for dpdk_send.c where DPDK is not installed; dpdk_start() has already said so.
#include "dpdk_send.h"

#include <errno.h>

int dpdk_send_open(const char *device, char *why)
{
	return -ENOTSUP;
}

void dpdk_send_close(void)
{
}

bool dpdk_send_link_is_up(void)
{
	return false;
}

int dpdk_send_add(const uint8_t *data, uint32_t n_bytes)
{
	return -ENOTSUP;
}

int dpdk_send_reserve(uint32_t n_frames, uint8_t **ret_places)
{
	return -ENOTSUP;
}

void dpdk_send_set_bytes(const uint16_t *n_bytes)
{
}

uint32_t dpdk_send_offer(uint32_t n_frames)
{
	return 0;
}
