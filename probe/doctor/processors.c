#include "processors.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "cpu_list.h"
#include "tree.h"

int processors_worker(const cpu_set_t *allowed)
{
	int worker = -1;

	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, allowed))
			worker = i;
	return worker;
}

static void check_number(const cpu_set_t *allowed, uint32_t n_ports, struct findings *findings)
{
	const char *mend = NULL;
	char list[CPU_LIST_TEXT_BYTES];

	cpu_list_format(allowed, list);
	if (CPU_COUNT(allowed) < 2)
		mend = "polling and all else share one processor: allow a second one, such as "
		       "taskset -c 0,1";
	else if (n_ports > 1)
		mend = "one processor polls all ports: where it drops frames, run one probe a "
		       "port, each with processors of its own by taskset";
	finding_add(findings, mend != NULL ? SEVERITY_WARNING : SEVERITY_OK, "processors", mend,
	            "%s allowed, number %d polls %" PRIu32 " port%s", list,
	            processors_worker(allowed), n_ports, n_ports == 1 ? "" : "s");
}

static void check_isolated(const char *root, int worker, struct findings *findings)
{
	char text[TREE_TEXT_BYTES];
	cpu_set_t isolated;
	char mend[FINDING_TEXT_BYTES];
	int rc = tree_read_text(tree_path(root, "/sys/devices/system/cpu/isolated"), sizeof(text),
	                        text);

	if (rc == 0)
		rc = cpu_list_parse(text, &isolated);
	if (rc != 0) {
		finding_add(findings, SEVERITY_WARNING, "isolated processors",
		            "look at /proc/cmdline for isolcpus", "no list of them (%s)",
		            strerror(-rc));
		return;
	}
	cpu_list_format(&isolated, text);
	if (CPU_ISSET(worker, &isolated)) {
		finding_add(findings, SEVERITY_OK, "isolated processors", NULL,
		            "%s, number %d that polls among them", text, worker);
		return;
	}
	if (CPU_COUNT(&isolated) > 0)
		snprintf(mend, sizeof(mend), "start the probe with taskset -c 0,%d",
		         processors_worker(&isolated));
	else
		snprintf(mend, sizeof(mend),
		         "others may run where the probe polls: boot with isolcpus=%d nohz_full=%d "
		         "and start it with taskset -c 0,%d",
		         worker, worker, worker);
	finding_add(findings, SEVERITY_WARNING, "isolated processors", mend, "%s, number %d polls",
	            text, worker);
}

// Virtual machines mostly show none: their host sets the speed.
static void check_governor(const char *root, int worker, struct findings *findings)
{
	char text[64];
	int rc = tree_read_text(
		tree_path(root, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", worker),
		sizeof(text), text);
	char mend[FINDING_TEXT_BYTES];
	bool full_speed;

	if (rc != 0) {
		finding_add(findings, SEVERITY_OK, "frequency governor", NULL,
		            "none to read for processor %d (%s)", worker, strerror(-rc));
		return;
	}
	full_speed = strcmp(text, "performance") == 0;
	snprintf(mend, sizeof(mend), "cpupower -c %d frequency-set -g performance", worker);
	finding_add(findings, full_speed ? SEVERITY_OK : SEVERITY_WARNING, "frequency governor",
	            full_speed ? NULL : mend, "%s on processor %d", text, worker);
}

void processors_check(const char *root, const cpu_set_t *allowed, uint32_t n_ports,
                      struct findings *findings)
{
	int worker = processors_worker(allowed);

	if (worker < 0 || n_ports == 0)
		return;
	check_number(allowed, n_ports, findings);
	check_isolated(root, worker, findings);
	check_governor(root, worker, findings);
}
