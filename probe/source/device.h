// Names of DPDK devices as people write them: a PCI address or a virtual device, either with
// ",key=value" behind it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DEVICE_PCI_BYTES = 16, // of "0000:3b:00.0" and its end
};

// True for "0000:01:00.0", with or without ",arguments" behind it.
bool device_is_pci(const char *device);

// The address of such a device as the kernel writes it.
void device_pci_address(const char *device, char *ret_address);

// Receive queues to ask for when so many workers poll: those asked for, if any. Else as many as
// workers from a card or a net_tap, which spread their frames over them. Another virtual device has
// those its arguments make, each with frames of its own that no other gives, or one.
uint32_t device_n_queues(const char *device, uint32_t asked, uint32_t n_workers);

// Whether the driver stamps frames with the time they were captured at: not that of a file.
bool device_stamps_arrival(const char *device);

// The name of the kernel's interface that a virtual device watches; false when it watches none.
bool device_interface(const char *device, size_t max_bytes, char *ret_name);

// Whether the device can be opened again when its interface was deleted and is back.
bool device_reopens(const char *device);

// The value of the argument key, cut off where it does not fit; false when it is not there.
bool device_argument(const char *device, const char *key, size_t max_bytes, char *ret_value);
