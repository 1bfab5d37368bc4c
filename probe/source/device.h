// Names of DPDK devices as people write them: a PCI address or a virtual device, either with
// ",key=value" behind it.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
	DEVICE_PCI_BYTES = 16, // of "0000:3b:00.0" and its end
};

// True for "0000:01:00.0", with or without ",arguments" behind it.
bool device_is_pci(const char *device);

// The address of such a device as the kernel writes it.
void device_pci_address(const char *device, char *ret_address);

// The value of the argument key, cut off where it does not fit; false when it is not there.
bool device_argument(const char *device, const char *key, size_t max_bytes, char *ret_value);
