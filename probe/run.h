// `sixgauge-probe run` and `check`.
#pragma once

#include "proto/base/cli.h"

extern const struct cli_option run_options[];
extern const struct cli_option check_options[];

// Monitors the configured links until SIGTERM or SIGINT, or to the end of a capture file; then
// delivers what is open. Returns an exit_status.
int run_command(int n_arguments, char **arguments);

// Reads the configuration and prints what is in effect.
int check_command(int n_arguments, char **arguments);
