#include "link.h"

#include <stdbool.h>
#include <string.h>

#include "probe/source/device.h"

#include "capture.h"
#include "interface.h"
#include "pci.h"
#include "tree.h"

static bool begins(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

static void say_device(const struct link_config *link, enum severity severity, const char *mend,
                       const char *kind, struct findings *findings)
{
	char what[FINDING_WHAT_BYTES];

	snprintf(what, sizeof(what), "link %s device", link->name);
	finding_add(findings, severity, what, mend, "%s %s", kind, link->device);
}

static void check_interface(const char *root, const struct link_config *link, const char *key,
                            struct findings *findings)
{
	char interface[CONFIG_MAX_TEXT_BYTES] = "";

	device_argument(link->device, key, sizeof(interface), interface);
	interface_check(root, link->name, interface, findings);
}

// net_pcap plays a file, or watches an interface through libpcap.
static void check_net_pcap(const char *root, const struct link_config *link,
                           struct findings *findings)
{
	char value[CONFIG_MAX_TEXT_BYTES];

	if (device_argument(link->device, "rx_pcap", sizeof(value), value))
		capture_check(link->name, value, true, findings);
	else if (device_argument(link->device, "rx_iface", sizeof(value), value))
		check_interface(root, link, "rx_iface", findings);
	else if (device_argument(link->device, "iface", sizeof(value), value))
		check_interface(root, link, "iface", findings);
	else
		say_device(link, SEVERITY_FAULT, "add rx_pcap=FILE or iface=NAME",
		           "nothing to receive from in", findings);
}

// The other virtual devices are DPDK's to judge. What looks like an interface was meant as one.
static void check_other(const char *root, const struct link_config *link, struct findings *findings)
{
	char mend[FINDING_TEXT_BYTES];

	snprintf(mend, sizeof(mend), "write net_af_packet0,iface=%s", link->device);
	if (begins(link->device, "net_"))
		say_device(link, SEVERITY_OK, NULL, "virtual device", findings);
	else if (strchr(link->device, '/') == NULL &&
	         tree_has(tree_path(root, "/sys/class/net/%s", link->device)))
		say_device(link, SEVERITY_FAULT, mend, "an interface of the kernel:", findings);
	else
		say_device(link, SEVERITY_WARNING,
		           "write a PCI address such as 0000:3b:00.0, or a virtual device such as "
		           "net_af_packet0,iface=NAME",
		           "neither a PCI address nor a known virtual device:", findings);
}

void link_check(const char *root, const struct link_config *link, int worker,
                struct findings *findings)
{
	char address[DEVICE_PCI_BYTES];

	if (link->source == LINK_SOURCE_PCAP) {
		capture_check(link->name, link->device, false, findings);
	} else if (device_is_pci(link->device)) {
		device_pci_address(link->device, address);
		pci_check(root, link->name, address, worker, findings);
	} else if (begins(link->device, "net_af_packet") || begins(link->device, "net_af_xdp")) {
		check_interface(root, link, "iface", findings);
	} else if (begins(link->device, "net_pcap")) {
		check_net_pcap(root, link, findings);
	} else {
		check_other(root, link, findings);
	}
}
