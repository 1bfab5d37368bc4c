#include "dpdk_stamps.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>

#include "dpdk.h"

enum {
	NS_PER_US = 1000,
	// Between the first two looks: half a microsecond of doubt is 25 millionths of it.
	FIRST_LOOKS_NS = 20000000,
};

void dpdk_stamps_ask(const struct rte_eth_dev_info *info, struct rte_eth_conf *conf)
{
	conf->rxmode.offloads |= info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP;
}

static bool is_offered(uint16_t port)
{
	struct rte_eth_conf conf;

	return rte_eth_dev_conf_get(port, &conf) == 0 &&
	       (conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_TIMESTAMP) != 0;
}

// proto/base/clock.h does not go with DPDK's headers: both define NS_PER_S.
static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void look(struct dpdk_stamps *stamps, uint16_t port)
{
	uint64_t ticks;

	if (rte_eth_read_clock(port, &ticks) == 0)
		stamp_clock_look(&stamps->clock, ticks, now_ns(CLOCK_MONOTONIC),
		                 now_ns(CLOCK_REALTIME));
}

// Whether its driver reads the card's clock, and the clock runs.
static bool learn_rate(struct dpdk_stamps *stamps, uint16_t port)
{
	const struct timespec apart = {0, FIRST_LOOKS_NS};

	look(stamps, port);
	if (stamps->clock.wall_ns == 0)
		return false;
	nanosleep(&apart, NULL);
	look(stamps, port);
	stamp_board_write(&stamps->board, &stamps->clock);
	return stamps->clock.ns_per_tick > 0;
}

void dpdk_stamps_open(struct dpdk_stamps *stamps, uint16_t port, bool in_microseconds)
{
	bool has_place, has_clock;

	stamps->offered = is_offered(port);
	if (!stamps->offered && !in_microseconds)
		return;
	has_place = rte_mbuf_dyn_rx_timestamp_register(&stamps->offset, &stamps->flag) == 0;
	has_clock = stamps->offered && learn_rate(stamps, port);
	stamps->source = stamp_choose(in_microseconds, stamps->offered, has_place, has_clock);
}

void dpdk_stamps_look(struct dpdk_stamps *stamps, uint16_t port)
{
	if (stamps->source != STAMP_TICKS)
		return;
	look(stamps, port);
	stamp_board_write(&stamps->board, &stamps->clock);
}

static uint64_t stamp_of(const struct dpdk_stamps *stamps, const struct rte_mbuf *buffer)
{
	return *RTE_MBUF_DYNFIELD(buffer, stamps->offset, const rte_mbuf_timestamp_t *);
}

void dpdk_stamps_read(const struct dpdk_stamps *stamps, struct dpdk_stamp_reader *reader,
                      const struct dpdk_held *held, struct burst *burst)
{
	stamp_board_read(&stamps->board, &reader->turn, &reader->clock);
	for (uint16_t i = 0; i < held->n; i++) {
		const struct rte_mbuf *buffer = held->buffers[i];
		uint64_t *time_ns = &burst->frames[i].time_ns;

		if (!(buffer->ol_flags & stamps->flag))
			continue;
		*time_ns = stamps->source == STAMP_MICROSECONDS
		                   ? stamp_of(stamps, buffer) * NS_PER_US
		                   : stamp_clock_ns(&reader->clock, stamp_of(stamps, buffer),
		                                    *time_ns);
	}
}

void dpdk_stamps_text(const struct dpdk_stamps *stamps, char *ret_text)
{
	if (stamps->source == STAMP_TICKS)
		snprintf(ret_text, DPDK_STAMPS_TEXT_BYTES, "the clock of the card, %" PRIu64 " Hz",
		         stamp_clock_hz(&stamps->clock));
	else if (stamps->source == STAMP_MICROSECONDS)
		snprintf(ret_text, DPDK_STAMPS_TEXT_BYTES, "the driver, in microseconds");
	else
		snprintf(ret_text, DPDK_STAMPS_TEXT_BYTES, "the poll that found it%s",
		         stamps->offered ? ", since the clock of the card cannot be read" : "");
}
