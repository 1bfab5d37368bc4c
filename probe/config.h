// probe.yaml: what `run` is told.
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "proto/base/config.h"

enum link_source {
	LINK_SOURCE_DPDK, // a port: wall time makes the windows
	LINK_SOURCE_PCAP, // a capture file, read once: packet time makes the windows
	LINK_SOURCE_XDP,
	N_LINK_SOURCES
};

struct link_config {
	char *name;
	int source; // enum link_source
	char *device;
	uint64_t n_queues; // 0: as many as device_n_queues() says
	uint64_t capacity_bps;
	char *surface; // one that surface_from_name() knows
	bool asymmetric; // answers pass elsewhere
};

enum spread_by {
	SPREAD_NONE, // who polls a frame counts it
	SPREAD_INNER, // who owns its innermost flow does
	N_SPREADS
};

struct probe_config {
	char *probe;
	struct config_texts collectors; // HOST:PORT, at least one
	struct config_rows links; // of struct link_config, 1 to MAX_LINKS
	char *plan; // as written, NULL when none is given
	char *plan_path; // where that is from here, NULL when none is given
	char *keys; // a directory, as it was written; NULL when none is given
	char *keys_path; // the same from where the probe runs
	uint64_t window_ns;
	uint64_t idle_timeout_ns;
	uint64_t max_flows;
	uint64_t n_workers; // 0: as many as cores_preset() says
	int spread; // enum spread_by
	struct config_texts eal;
	bool insecure;
	char *log_level; // one that log_level_from_name() knows
};

// Reads and checks the file: each value, and what must agree between them. 0 or -errno with one
// line in why (CONFIG_WHY_BYTES) that names file and place. Released by probe_config_fini()
// whatever comes back.
int probe_config_load(const char *path, struct probe_config *ret_config, char *why);
void probe_config_fini(struct probe_config *config);

// Adds copies of the arguments behind those of `eal:`. 0 or -ENOMEM, nothing added then.
int probe_config_append_eal(struct probe_config *config, int n_arguments, char **arguments);

void probe_config_print(FILE *out, const struct probe_config *config);

const struct link_config *probe_config_link(const struct probe_config *config, size_t at);

// Receive queues its port is asked for, when so many workers poll.
uint32_t link_config_queues(const struct link_config *link, uint32_t n_workers);
