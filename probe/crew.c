#include "crew.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "proto/base/cli.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "probe/doctor/node.h"
#include "probe/source/device.h"
#include "probe/source/dpdk_memory.h"

#include "telemetry.h"

enum {
	// A worker ends within a burst, or, once it has waited for its peers as long as it does,
	// soon after; one that has not after this many milliseconds hangs.
	STOP_DEADLINE_MS = 2000,
};

static uint32_t wanted_workers(const struct probe_config *config)
{
	cpu_set_t allowed;

	if (config->n_workers > 0)
		return (uint32_t)config->n_workers;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		return 1;
	return cores_preset(&allowed);
}

// The flows are for the whole probe: every worker holds its part of them.
static int make_workers(const struct probe_config *config, struct crew *crew)
{
	uint32_t n = wanted_workers(config);
	uint64_t max_flows = (config->max_flows + n - 1) / n;
	uint64_t each_slots;
	size_t each_bytes;

	for (uint32_t i = 0; i < n; i++) {
		int rc = worker_new(max_flows, config->idle_timeout_ns, config->window_ns,
		                    &crew->workers[i]);

		if (rc != 0)
			return cli_failure("meter: no memory for %" PRIu64
			                   " flows (%s): lower max_flows",
			                   config->max_flows, strerror(-rc));
		crew->n_workers = i + 1;
	}
	each_bytes = crew->workers[0]->engine.memory_bytes;
	each_slots = meter_slots(crew->workers[0]->engine.meter);
	log_info("meter: %" PRIu32 " worker%s, %zu MiB each for %" PRIu64 " flows, %" PRIu64
	         " bytes a flow, %zu MiB in all",
	         n, n == 1 ? "" : "s", each_bytes >> 20, each_slots, each_bytes / each_slots,
	         each_bytes * n >> 20);
	return EXIT_STATUS_OK;
}

static int start_dpdk(const struct probe_config *config, uint32_t n_workers)
{
	const char *devices[MAX_LINKS];
	char prefix[TELEMETRY_PREFIX_BYTES];
	struct dpdk_options options = {
		.devices = devices,
		.n_devices = (uint32_t)config->links.n,
		.arguments = (const char *const *)config->eal.items,
		.n_arguments = (uint32_t)config->eal.n,
		.n_workers = n_workers,
		.passing = config->spread == SPREAD_INNER,
		.prefix = prefix,
		.verbose = log_level_from_name(config->log_level) == LOG_DEBUG,
	};
	char why[SOURCE_WHY_BYTES];

	telemetry_prefix(config, prefix);
	for (uint32_t i = 0; i < options.n_devices; i++) {
		const struct link_config *link = probe_config_link(config, i);

		devices[i] = link->device;
		options.n_queues += link_config_queues(link, n_workers);
	}
	if (dpdk_start(&options, why) != 0)
		return cli_failure("%s", why);
	log_info("dpdk: %s", dpdk_memory_text());
	return EXIT_STATUS_OK;
}

int crew_open_port(struct crew_link *link, uint32_t n_queues, char *why)
{
	int rc = dpdk_port_open(link->device, n_queues, device_stamps_arrival(link->device),
	                        &link->port, why);

	if (rc != 0)
		return rc;
	link->n_queues = dpdk_port_n_queues(link->port);
	link->on_netdev = netdev_find(link->device, &link->netdev);
	return 0;
}

static int open_ports(const struct probe_config *config, struct crew *crew)
{
	char why[SOURCE_WHY_BYTES], stamps[DPDK_STAMPS_TEXT_BYTES];

	for (uint32_t i = 0; i < config->links.n; i++) {
		const struct link_config *link = probe_config_link(config, i);
		uint32_t n_queues = link_config_queues(link, crew->n_workers);

		crew->links[i].name = link->name;
		crew->links[i].device = link->device;
		if (crew_open_port(&crew->links[i], n_queues, why) != 0)
			return cli_failure("links[%" PRIu32 "].device: %s", i, why);
		crew->n_links = i + 1;
		dpdk_port_stamps_text(crew->links[i].port, stamps);
		log_info("link %s: watching %s", link->name, link->device);
		log_info("link %s: a frame is stamped by %s", link->name, stamps);
	}
	return EXIT_STATUS_OK;
}

// DPDK's own answer is about the processor with the number of the lcore, not the one the lcore runs
// on.
static int worker_node(uint32_t worker)
{
	return node_of_processor("", dpdk_worker_processor(worker));
}

static void give_queue(struct crew *crew, uint32_t link, uint32_t queue, uint32_t worker)
{
	worker_add_queue(crew->workers[worker], crew->links[link].port, queue, link);
	log_info("link %s: queue %" PRIu32 " is polled by worker %" PRIu32
	         " on processor %d of node %d",
	         crew->links[link].name, queue, worker, dpdk_worker_processor(worker),
	         worker_node(worker));
}

static void give_queues(struct crew *crew)
{
	struct queue_map_port ports[MAX_LINKS];
	int nodes[MAX_WORKERS];
	struct queue_map map;

	for (uint32_t i = 0; i < crew->n_workers; i++)
		nodes[i] = worker_node(i);
	for (uint32_t i = 0; i < crew->n_links; i++)
		ports[i] = (struct queue_map_port){dpdk_port_n_queues(crew->links[i].port),
		                                   dpdk_port_node(crew->links[i].port)};
	queue_map_make(nodes, crew->n_workers, ports, crew->n_links, &map);
	for (uint32_t i = 0; i < crew->n_links; i++)
		for (uint32_t queue = 0; queue < ports[i].n_queues; queue++)
			give_queue(crew, i, queue, map.worker[i][queue]);
}

static int make_ring(struct crew *crew, uint32_t from, uint32_t to)
{
	int rc = dpdk_ring_new(from, to, dpdk_pass_frames(crew->n_workers),
	                       &crew->workers[from]->to[to]);

	if (rc == 0)
		crew->workers[to]->from[from] = crew->workers[from]->to[to];
	return rc;
}

// Lets every worker pass frames to every other one, all by one secret.
static int join_workers(struct crew *crew)
{
	struct siphash_key seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return cli_failure("spread: no random numbers: %m");
	for (uint32_t i = 0; i < crew->n_workers; i++) {
		struct worker *worker = crew->workers[i];

		worker->number = i;
		worker->n_peers = crew->n_workers;
		spread_init(&worker->spread, &seed, crew->n_workers);
		for (uint32_t k = 0; k < crew->n_workers; k++) {
			worker->peers[k] = crew->workers[k];
			if (k != i && make_ring(crew, i, k) != 0)
				return cli_failure("spread: no memory for rings between %" PRIu32
				                   " workers: have fewer, or spread: none",
				                   crew->n_workers);
		}
	}
	log_info("spread: %" PRIu32 " workers share frames by their inner flow", crew->n_workers);
	return EXIT_STATUS_OK;
}

static void free_rings(struct worker *worker)
{
	for (uint32_t i = 0; i < MAX_WORKERS; i++)
		dpdk_ring_free(worker->to[i]);
}

int crew_open(const struct probe_config *config, struct crew *ret_crew)
{
	int status;

	memset(ret_crew, 0, sizeof(*ret_crew));
	status = make_workers(config, ret_crew);
	if (status == EXIT_STATUS_OK)
		status = start_dpdk(config, ret_crew->n_workers);
	if (status == EXIT_STATUS_OK)
		status = open_ports(config, ret_crew);
	if (status == EXIT_STATUS_OK && config->spread == SPREAD_INNER && ret_crew->n_workers > 1)
		status = join_workers(ret_crew);
	if (status == EXIT_STATUS_OK)
		give_queues(ret_crew);
	if (status == EXIT_STATUS_OK)
		telemetry_open(config, ret_crew);
	return status;
}

void crew_close(struct crew *crew)
{
	telemetry_close();
	if (crew->n_stuck > 0)
		return;
	for (uint32_t i = 0; i < crew->n_workers; i++)
		free_rings(crew->workers[i]);
	while (crew->n_links > 0)
		dpdk_port_close(crew->links[--crew->n_links].port);
	dpdk_stop();
	while (crew->n_workers > 0)
		worker_free(crew->workers[--crew->n_workers]);
}

int crew_launch(struct crew *crew)
{
	for (uint32_t i = 0; i < crew->n_workers; i++) {
		int rc = dpdk_launch(i, worker_run, crew->workers[i]);

		if (rc != 0) {
			crew_stop(crew);
			return rc;
		}
		crew->n_running = i + 1;
	}
	return 0;
}

void crew_add_report(struct crew *crew, uint32_t link, const struct link_tally *tally,
                     const uint64_t *dropped_frames)
{
	struct crew_link *sums = &crew->links[link];

	for (int verdict = 0; verdict < N_FRAME_VERDICTS; verdict++)
		atomic_fetch_add_explicit(&sums->counted_frames[verdict], tally->frames[verdict],
		                          memory_order_relaxed);
	for (int reason = 0; reason < N_DROP_REASONS; reason++)
		atomic_fetch_add_explicit(&sums->dropped_frames[reason], dropped_frames[reason],
		                          memory_order_relaxed);
}

static bool wait_end(const struct worker *worker, uint64_t deadline_ns)
{
	while (!worker_has_ended(worker)) {
		if (clock_monotonic_ns() >= deadline_ns)
			return false;
		clock_sleep(NS_PER_MS);
	}
	return true;
}

void crew_stop(struct crew *crew)
{
	uint64_t deadline_ns = clock_monotonic_ns() + STOP_DEADLINE_MS * NS_PER_MS;

	for (uint32_t i = crew->n_running; i < crew->n_workers; i++)
		atomic_store(&crew->workers[i]->passed_all, true);
	for (uint32_t i = 0; i < crew->n_running; i++)
		atomic_store(&crew->workers[i]->stop, true);
	for (uint32_t i = 0; i < crew->n_running; i++) {
		if (wait_end(crew->workers[i], deadline_ns)) {
			dpdk_join(i);
			continue;
		}
		crew->n_stuck++;
		log_error("worker %" PRIu32
		          ": does not end, what it has not reported is lost unless it ends now",
		          i);
	}
	crew->n_running = 0;
}
