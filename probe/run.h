// `sixgauge-probe run` and `check`.
#pragma once

// Monitors the configured links until SIGTERM or SIGINT, or to the end of a capture file; then
// delivers what is open. Arguments go to DPDK's environment layer, behind those of `eal:`. Returns
// an exit_status.
int run_command(int n_arguments, char **arguments);

// Reads the configuration and prints what is in effect, arguments included.
int check_command(int n_arguments, char **arguments);
