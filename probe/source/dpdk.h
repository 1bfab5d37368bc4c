// Ports through DPDK: any PCI device a poll-mode driver serves, or a virtual device with its
// arguments. The only way in to DPDK beside dpdk_telemetry.h; dpdk_*.c but dpdk_absent.c and
// dpdk_replay.c alone include its headers. A build without DPDK links dpdk_absent.c in their
// place, where every call answers -ENOTSUP and says what to install.
//
// One process has one DPDK: start it once, from the thread that will be the control side, before
// other threads are made (they inherit its processors, and so keep off the worker's).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/enums.h"

#include "cores.h"
#include "source.h"

enum {
	DPDK_MAX_PORTS = 32,
};

struct dpdk_options {
	// Devices that will be opened; decides whether the PCI bus is looked at. Borrowed.
	const char *const *devices;
	uint32_t n_devices;
	uint32_t n_queues; // of all that will be open at a time; 0: one
	// Further arguments for DPDK's environment layer, behind ours. Borrowed.
	const char *const *arguments;
	uint32_t n_arguments;
	bool ordinary_pages; // do not look for hugepages
	uint32_t n_workers; // cores wanted for dpdk_launch(), up to MAX_WORKERS
	bool passing; // workers will pass frames to each other, by rings of dpdk_ring_new()
	// DPDK's name for the process, by which its telemetry socket is found; NULL: no telemetry.
	const char *prefix;
	bool verbose; // let DPDK say on stderr more than warnings
};

// Whether this build has DPDK.
bool dpdk_is_built_in(void);

// Starts DPDK: on hugepages when enough are free, else on ordinary memory. 0; -ENOTSUP when this
// build has no DPDK; -EIO when it would not start; why has SOURCE_WHY_BYTES.
int dpdk_start(const struct dpdk_options *options, char *why);
void dpdk_stop(void);

// What packet buffers are made of, one line for people: "32 MiB of hugepages".
const char *dpdk_memory_text(void);

struct dpdk_port;

// Opens, configures and starts a port, promiscuous, with that many receive queues or the fewer its
// driver has to give. A card spreads its frames so that both directions of a connection come in
// one queue. With packet_time frames carry the time net_pcap stamped on them, to the microsecond; a
// card that stamps frames and lets its clock be read is gone by in any case. 0; -ENODEV when there
// is no such port, -EIO when the driver refuses; why names the device.
int dpdk_port_open(const char *device, uint32_t n_queues, bool packet_time,
                   struct dpdk_port **ret_port, char *why);
void dpdk_port_close(struct dpdk_port *port);

// Looks at the clock by which the card stamps frames, if it does; now and then, from the thread
// that opened the port. Its rate since the last look is good until the next.
void dpdk_port_look_at_clock(struct dpdk_port *port);

enum {
	DPDK_STAMPS_TEXT_BYTES = 80,
};

// What a frame's time is told by, for people: "the poll that found it".
void dpdk_port_stamps_text(const struct dpdk_port *port, char *ret_text);

uint32_t dpdk_port_n_queues(const struct dpdk_port *port);

// Whether the port has a link, as far as its driver knows; it is never asked to wait for it.
enum link_state dpdk_port_state(const struct dpdk_port *port);

// The memory node a card is on; negative when it has none.
int dpdk_port_node(const struct dpdk_port *port);

// Takes what has arrived, up to SOURCE_BURST frames, valid until the next call on this queue.
// Frames without a stamp of their own are given arrival_ns. One thread per queue.
void dpdk_port_receive(struct dpdk_port *port, uint32_t queue, uint64_t arrival_ns,
                       struct burst *ret_burst);

// Since the port was opened, as the driver counts. No frame is in two of these: received + dropped
// is what the port was sent, as far as its driver sees it.
struct dpdk_counters {
	uint64_t received_frames; // handed out by dpdk_port_receive()
	uint64_t dropped_frames[N_DROP_REASONS];
};

// 0 or -errno, ret_counters unchanged on failure.
int dpdk_port_counters(struct dpdk_port *port, struct dpdk_counters *ret_counters);

// One way from one worker to another: one thread passes, one receives.
struct dpdk_ring;

// 0 or -ENOMEM; from and to name it, each pair once.
int dpdk_ring_new(uint32_t from, uint32_t to, uint32_t n_frames, struct dpdk_ring **ret_ring);
void dpdk_ring_free(struct dpdk_ring *ring);

// Passes on the at-th frame the queue gave last, which from then on is the receiver's. False when
// the ring is full: the frame stays where it was.
bool dpdk_ring_pass(struct dpdk_ring *ring, struct dpdk_port *port, uint32_t queue, uint32_t at,
                    uint32_t link, uint64_t time_ns);

// Takes frames of one link that have been passed, valid until the next call on this ring; returns
// the link.
uint32_t dpdk_ring_receive(struct dpdk_ring *ring, struct burst *ret_burst);

// The processor of a worker.
int dpdk_worker_processor(uint32_t worker);

// Runs the function on that worker's core until it returns; dpdk_join() waits for that and gives
// its result. -EBUSY when something runs there already.
int dpdk_launch(uint32_t worker, int (*function)(void *argument), void *argument);
int dpdk_join(uint32_t worker);

// The processor's tick counter, and how many ticks a second has.
uint64_t dpdk_ticks(void);
uint64_t dpdk_ticks_hz(void);
