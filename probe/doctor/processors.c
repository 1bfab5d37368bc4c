#include "processors.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "probe/source/cores.h"

#include "cpu_list.h"
#include "tree.h"

enum {
	POLLS_TEXT_BYTES = CPU_LIST_TEXT_BYTES + 32,
};

static void pollers_of(const cpu_set_t *allowed, uint32_t n_workers, cpu_set_t *ret_pollers)
{
	struct cores cores;

	cores_choose(allowed, n_workers, &cores);
	CPU_ZERO(ret_pollers);
	for (uint32_t i = 0; i < n_workers; i++)
		CPU_SET(cores.worker[i], ret_pollers);
}

// "number 3 polls", "numbers 2-3 poll".
static void polls_format(const cpu_set_t *pollers, char *ret_text)
{
	bool one = CPU_COUNT(pollers) == 1;
	char list[CPU_LIST_TEXT_BYTES];

	cpu_list_format(pollers, list);
	snprintf(ret_text, POLLS_TEXT_BYTES, "number%s %s poll%s", one ? "" : "s", list,
	         one ? "s" : "");
}

static void check_too_many(const cpu_set_t *allowed, uint32_t n_workers, struct findings *findings)
{
	char list[CPU_LIST_TEXT_BYTES];

	cpu_list_format(allowed, list);
	finding_add(findings, SEVERITY_WARNING, "processors",
	            "each wants one of its own: lower workers, or allow more by taskset",
	            "%s allowed, for %" PRIu32 " workers", list, n_workers);
}

static void check_number(const cpu_set_t *allowed, const cpu_set_t *pollers, uint32_t n_ports,
                         struct findings *findings)
{
	const char *mend = NULL;
	char list[CPU_LIST_TEXT_BYTES], polls[POLLS_TEXT_BYTES];

	cpu_list_format(allowed, list);
	polls_format(pollers, polls);
	if (CPU_EQUAL(allowed, pollers))
		mend = "polling and all else share one processor: allow one more, such as "
		       "taskset -c 0,1, or lower workers";
	else if (n_ports > 1 && CPU_COUNT(pollers) == 1)
		mend = "one processor polls all ports: where it drops frames, allow more and set "
		       "workers";
	finding_add(findings, mend != NULL ? SEVERITY_WARNING : SEVERITY_OK, "processors", mend,
	            "%s allowed, %s %" PRIu32 " port%s", list, polls, n_ports,
	            n_ports == 1 ? "" : "s");
}

static void isolation_mend(const cpu_set_t *isolated, const cpu_set_t *pollers, char *ret_mend)
{
	char list[CPU_LIST_TEXT_BYTES];

	if (CPU_COUNT(isolated) >= CPU_COUNT(pollers)) {
		cpu_set_t used;

		pollers_of(isolated, (uint32_t)CPU_COUNT(pollers), &used);
		cpu_list_format(&used, list);
		snprintf(ret_mend, FINDING_TEXT_BYTES, "start the probe with taskset -c 0,%s",
		         list);
		return;
	}
	cpu_list_format(pollers, list);
	snprintf(ret_mend, FINDING_TEXT_BYTES,
	         "others may run where the probe polls: boot with isolcpus=%s nohz_full=%s and "
	         "start it with taskset -c 0,%s",
	         list, list, list);
}

static void check_isolated(const char *root, const cpu_set_t *pollers, struct findings *findings)
{
	char text[TREE_TEXT_BYTES], polls[POLLS_TEXT_BYTES], mend[FINDING_TEXT_BYTES];
	cpu_set_t isolated, both;
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
	CPU_AND(&both, &isolated, pollers);
	if (CPU_EQUAL(&both, pollers)) {
		char list[CPU_LIST_TEXT_BYTES];

		cpu_list_format(pollers, list);
		finding_add(findings, SEVERITY_OK, "isolated processors", NULL,
		            "%s, number%s %s that poll%s among them", text,
		            CPU_COUNT(pollers) == 1 ? "" : "s", list,
		            CPU_COUNT(pollers) == 1 ? "s" : "");
		return;
	}
	polls_format(pollers, polls);
	isolation_mend(&isolated, pollers, mend);
	finding_add(findings, SEVERITY_WARNING, "isolated processors", mend, "%s, %s", text, polls);
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

void processors_check(const char *root, const cpu_set_t *allowed, uint32_t n_workers,
                      uint32_t n_ports, struct findings *findings)
{
	cpu_set_t pollers;

	if (CPU_COUNT(allowed) == 0 || n_ports == 0)
		return;
	pollers_of(allowed, n_workers, &pollers);
	if (n_workers > (uint32_t)CPU_COUNT(allowed))
		check_too_many(allowed, n_workers, findings);
	else
		check_number(allowed, &pollers, n_ports, findings);
	check_isolated(root, &pollers, findings);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &pollers))
			check_governor(root, i, findings);
}
