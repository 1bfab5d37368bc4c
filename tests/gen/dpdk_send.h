// The port that made frames leave by: any PCI device or virtual device of DPDK, one transmit queue.
// One process has one. Where DPDK is not installed, dpdk_send_absent.c answers -ENOTSUP instead.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	DPDK_SEND_BURST = 32,
	DPDK_SEND_FRAME_BYTES = 2048,
};

// Opens the port of a device that dpdk_start() was told of, and starts it. 0; -ENODEV or -EIO; why
// has SOURCE_WHY_BYTES.
int dpdk_send_open(const char *device, char *why);
void dpdk_send_close(void);

// Whether there is somebody at the other end.
bool dpdk_send_link_is_up(void);

// Puts a copy of a frame at the end of the burst, which must have room. 0; -ENOMEM while buffers
// are still on their way; -EMSGSIZE when the frame fits no buffer.
int dpdk_send_add(const uint8_t *data, uint32_t n_bytes);

// Makes n_frames buffers the burst, which must be empty, and says where their frames go: each place
// has DPDK_SEND_FRAME_BYTES. 0; -ENOMEM while buffers are still on their way.
int dpdk_send_reserve(uint32_t n_frames, uint8_t **ret_places);

// Says how long the frames of the reserved burst have become.
void dpdk_send_set_bytes(const uint16_t *n_bytes);

// Offers the first n_frames of the burst to the port once. Returns how many it took, from the
// front.
uint32_t dpdk_send_offer(uint32_t n_frames);
