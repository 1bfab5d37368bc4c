// `sixgauge-probe replay`: capture files through the meter, without a collector.
#pragma once

#include "proto/base/cli.h"

extern const struct cli_option replay_options[];

// Meters the files and prints one summary; returns an exit_status.
int replay_command(int n_files, char **files);
