#include "capture.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "probe/source/pcap.h"

// Reads a burst; 0, or what pcap_source_receive() answered with why.
static int read_beginning(const char *path, enum link_layer *ret_layer, char *why)
{
	struct pcap_source *source = pcap_source_new(&path, 1);
	struct burst burst;
	int rc;

	if (source == NULL) {
		snprintf(why, SOURCE_WHY_BYTES, "no memory to read %s", path);
		return -ENOMEM;
	}
	rc = pcap_source_receive(source, &burst, why);
	pcap_source_free(source);
	if (rc < 0)
		return rc;
	*ret_layer = burst.layer;
	return 0;
}

static void check_content(const char *what, const char *path, bool ethernet_only,
                          struct findings *findings)
{
	char why[SOURCE_WHY_BYTES];
	enum link_layer layer;

	if (read_beginning(path, &layer, why) != 0)
		finding_add(findings, SEVERITY_FAULT, what, "write the path of a whole capture",
		            "%s", why);
	else if (ethernet_only && layer != LINK_ETHERNET)
		finding_add(findings, SEVERITY_FAULT, what,
		            "use source pcap, which knows other link types",
		            "%s not recorded on Ethernet, as net_pcap takes it", path);
	else
		finding_add(findings, SEVERITY_OK, what, NULL, "a capture in %s", path);
}

void capture_check(const char *link, const char *path, bool ethernet_only,
                   struct findings *findings)
{
	char what[FINDING_WHAT_BYTES];
	struct stat about;

	snprintf(what, sizeof(what), "link %s capture", link);
	if (strcmp(path, "-") == 0)
		finding_add(findings, SEVERITY_OK, what, NULL,
		            "standard input, which is not looked at");
	else if (stat(path, &about) != 0)
		finding_add(findings, SEVERITY_FAULT, what,
		            "write the path of a capture this user can read", "no %s (%s)", path,
		            strerror(errno));
	else if (!S_ISREG(about.st_mode))
		finding_add(findings, SEVERITY_WARNING, what,
		            "make sure that a capture arrives there",
		            "%s to be no regular file, which is not looked at", path);
	else
		check_content(what, path, ethernet_only, findings);
}
