#include "open_files.h"

#include <inttypes.h>
#include <sys/resource.h>

enum {
	// Our own, the uplink's, and what DPDK opens while it looks around.
	BASE_FILES = 64,
	PORT_FILES = 8, // sockets, or a container, a group and interrupts of vfio
	// Each hugepage is a file, of 2 MiB if the pages are small.
	HUGEPAGE_MIB = 2,
};

void open_files_judge(uint64_t limit, uint64_t need, struct findings *findings)
{
	char mend[FINDING_TEXT_BYTES];

	if (limit >= need) {
		finding_add(findings, SEVERITY_OK, "open files", NULL,
		            "a limit of %" PRIu64 ", %" PRIu64 " needed", limit, need);
		return;
	}
	snprintf(mend, sizeof(mend), "ulimit -n %" PRIu64 ", or LimitNOFILE= of systemd", need);
	finding_add(findings, SEVERITY_FAULT, "open files", mend,
	            "a limit of %" PRIu64 ", %" PRIu64 " needed", limit, need);
}

void open_files_check(uint32_t n_ports, uint64_t huge_mib, struct findings *findings)
{
	struct rlimit limit = {0};

	getrlimit(RLIMIT_NOFILE, &limit);
	open_files_judge(limit.rlim_cur,
	                 BASE_FILES + (uint64_t)n_ports * PORT_FILES + huge_mib / HUGEPAGE_MIB,
	                 findings);
}
