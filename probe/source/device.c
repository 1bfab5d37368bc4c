#include "device.h"

#include <stdio.h>
#include <string.h>

struct pci_address {
	unsigned int domain, bus, slot, function;
};

static bool read_address(const char *device, struct pci_address *ret_address)
{
	int n_bytes = 0;

	return sscanf(device, "%4x:%2x:%2x.%1x%n", &ret_address->domain, &ret_address->bus,
	              &ret_address->slot, &ret_address->function, &n_bytes) == 4 &&
	       (device[n_bytes] == '\0' || device[n_bytes] == ',');
}

bool device_is_pci(const char *device)
{
	struct pci_address address;

	return read_address(device, &address);
}

void device_pci_address(const char *device, char *ret_address)
{
	struct pci_address address = {0};

	read_address(device, &address);
	snprintf(ret_address, DEVICE_PCI_BYTES, "%04x:%02x:%02x.%x", address.domain & 0xffff,
	         address.bus & 0xff, address.slot & 0xff, address.function & 0xf);
}

bool device_argument(const char *device, const char *key, size_t max_bytes, char *ret_value)
{
	size_t key_bytes = strlen(key);

	for (const char *at = strchr(device, ','); at != NULL; at = strchr(at, ',')) {
		at++;
		if (strncmp(at, key, key_bytes) == 0 && at[key_bytes] == '=') {
			at += key_bytes + 1;
			snprintf(ret_value, max_bytes, "%.*s", (int)strcspn(at, ","), at);
			return true;
		}
	}
	return false;
}
