#include "doctor.h"

#include <sched.h>
#include <string.h>

#include "probe/doctor/clock_state.h"
#include "probe/doctor/collector.h"
#include "probe/doctor/hugepages.h"
#include "probe/doctor/link.h"
#include "probe/doctor/node.h"
#include "probe/doctor/open_files.h"
#include "probe/doctor/ordinary_pages.h"
#include "probe/doctor/processors.h"
#include "probe/doctor/queues.h"
#include "probe/source/cores.h"
#include "probe/meter/meter.h"
#include "probe/source/dpdk.h"
#include "probe/source/dpdk_memory.h"

#include "config_option.h"

// The machine we run on.
static const char root[] = "";

static uint32_t n_ports(const struct probe_config *config)
{
	bool live = probe_config_link(config, 0)->source == LINK_SOURCE_DPDK;

	return live ? (uint32_t)config->links.n : 0;
}

static uint32_t n_workers(const struct probe_config *config, const cpu_set_t *allowed)
{
	return config->n_workers > 0 ? (uint32_t)config->n_workers : cores_preset(allowed);
}

// Those that will be asked for.
static uint32_t n_queues(const struct probe_config *config, uint32_t workers)
{
	uint32_t n = 0;

	for (size_t i = 0; i < config->links.n; i++)
		n += link_config_queues(probe_config_link(config, i), workers);
	return n;
}

static bool refuses_hugepages(const struct probe_config *config)
{
	for (size_t i = 0; i < config->eal.n; i++)
		if (strcmp(config->eal.items[i], "--no-huge") == 0)
			return true;
	return false;
}

static void check_build(uint32_t ports, struct findings *findings)
{
	if (ports == 0)
		return;
	if (dpdk_is_built_in())
		finding_add(findings, SEVERITY_OK, "DPDK", NULL, "it in this build");
	else
		finding_add(findings, SEVERITY_FAULT, "DPDK", "install libdpdk-dev and build again",
		            "none in this build");
}

// Packet buffers are on hugepages when enough are free, else on ordinary memory.
static void check_memory(const struct probe_config *config, const cpu_set_t *allowed, int worker,
                         struct findings *findings)
{
	uint32_t ports = n_ports(config);
	uint32_t workers = ports > 0 ? n_workers(config, allowed) : 1;
	uint32_t buffers = dpdk_n_buffers(n_queues(config, workers),
	                                  config->spread == SPREAD_INNER ? workers : 0);
	const struct meter_config meter = {.max_flows = (config->max_flows + workers - 1) /
	                                                workers};
	uint64_t need_bytes = workers * meter_memory_bytes(&meter);
	bool huge = ports > 0 && !refuses_hugepages(config);
	const struct hugepages_need need = {huge ? dpdk_huge_mib(buffers) : 0,
	                                    node_of_processor(root, worker)};
	uint64_t free_mib = hugepages_check(root, &need, findings);

	huge = huge && free_mib >= need.mib;
	if (ports > 0 && !huge)
		need_bytes += dpdk_ordinary_mib(buffers) << 20;
	ordinary_pages_check_large(root, findings);
	ordinary_pages_check(root, need_bytes, findings);
	open_files_check(ports, huge ? need.mib : 0, findings);
}

static void check_queues(const struct probe_config *config, uint32_t workers,
                         struct findings *findings)
{
	queues_check(n_ports(config) > 0 ? n_queues(config, workers) : 0, workers,
	             config->spread == SPREAD_INNER, findings);
}

// The processor cards are best near to; -1 when none is allowed.
static int first_worker(const struct probe_config *config, const cpu_set_t *allowed)
{
	struct cores cores;

	if (CPU_COUNT(allowed) == 0)
		return -1;
	cores_choose(allowed, n_workers(config, allowed), &cores);
	return cores.worker[0];
}

static void examine(const struct probe_config *config, struct findings *findings)
{
	cpu_set_t allowed;
	int worker;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		CPU_ZERO(&allowed);
	worker = first_worker(config, &allowed);
	check_build(n_ports(config), findings);
	check_memory(config, &allowed, worker, findings);
	processors_check(root, &allowed, n_workers(config, &allowed), n_ports(config), findings);
	check_queues(config, n_workers(config, &allowed), findings);
	for (size_t i = 0; i < config->links.n; i++)
		link_check(root, probe_config_link(config, i), worker, findings);
	clock_state_check(findings);
	for (size_t i = 0; i < config->collectors.n; i++)
		collector_check(config->collectors.items[i], findings);
}

int doctor_command(int n_arguments, char **arguments)
{
	struct findings findings = {.out = stdout};
	struct probe_config config;
	int status = config_option_load(n_arguments, arguments, &config);

	if (status != EXIT_STATUS_OK)
		return status;
	examine(&config, &findings);
	probe_config_fini(&config);
	return findings.n[SEVERITY_FAULT] == 0 ? EXIT_STATUS_OK : EXIT_STATUS_FAILURE;
}
