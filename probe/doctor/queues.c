#include "queues.h"

#include <inttypes.h>

void queues_check(uint32_t n_queues, uint32_t n_workers, bool shared, struct findings *findings)
{
	const char *mend = NULL;

	if (n_queues == 0)
		return;
	if (n_queues < n_workers && !shared)
		mend = "some workers have nothing to poll: lower workers, let the device have more "
		       "queues, or set spread: inner";
	finding_add(findings, mend != NULL ? SEVERITY_WARNING : SEVERITY_OK, "queues", mend,
	            "%" PRIu32 " to ask for, polled by %" PRIu32 " worker%s", n_queues, n_workers,
	            n_workers == 1 ? "" : "s");
}
