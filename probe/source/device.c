#include "device.h"

#include <stdio.h>
#include <string.h>

#include "cores.h"

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

// Arguments with one of these keys.
static uint32_t count_arguments(const char *device, const char *const *keys, size_t n_keys)
{
	uint32_t n = 0;

	for (const char *at = strchr(device, ','); at != NULL; at = strchr(at, ',')) {
		at++;
		for (size_t i = 0; i < n_keys; i++)
			n += strncmp(at, keys[i], strlen(keys[i])) == 0;
	}
	return n;
}

static bool has_driver(const char *device, const char *driver)
{
	return strncmp(device, driver, strlen(driver)) == 0;
}

// The number an argument gives; one without it.
static uint32_t argument_number(const char *device, const char *key)
{
	char value[16];
	uint32_t n = 1;

	if (device_argument(device, key, sizeof(value), value))
		sscanf(value, "%u", &n);
	return n;
}

// A queue of net_memif more than its peer has would give the frames of the first one again (DPDK
// 22.11): nobody but the user knows how many that are.
static uint32_t wanted_queues(const char *device, uint32_t n_workers)
{
	static const char *const captures[] = {"rx_pcap=", "rx_iface=", "rx_iface_in="};

	if (device_is_pci(device) || has_driver(device, "net_tap"))
		return n_workers;
	if (has_driver(device, "net_pcap"))
		return count_arguments(device, captures, sizeof(captures) / sizeof(*captures));
	if (has_driver(device, "net_af_packet"))
		return argument_number(device, "qpairs");
	if (has_driver(device, "net_af_xdp"))
		return argument_number(device, "queue_count");
	return 1;
}

uint32_t device_n_queues(const char *device, uint32_t asked, uint32_t n_workers)
{
	uint32_t n = asked > 0 ? asked : wanted_queues(device, n_workers);

	if (n == 0)
		return 1;
	return n < MAX_QUEUES ? n : MAX_QUEUES;
}

bool device_stamps_arrival(const char *device)
{
	char value[4];

	return has_driver(device, "net_pcap") &&
	       !device_argument(device, "rx_pcap", sizeof(value), value);
}

bool device_interface(const char *device, size_t max_bytes, char *ret_name)
{
	return !device_is_pci(device) &&
	       (device_argument(device, "iface", max_bytes, ret_name) ||
	        device_argument(device, "rx_iface", max_bytes, ret_name) ||
	        device_argument(device, "rx_iface_in", max_bytes, ret_name));
}

// net_af_xdp of DPDK 22.11 does not give its packet buffers back when it is closed: after a few
// times none would be left for any port. net_tap makes its interface itself, which so does not come
// back.
bool device_reopens(const char *device)
{
	return has_driver(device, "net_pcap") || has_driver(device, "net_af_packet");
}
