#include "pci.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "cpu_list.h"
#include "node.h"
#include "tree.h"

#define DEVICES "/sys/bus/pci/devices"

enum {
	CLASS_NETWORK = 0x02, // the upper of the three bytes of a device's class
};

// A card under examination.
struct card {
	const char *root, *link, *address;
	struct findings *findings;
};

__attribute__((format(printf, 5, 6))) static void say(const struct card *card,
                                                      enum severity severity, const char *subject,
                                                      const char *mend, const char *found, ...)
{
	char what[FINDING_WHAT_BYTES], text[FINDING_TEXT_BYTES];
	va_list list;

	va_start(list, found);
	vsnprintf(text, sizeof(text), found, list);
	va_end(list);
	snprintf(what, sizeof(what), "link %s %s", card->link, subject);
	finding_add(card->findings, severity, what, mend, "%s", text);
}

static bool check_device(const struct card *card)
{
	struct tree_path device = tree_path(card->root, DEVICES "/%s", card->address);
	int64_t class;

	if (!tree_has(device)) {
		say(card, SEVERITY_FAULT, "device",
		    "write an address that dpdk-devbind.py --status shows", "no PCI device %s",
		    card->address);
		return false;
	}
	if (tree_read_number(tree_path(device.text, "/class"), &class) == 0 &&
	    class >> 16 != CLASS_NETWORK) {
		say(card, SEVERITY_FAULT, "device",
		    "write an address that dpdk-devbind.py --status shows as a network device",
		    "%s to be no network card but of class 0x%06" PRIx64, card->address,
		    (uint64_t) class);
		return false;
	}
	say(card, SEVERITY_OK, "device", NULL, "network card %s", card->address);
	return true;
}

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

// Returns whether the card goes through vfio, or should.
static bool check_driver(const struct card *card)
{
	static const char *const shared[] = {"mlx4_core", "mlx5_core", NULL};
	static const char *const uio[] = {"uio_pci_generic", "igb_uio", NULL};
	char driver[64], mend[FINDING_TEXT_BYTES];
	int rc = tree_read_link(tree_path(card->root, DEVICES "/%s/driver", card->address),
	                        sizeof(driver), driver);

	snprintf(mend, sizeof(mend), "dpdk-devbind.py --bind=vfio-pci %s", card->address);
	if (rc != 0) {
		say(card, SEVERITY_FAULT, "driver", mend, "none (%s)", strerror(-rc));
	} else if (is_one_of(driver, shared)) {
		say(card, SEVERITY_OK, "driver", NULL, "%s, which shares the card with DPDK",
		    driver);
		return false;
	} else if (is_one_of(driver, uio)) {
		say(card, SEVERITY_WARNING, "driver", mend,
		    "%s, which needs root and lets the card write anywhere in memory", driver);
		return false;
	} else if (strcmp(driver, "vfio-pci") != 0) {
		say(card, SEVERITY_FAULT, "driver", mend, "%s, a driver of the kernel", driver);
	} else {
		say(card, SEVERITY_OK, "driver", NULL, "%s", driver);
	}
	return true;
}

static void check_module(const struct card *card)
{
	if (tree_has(tree_path(card->root, "/sys/bus/pci/drivers/vfio-pci")))
		say(card, SEVERITY_OK, "vfio", NULL, "vfio-pci in the kernel");
	else
		say(card, SEVERITY_FAULT, "vfio", "modprobe vfio-pci",
		    "no driver vfio-pci in the kernel");
}

static void check_group_rights(const struct card *card, const char *group)
{
	struct tree_path path = tree_path(card->root, "/dev/vfio/%s", group);

	if (access(path.text, R_OK | W_OK) == 0)
		say(card, SEVERITY_OK, "IOMMU", NULL, "group %s", group);
	else if (errno == ENOENT)
		say(card, SEVERITY_OK, "IOMMU", NULL,
		    "group %s, which nobody has bound to vfio yet", group);
	else
		say(card, SEVERITY_WARNING, "IOMMU", "run the probe as root, or as its owner",
		    "group %s, but /dev/vfio/%s is not ours (%s)", group, group, strerror(errno));
}

static void check_iommu(const struct card *card)
{
	struct tree_path mode = tree_path(card->root,
	                                  "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
	const char *mend = "switch it on in the firmware and boot with intel_iommu=on iommu=pt "
			   "(AMD: iommu=pt)";
	char group[32], text[16];

	if (tree_read_link(tree_path(card->root, DEVICES "/%s/iommu_group", card->address),
	                   sizeof(group), group) == 0)
		check_group_rights(card, group);
	else if (tree_read_text(mode, sizeof(text), text) == 0 && text[0] == 'Y')
		say(card, SEVERITY_WARNING, "IOMMU", mend,
		    "none, but vfio's no-IOMMU mode: the card may write anywhere in memory");
	else
		say(card, SEVERITY_FAULT, "IOMMU", mend, "none for this card");
}

static void check_node(const struct card *card, int worker)
{
	char list[CPU_LIST_TEXT_BYTES], mend[FINDING_TEXT_BYTES];
	cpu_set_t near;
	int64_t node;

	if (tree_read_number(tree_path(card->root, DEVICES "/%s/numa_node", card->address),
	                     &node) != 0 ||
	    node < 0 || node_processors(card->root, (int)node, &near) != 0) {
		say(card, SEVERITY_OK, "node", NULL, "none that is nearer than others");
		return;
	}
	cpu_list_format(&near, list);
	if (worker >= 0 && CPU_ISSET(worker, &near)) {
		say(card, SEVERITY_OK, "node", NULL, "node %" PRId64 ", where processor %d polls",
		    node, worker);
		return;
	}
	snprintf(mend, sizeof(mend), "start the probe with taskset -c and processors of %s", list);
	say(card, SEVERITY_WARNING, "node", mend,
	    "node %" PRId64 ", far from processor %d that polls", node, worker);
}

void pci_check(const char *root, const char *link, const char *address, int worker,
               struct findings *findings)
{
	const struct card card = {root, link, address, findings};

	if (!check_device(&card))
		return;
	if (check_driver(&card)) {
		check_module(&card);
		check_iommu(&card);
	}
	check_node(&card, worker);
}
