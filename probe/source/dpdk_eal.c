// Start and end of DPDK's environment layer (EAL): what it is told on its command line, its memory
// and its worker cores.
#include "dpdk.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_mbuf.h>

#include "device.h"
#include "dpdk_memory.h"
#include "dpdk_private.h"

#define HUGEPAGES "/sys/kernel/mm/hugepages"

enum {
	MAX_ARGUMENTS = 96,
	ARGUMENT_BYTES = 2048, // of 64 workers and many processors
	MAIN_LCORE = 0,
	FIRST_WORKER_LCORE = 1,
};

// The command line made for rte_eal_init(), which keeps pointers into it.
struct command_line {
	int n;
	char text[MAX_ARGUMENTS][ARGUMENT_BYTES];
	char *argv[MAX_ARGUMENTS + 1];
};

// DPDK itself is one per process; so is what belongs to it.
static struct {
	bool started;
	struct command_line line;
	struct cores cores;
	struct rte_mempool *pool;
	char memory_text[64];
} eal;

// Adds one argument; false when there are too many or it is too long.
__attribute__((format(printf, 2, 3))) static bool add(struct command_line *line, const char *format,
                                                      ...)
{
	va_list list;
	int n_bytes;

	if (line->n == MAX_ARGUMENTS)
		return false;
	va_start(list, format);
	n_bytes = vsnprintf(line->text[line->n], ARGUMENT_BYTES, format, list);
	va_end(list);
	if (n_bytes < 0 || n_bytes >= ARGUMENT_BYTES)
		return false;
	line->argv[line->n] = line->text[line->n];
	line->n++;
	return true;
}

// Free memory in hugepages of one size, whose directory is named "hugepages-2048kB".
static uint64_t free_kib(const char *directory)
{
	unsigned long long page_kib, n_free;
	char path[512];
	FILE *file;
	int n_read;

	if (sscanf(directory, "hugepages-%llukB", &page_kib) != 1)
		return 0;
	snprintf(path, sizeof(path), HUGEPAGES "/%s/free_hugepages", directory);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	n_read = fscanf(file, "%llu", &n_free);
	fclose(file);
	return n_read == 1 ? page_kib * n_free : 0;
}

// Free hugepage memory of all page sizes, in MiB.
static uint64_t free_hugepage_mib(void)
{
	DIR *directory = opendir(HUGEPAGES);
	const struct dirent *entry;
	uint64_t kib = 0;

	if (directory == NULL)
		return 0;
	while ((entry = readdir(directory)) != NULL)
		kib += free_kib(entry->d_name);
	closedir(directory);
	return kib / 1024;
}

static uint32_t n_buffers(const struct dpdk_options *options)
{
	return dpdk_n_buffers(options->n_queues > 0 ? options->n_queues : 1,
	                      options->passing ? options->n_workers : 0);
}

// A set as EAL reads it: "0,1,5".
static void format_set(const cpu_set_t *set, char *ret_text, size_t max_bytes)
{
	size_t n_bytes = 0;

	ret_text[0] = '\0';
	for (int cpu = 0; cpu < CPU_SETSIZE && n_bytes + 8 < max_bytes; cpu++)
		if (CPU_ISSET(cpu, set))
			n_bytes += (size_t)snprintf(ret_text + n_bytes, max_bytes - n_bytes, "%s%d",
			                            n_bytes > 0 ? "," : "", cpu);
}

// "--lcores=0@(0,1),1@2,2@3": ours, and one of each worker.
static bool add_lcores(struct command_line *line, uint32_t n_workers)
{
	char set[ARGUMENT_BYTES / 2], text[ARGUMENT_BYTES];
	cpu_set_t allowed;
	int n_bytes;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		return false;
	cores_choose(&allowed, n_workers, &eal.cores);
	format_set(&eal.cores.others, set, sizeof(set));
	n_bytes = snprintf(text, sizeof(text), "--lcores=%d@(%s)", MAIN_LCORE, set);
	for (uint32_t i = 0; i < n_workers && n_bytes < (int)sizeof(text); i++)
		n_bytes += snprintf(text + n_bytes, sizeof(text) - (size_t)n_bytes, ",%u@%d",
		                    FIRST_WORKER_LCORE + i, eal.cores.worker[i]);
	return n_bytes < (int)sizeof(text) && add(line, "%s", text);
}

static bool has_argument(const struct dpdk_options *options, const char *argument)
{
	for (uint32_t i = 0; i < options->n_arguments; i++)
		if (strcmp(options->arguments[i], argument) == 0)
			return true;
	return false;
}

// Asked for by the caller, or by whoever configured the environment layer.
static bool wants_ordinary_pages(const struct dpdk_options *options)
{
	return options->ordinary_pages || has_argument(options, "--no-huge");
}

// Hugepages are used through memfd, so neither a mounted hugetlbfs nor files left behind matter.
static bool add_memory(struct command_line *line, const struct dpdk_options *options)
{
	uint64_t huge_mib = dpdk_huge_mib(n_buffers(options));
	uint64_t ordinary_mib = dpdk_ordinary_mib(n_buffers(options));

	if (!wants_ordinary_pages(options) && free_hugepage_mib() >= huge_mib) {
		snprintf(eal.memory_text, sizeof(eal.memory_text), "%" PRIu64 " MiB of hugepages",
		         huge_mib);
		return add(line, "--in-memory");
	}
	snprintf(eal.memory_text, sizeof(eal.memory_text), "%" PRIu64 " MiB of ordinary pages",
	         ordinary_mib);
	return add(line, "--no-huge") && add(line, "--no-shconf") && add(line, "-m") &&
	       add(line, "%" PRIu64, ordinary_mib);
}

// Only the PCI devices asked for: others on this machine may serve someone else.
static bool add_devices(struct command_line *line, const struct dpdk_options *options)
{
	bool any_pci = false;

	for (uint32_t i = 0; i < options->n_devices; i++) {
		if (!device_is_pci(options->devices[i]))
			continue;
		any_pci = true;
		if (!add(line, "-a") || !add(line, "%s", options->devices[i]))
			return false;
	}
	return any_pci || add(line, "--no-pci");
}

// Its one warning is about a second socket, of an older protocol, that we do not want.
static bool add_telemetry(struct command_line *line, const struct dpdk_options *options)
{
	if (options->prefix == NULL || has_argument(options, "--no-telemetry") ||
	    !dpdk_telemetry_prepare(options->prefix))
		return add(line, "--file-prefix=sixgauge") && add(line, "--no-telemetry");
	return add(line, "--file-prefix=%s", options->prefix) &&
	       (options->verbose || add(line, "--log-level=lib.telemetry:error"));
}

static bool build_command_line(struct command_line *line, const struct dpdk_options *options)
{
	line->n = 0;
	if (!add(line, "sixgauge-probe") || !add_lcores(line, options->n_workers) ||
	    !add_memory(line, options) || !add_devices(line, options))
		return false;
	if (!options->verbose && !add(line, "--log-level=*:warning"))
		return false;
	if (!add_telemetry(line, options))
		return false;
	for (uint32_t i = 0; i < options->n_arguments; i++)
		if (!add(line, "%s", options->arguments[i]))
			return false;
	line->argv[line->n] = NULL;
	return true;
}

// EAL and some drivers print to standard output, which belongs to our own results: while it
// starts, standard output is standard error. The negative result is rte_errno's.
static int eal_init(struct command_line *line)
{
	int saved = dup(STDOUT_FILENO);
	int rc;

	fflush(stdout);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	rte_openlog_stream(stderr);
	rc = rte_eal_init(line->n, line->argv) < 0 ? -rte_errno : 0;
	fflush(stdout);
	if (saved >= 0) {
		dup2(saved, STDOUT_FILENO);
		close(saved);
	}
	return rc;
}

bool dpdk_is_built_in(void)
{
	return true;
}

int dpdk_start(const struct dpdk_options *options, char *why)
{
	int rc;

	if (!build_command_line(&eal.line, options)) {
		snprintf(why, SOURCE_WHY_BYTES, "DPDK: too many or too long devices and arguments");
		return -EINVAL;
	}
	rc = eal_init(&eal.line);
	if (rc != 0) {
		snprintf(why, SOURCE_WHY_BYTES,
		         "DPDK did not start: %s; its own lines above say more, and eal: in the "
		         "configuration adds arguments",
		         strerror(-rc));
		return -EIO;
	}
	eal.started = true;
	eal.pool = rte_pktmbuf_pool_create("frames", n_buffers(options) - 1, 256, 0,
	                                   RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (eal.pool == NULL) {
		snprintf(why, SOURCE_WHY_BYTES, "DPDK: no memory for packet buffers (%s): %s",
		         eal.memory_text, rte_strerror(rte_errno));
		dpdk_stop();
		return -EIO;
	}
	return 0;
}

void dpdk_stop(void)
{
	if (!eal.started)
		return;
	rte_mempool_free(eal.pool);
	eal.pool = NULL;
	rte_eal_cleanup();
	eal.started = false;
}

const char *dpdk_memory_text(void)
{
	return eal.memory_text;
}

struct rte_mempool *dpdk_buffer_pool(void)
{
	return eal.pool;
}

int dpdk_worker_processor(uint32_t worker)
{
	return eal.cores.worker[worker];
}

int dpdk_launch(uint32_t worker, int (*function)(void *argument), void *argument)
{
	return rte_eal_remote_launch(function, argument, FIRST_WORKER_LCORE + worker);
}

int dpdk_join(uint32_t worker)
{
	return rte_eal_wait_lcore(FIRST_WORKER_LCORE + worker);
}

uint64_t dpdk_ticks(void)
{
	return rte_rdtsc();
}

uint64_t dpdk_ticks_hz(void)
{
	return rte_get_tsc_hz();
}
