#include "telemetry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/log.h"
#include "proto/names.h"
#include "probe/doctor/node.h"
#include "probe/source/dpdk_telemetry.h"

enum {
	NAME_BYTES = 96, // of a link and what stands around it
};

// The last one counts, as it does for DPDK.
void telemetry_prefix(const struct probe_config *config, char *ret_prefix)
{
	static const char option[] = "--file-prefix";
	const size_t n_bytes = sizeof(option) - 1;

	snprintf(ret_prefix, TELEMETRY_PREFIX_BYTES, "sixgauge-%s", config->probe);
	for (size_t i = 0; i < config->eal.n; i++) {
		const char *argument = config->eal.items[i];

		if (strncmp(argument, option, n_bytes) != 0)
			continue;
		if (argument[n_bytes] == '=')
			snprintf(ret_prefix, TELEMETRY_PREFIX_BYTES, "%s", argument + n_bytes + 1);
		else if (argument[n_bytes] == '\0' && i + 1 < config->eal.n)
			snprintf(ret_prefix, TELEMETRY_PREFIX_BYTES, "%s",
			         config->eal.items[i + 1]);
	}
}

static int answer_links(const void *context, const char *parameter, struct dpdk_answer *ret_answer)
{
	const struct crew *crew = context;
	struct dpdk_list *names = dpdk_list_of_texts();

	for (uint32_t i = 0; i < crew->n_links; i++)
		dpdk_list_add_text(names, crew->links[i].name);
	dpdk_answer_list(ret_answer, "links", names);
	return 0;
}

static int find_link(const struct crew *crew, const char *name, uint32_t *ret_link)
{
	for (uint32_t i = 0; name != NULL && i < crew->n_links; i++) {
		if (strcmp(crew->links[i].name, name) == 0) {
			*ret_link = i;
			return 0;
		}
	}
	return -ENOENT;
}

static void answer_sum(struct dpdk_answer *answer, const char *name, const _Atomic uint64_t *sum)
{
	char full[NAME_BYTES];

	snprintf(full, sizeof(full), "%s_frames", name);
	dpdk_answer_number(answer, full, atomic_load_explicit(sum, memory_order_relaxed));
}

// What the reports so far add up to.
static void answer_reported(const struct crew_link *link, struct dpdk_answer *answer)
{
	for (int i = 0; i < N_FRAME_VERDICTS; i++)
		answer_sum(answer, frame_verdict_name((enum frame_verdict)i),
		           &link->counted_frames[i]);
	for (int i = 0; i < N_DROP_REASONS; i++)
		answer_sum(answer, drop_reason_name((enum drop_reason)i), &link->dropped_frames[i]);
}

// What every queue has given up to this moment, and to which worker.
static void answer_queues(const struct crew *crew, uint32_t link, struct dpdk_answer *answer)
{
	struct dpdk_list *numbers = dpdk_list_of_numbers(), *frames = dpdk_list_of_numbers(),
			 *workers = dpdk_list_of_numbers();
	uint64_t sum = 0;

	for (uint32_t w = 0; w < crew->n_workers; w++) {
		const struct worker *worker = crew->workers[w];

		for (uint32_t i = 0; i < worker->n_queues; i++) {
			uint64_t n = worker_queue_frames(worker, i);

			if (worker->queues[i].link != link)
				continue;
			sum += n;
			dpdk_list_add_number(numbers, worker->queues[i].queue);
			dpdk_list_add_number(frames, n);
			dpdk_list_add_number(workers, w);
		}
	}
	dpdk_answer_number(answer, "polled_frames", sum);
	dpdk_answer_list(answer, "queues", numbers);
	dpdk_answer_list(answer, "queue_frames", frames);
	dpdk_answer_list(answer, "queue_workers", workers);
}

static int answer_link(const void *context, const char *parameter, struct dpdk_answer *ret_answer)
{
	const struct crew *crew = context;
	uint32_t link;
	int rc = find_link(crew, parameter, &link);

	if (rc != 0)
		return rc;
	dpdk_answer_text(ret_answer, "link", crew->links[link].name);
	answer_queues(crew, link, ret_answer);
	answer_reported(&crew->links[link], ret_answer);
	return 0;
}

static int answer_workers(const void *context, const char *parameter,
                          struct dpdk_answer *ret_answer)
{
	const struct crew *crew = context;
	struct dpdk_list *numbers = dpdk_list_of_numbers();

	for (uint32_t i = 0; i < crew->n_workers; i++)
		dpdk_list_add_number(numbers, i);
	dpdk_answer_list(ret_answer, "workers", numbers);
	return 0;
}

static int read_number(const char *text, uint32_t n, uint32_t *ret_number)
{
	char *end;
	unsigned long number;

	if (text == NULL || text[0] < '0' || text[0] > '9')
		return -ENOENT;
	number = strtoul(text, &end, 10);
	if (*end != '\0' || number >= n)
		return -ENOENT;
	*ret_number = (uint32_t)number;
	return 0;
}

static void answer_polled(const struct crew *crew, const struct worker *worker,
                          struct dpdk_answer *answer)
{
	struct dpdk_list *queues = dpdk_list_of_texts();
	uint64_t frames = 0, bursts = 0, ring_full = 0;

	for (uint32_t i = 0; i < worker->n_queues; i++) {
		const struct worker_queue *queue = &worker->queues[i];
		char name[NAME_BYTES];

		snprintf(name, sizeof(name), "%s queue %u", crew->links[queue->link].name,
		         queue->queue);
		dpdk_list_add_text(queues, name);
		frames += worker_queue_frames(worker, i);
		bursts += worker_queue_bursts(worker, i);
	}
	for (uint32_t i = 0; i < crew->n_links; i++)
		ring_full += worker_ring_full_frames(worker, i);
	dpdk_answer_list(answer, "queues", queues);
	dpdk_answer_number(answer, "polled_frames", frames);
	dpdk_answer_number(answer, "polled_bursts", bursts);
	dpdk_answer_number(answer, "ring_full_frames", ring_full);
}

static int answer_worker(const void *context, const char *parameter, struct dpdk_answer *ret_answer)
{
	const struct crew *crew = context;
	const struct worker *worker;
	uint32_t number;
	int rc = read_number(parameter, crew->n_workers, &number);
	int processor, node;

	if (rc != 0)
		return rc;
	worker = crew->workers[number];
	processor = dpdk_worker_processor(number);
	node = node_of_processor("", processor);
	dpdk_answer_number(ret_answer, "worker", number);
	dpdk_answer_number(ret_answer, "processor", (uint64_t)processor);
	if (node >= 0)
		dpdk_answer_number(ret_answer, "node", (uint64_t)node);
	dpdk_answer_number(ret_answer, "flows", worker_flows(worker));
	dpdk_answer_number(ret_answer, "slots", meter_slots(worker->engine.meter));
	dpdk_answer_number(ret_answer, "memory_bytes", worker->engine.memory_bytes);
	answer_polled(crew, worker, ret_answer);
	return 0;
}

void telemetry_open(const struct probe_config *config, const struct crew *crew)
{
	static const struct dpdk_command commands[] = {
		{"/sixgauge/links", "Names of the links", answer_links},
		{"/sixgauge/link", "Frames and queues of a link. Parameter: its name", answer_link},
		{"/sixgauge/workers", "Numbers of the workers", answer_workers},
		{"/sixgauge/worker", "Processor, flows and queues of a worker. Parameter: number",
	         answer_worker},
	};
	char prefix[TELEMETRY_PREFIX_BYTES], why[SOURCE_WHY_BYTES];

	telemetry_prefix(config, prefix);
	if (dpdk_telemetry_open(commands, sizeof(commands) / sizeof(*commands), crew, why) == 0)
		log_info("telemetry: dpdk-telemetry.py -f %s", prefix);
	else
		log_warning("telemetry: %s: there is none", why);
}

void telemetry_close(void)
{
	dpdk_telemetry_close();
}
