// The stamps drivers put on the frames of a port, for the files that know DPDK's headers alone.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_ethdev.h>

#include "dpdk_private.h"
#include "stamp.h"

struct dpdk_stamps {
	// Set when the port is opened.
	enum stamp_source source;
	bool offered; // the port stamps, in ticks
	int offset; // of a stamp in a packet buffer
	uint64_t flag; // of a packet buffer that has one
	// Control's own.
	struct stamp_clock clock;
	// From control to those who poll.
	struct stamp_board board;
};

// What the thread that polls a queue knows of the clock.
struct dpdk_stamp_reader {
	uint32_t turn;
	struct stamp_clock clock;
};

// Has the port stamp its frames, where it offers that.
void dpdk_stamps_ask(const struct rte_eth_dev_info *info, struct rte_eth_conf *conf);

// Finds out what a started port stamps. in_microseconds: its driver does by itself, in those of
// wall time.
void dpdk_stamps_open(struct dpdk_stamps *stamps, uint16_t port, bool in_microseconds);

// Control: looks at the card's clock, so that the time of its ticks is known anew.
void dpdk_stamps_look(struct dpdk_stamps *stamps, uint16_t port);

// Writes the times of the frames that have a stamp over those of their poll.
void dpdk_stamps_read(const struct dpdk_stamps *stamps, struct dpdk_stamp_reader *reader,
                      const struct dpdk_held *held, struct burst *burst);

void dpdk_stamps_text(const struct dpdk_stamps *stamps, char *ret_text);
