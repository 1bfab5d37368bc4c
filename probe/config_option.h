// The option --config, as all commands have it that read probe.yaml.
#pragma once

#include "proto/base/cli.h"

#include "config.h"

extern const struct cli_option config_options[];

// Loads the file that was named and appends the command line's
// arguments, those behind a lone "--", to its `eal:`. Returns an exit_status; released by
// probe_config_fini() only after EXIT_STATUS_OK.
int config_option_load(int n_arguments, char **arguments, struct probe_config *ret_config);
