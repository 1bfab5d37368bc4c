// sixgauge-collector: takes reports from probes, keeps them, and serves indicators.
#include <stdio.h>

#include "proto/base/cli.h"
#include "proto/base/config.h"
#include "proto/base/log.h"

#include "collector.h"
#include "settings.h"

static const char *config_path;

static const struct cli_option options[] = {
	{
		.name = "config",
		.value_name = "FILE",
		.help = "configuration of this collector, YAML",
		.text = &config_path,
	},
	{0},
};

static int load(struct settings *ret_settings)
{
	char why[CONFIG_WHY_BYTES];

	*ret_settings = (struct settings){0};
	if (!config_path)
		return cli_usage_error("--config FILE is missing");
	if (settings_load(config_path, ret_settings, why) < 0)
		return cli_usage_error("%s", why);
	return EXIT_STATUS_OK;
}

static int run(int n_arguments, char **arguments)
{
	struct settings settings;
	int status = load(&settings);

	if (!status) {
		log_set_level((enum log_level)settings.log_level);
		status = collector_run(&settings);
	}
	settings_fini(&settings);
	return status;
}

static int check(int n_arguments, char **arguments)
{
	struct settings settings;
	int status = load(&settings);

	if (!status)
		config_print(stdout, &settings_schema, &settings);
	settings_fini(&settings);
	return status;
}

static const struct cli_command commands[] = {
	{
		.name = "run",
		.arguments = "",
		.help = "take reports and serve indicators until SIGTERM or SIGINT",
		.options = options,
		.run = run,
	},
	{
		.name = "check",
		.arguments = "",
		.help = "read the configuration and print what is in effect",
		.options = options,
		.run = check,
	},
	{0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "sixgauge-collector",
		.summary = "takes reports from probes, keeps them, and serves IPv6 indicators",
		.commands = commands,
	};

	return cli_main(&program, argc, argv);
}
