#include "interface.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>

#include "tree.h"

#define CAPABILITY(number) (UINT64_C(1) << (number))
#define CAPABILITIES       (CAPABILITY(CAP_NET_RAW) | CAPABILITY(CAP_NET_ADMIN))

static bool is_name(const char *interface)
{
	size_t n_bytes = strlen(interface);

	return n_bytes > 0 && n_bytes < IF_NAMESIZE && strchr(interface, '/') == NULL &&
	       strcmp(interface, ".") != 0 && strcmp(interface, "..") != 0;
}

// Without a cable the kernel answers 0, of an interface that is down it answers nothing.
static void check_state(struct tree_path directory, const char *what, const char *interface,
                        struct findings *findings)
{
	char mend[FINDING_TEXT_BYTES];
	int64_t flags, carrier;
	int rc = tree_read_number(tree_path(directory.text, "/flags"), &flags);

	snprintf(mend, sizeof(mend), "ip link set %s up", interface);
	if (rc != 0)
		finding_add(findings, SEVERITY_WARNING, what, "look at ip link",
		            "%s, whose state cannot be read (%s)", interface, strerror(-rc));
	else if ((flags & IFF_UP) == 0)
		finding_add(findings, SEVERITY_FAULT, what, mend, "%s to be down", interface);
	else if (tree_read_number(tree_path(directory.text, "/carrier"), &carrier) != 0 ||
	         carrier == 0)
		finding_add(findings, SEVERITY_WARNING, what,
		            "look at the cable and at the other end", "%s up, without a carrier",
		            interface);
	else
		finding_add(findings, SEVERITY_OK, what, NULL, "%s up, with a carrier", interface);
}

// Promiscuous is what the probe makes it, with the right to.
static void check_rights(const char *root, const char *what, struct findings *findings)
{
	char text[TREE_TEXT_BYTES];
	int rc = tree_read_text(tree_path(root, "/proc/self/status"), sizeof(text), text);
	const char *line = rc == 0 ? strstr(text, "\nCapEff:") : NULL;
	uint64_t effective;

	if (line == NULL || sscanf(line, "\nCapEff: %" SCNx64, &effective) != 1)
		finding_add(findings, SEVERITY_WARNING, what, "run the probe as root",
		            "no word of capabilities in /proc/self/status");
	else if ((effective & CAPABILITIES) != CAPABILITIES)
		finding_add(findings, SEVERITY_WARNING, what,
		            "run the probe, and this, as root or with both",
		            "no CAP_NET_RAW with CAP_NET_ADMIN, which a promiscuous socket takes");
	else
		finding_add(findings, SEVERITY_OK, what, NULL,
		            "CAP_NET_RAW and CAP_NET_ADMIN, so it can be promiscuous");
}

void interface_check(const char *root, const char *link, const char *interface,
                     struct findings *findings)
{
	struct tree_path directory = tree_path(root, "/sys/class/net/%s", interface);
	char what[FINDING_WHAT_BYTES];

	snprintf(what, sizeof(what), "link %s interface", link);
	if (!is_name(interface) || !tree_has(directory)) {
		finding_add(findings, SEVERITY_FAULT, what,
		            "write iface=NAME with a name that ip link shows",
		            "no interface \"%s\"", interface);
		return;
	}
	check_state(directory, what, interface, findings);
	snprintf(what, sizeof(what), "link %s rights", link);
	check_rights(root, what, findings);
}
