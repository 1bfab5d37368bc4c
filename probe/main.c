#include <stdint.h>

#include "proto/base/cli.h"

#include "config_option.h"
#include "doctor.h"
#include "replay.h"
#include "run.h"

int main(int argc, char **argv)
{
	static const struct cli_command commands[] = {
		{"replay", "FILE...", "meter capture files and print one summary", replay_options,
	         1, SIZE_MAX, replay_command},
		{"run", "[-- EAL-ARG...]",
	         "monitor the configured links and report to the collector", config_options, 0,
	         SIZE_MAX, run_command},
		{"check", "[-- EAL-ARG...]", "read the configuration and print what is in effect",
	         config_options, 0, SIZE_MAX, check_command},
		{"doctor", "[-- EAL-ARG...]", "hold this machine against the configuration",
	         config_options, 0, SIZE_MAX, doctor_command},
		{NULL},
	};
	static const struct cli_program program = {
		.name = "sixgauge-probe",
		.summary = "counts IPv4 and IPv6 traffic, flows and transition on the wire",
		.commands = commands,
	};

	return cli_main(&program, argc, argv);
}
