// Stands in for all files that include DPDK's headers where DPDK is not installed.
#include "dpdk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dpdk_telemetry.h"

static int refuse(char *why)
{
	snprintf(why, SOURCE_WHY_BYTES,
	         "this build has no DPDK: install libdpdk-dev and build again");
	return -ENOTSUP;
}

bool dpdk_is_built_in(void)
{
	return false;
}

int dpdk_start(const struct dpdk_options *options, char *why)
{
	return refuse(why);
}

void dpdk_stop(void)
{
}

const char *dpdk_memory_text(void)
{
	return "none";
}

int dpdk_port_open(const char *device, uint32_t n_queues, bool packet_time,
                   struct dpdk_port **ret_port, char *why)
{
	return refuse(why);
}

void dpdk_port_close(struct dpdk_port *port)
{
}

void dpdk_port_look_at_clock(struct dpdk_port *port)
{
}

void dpdk_port_stamps_text(const struct dpdk_port *port, char *ret_text)
{
	ret_text[0] = '\0';
}

uint32_t dpdk_port_n_queues(const struct dpdk_port *port)
{
	return 0;
}

enum link_state dpdk_port_state(const struct dpdk_port *port)
{
	return LINK_STATE_UNKNOWN;
}

int dpdk_port_node(const struct dpdk_port *port)
{
	return -1;
}

void dpdk_port_receive(struct dpdk_port *port, uint32_t queue, uint64_t arrival_ns,
                       struct burst *ret_burst)
{
	memset(ret_burst, 0, sizeof(*ret_burst));
}

int dpdk_port_counters(struct dpdk_port *port, struct dpdk_counters *ret_counters)
{
	return -ENOTSUP;
}

int dpdk_worker_processor(uint32_t worker)
{
	return -1;
}

int dpdk_launch(uint32_t worker, int (*function)(void *argument), void *argument)
{
	return -ENOTSUP;
}

int dpdk_join(uint32_t worker)
{
	return -ENOTSUP;
}

uint64_t dpdk_ticks(void)
{
	return 0;
}

uint64_t dpdk_ticks_hz(void)
{
	return 1;
}

int dpdk_ring_new(uint32_t from, uint32_t to, uint32_t n_frames, struct dpdk_ring **ret_ring)
{
	return -ENOTSUP;
}

void dpdk_ring_free(struct dpdk_ring *ring)
{
}

bool dpdk_ring_pass(struct dpdk_ring *ring, struct dpdk_port *port, uint32_t queue, uint32_t at,
                    uint32_t link, uint64_t time_ns)
{
	return false;
}

uint32_t dpdk_ring_receive(struct dpdk_ring *ring, struct burst *ret_burst)
{
	memset(ret_burst, 0, sizeof(*ret_burst));
	return 0;
}

int dpdk_telemetry_open(const struct dpdk_command *commands, uint32_t n_commands,
                        const void *context, char *why)
{
	return refuse(why);
}

void dpdk_telemetry_close(void)
{
}

void dpdk_answer_number(struct dpdk_answer *answer, const char *name, uint64_t number)
{
}

void dpdk_answer_text(struct dpdk_answer *answer, const char *name, const char *text)
{
}

struct dpdk_list *dpdk_list_of_numbers(void)
{
	return NULL;
}

struct dpdk_list *dpdk_list_of_texts(void)
{
	return NULL;
}

void dpdk_list_add_number(struct dpdk_list *list, uint64_t number)
{
}

void dpdk_list_add_text(struct dpdk_list *list, const char *text)
{
}

void dpdk_answer_list(struct dpdk_answer *answer, const char *name, struct dpdk_list *take_list)
{
}
