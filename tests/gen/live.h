// Sends made traffic through a port as the wall clock says.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "settings.h"
#include "truth.h"

struct live_options {
	const char *device; // PCI address, or virtual device with its arguments
	uint64_t wait_ns; // for the other end of the link
	bool flood; // send as fast as the port takes it
	const char *const *eal_arguments;
	uint32_t n_eal_arguments;
};

// Sends until the traffic is over or SIGTERM or SIGINT comes. The truth holds exactly the frames
// that the port took. Returns an exit_status, having said what went wrong.
int live_send(const struct settings *settings, const struct live_options *options,
              struct truth *truth);
