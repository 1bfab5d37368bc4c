#include "collector.h"

#include <unistd.h>

#include "probe/uplink/address.h"
#include "probe/uplink/dial.h"
#include "proto/base/clock.h"

#define PATIENCE_NS (2 * NS_PER_S)

// Reports wait for a collector, so a missing one is no fault.
void collector_check(const char *text, struct findings *findings)
{
	static const _Atomic bool never;
	char what[FINDING_WHAT_BYTES], why[FINDING_TEXT_BYTES];
	struct address address;
	int fd;

	snprintf(what, sizeof(what), "collector %s", text);
	if (address_parse(text, &address) != NULL)
		return;
	fd = dial(&address, PATIENCE_NS, &never, why, sizeof(why));
	if (fd < 0) {
		finding_add(findings, SEVERITY_WARNING, what,
		            "start it, or mend the way to it; reports wait until then",
		            "no connection (%s)", why);
		return;
	}
	close(fd);
	finding_add(findings, SEVERITY_OK, what, NULL, "it listening");
}
