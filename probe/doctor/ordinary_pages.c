#include "ordinary_pages.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "tree.h"

// LIMIT: the limit of a control group, as containers have, is not looked at.
void ordinary_pages_check(const char *root, uint64_t need_bytes, struct findings *findings)
{
	char text[TREE_TEXT_BYTES];
	int rc = tree_read_text(tree_path(root, "/proc/meminfo"), sizeof(text), text);
	const char *line = rc == 0 ? strstr(text, "MemAvailable:") : NULL;
	uint64_t need_mib = (need_bytes >> 20) + 1;
	uint64_t kib;
	bool enough;

	if (line == NULL || sscanf(line, "MemAvailable: %" SCNu64, &kib) != 1) {
		finding_add(findings, SEVERITY_WARNING, "memory", "look at free -m",
		            "no word of available memory in /proc/meminfo, %" PRIu64
		            " MiB are needed",
		            need_mib);
		return;
	}
	enough = kib / 1024 >= need_mib;
	finding_add(findings, enough ? SEVERITY_OK : SEVERITY_FAULT, "memory",
	            enough ? NULL : "lower max_flows, or free memory",
	            "%" PRIu64 " MiB available, %" PRIu64 " MiB needed for flows and buffers",
	            kib / 1024, need_mib);
}

// The kernel writes all choices and puts brackets around the one in effect.
void ordinary_pages_check_large(const char *root, struct findings *findings)
{
	const char *what = "transparent hugepages";
	char text[TREE_TEXT_BYTES];
	int rc = tree_read_text(tree_path(root, "/sys/kernel/mm/transparent_hugepage/enabled"),
	                        sizeof(text), text);

	if (rc != 0)
		finding_add(findings, SEVERITY_WARNING, what,
		            "use a kernel built with them, or the flow table misses the TLB",
		            "no setting of the kernel (%s)", strerror(-rc));
	else if (strstr(text, "[never]") != NULL)
		finding_add(findings, SEVERITY_WARNING, what,
		            "the flow table misses the TLB: echo madvise "
		            ">/sys/kernel/mm/transparent_hugepage/enabled",
		            "%s", text);
	else
		finding_add(findings, SEVERITY_OK, what, NULL, "%s", text);
}
