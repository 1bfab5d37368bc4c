// Capture files through DPDK's capture driver (net_pcap): the receive path of live ports, without
// a port, hugepages or root. What the driver cannot know is lost: the original length of a frame
// that was cut, nanoseconds below the microsecond, and in DPDK 22.11 most of a frame longer than
// 65,535 bytes (its length is right, it counts as truncated).
#pragma once

#include "source.h"

struct dpdk_replay;

// Starts DPDK for n_paths files, which are opened one after another; the paths are borrowed. 0, or
// -errno with one line in why (SOURCE_WHY_BYTES).
int dpdk_replay_new(const char *const *paths, uint32_t n_paths, struct dpdk_replay **ret_replay,
                    char *why);
void dpdk_replay_free(struct dpdk_replay *replay);

// As pcap_source_receive(): 1 with frames valid until the next call, 0 at the end of the last
// file; -errno with why when a file cannot be read, is not Ethernet or breaks off: frames before
// the break have been handed out, and the next call goes on with the next file.
int dpdk_replay_receive(struct dpdk_replay *replay, struct burst *ret_burst, char *why);
