#include "config_option.h"

#include <string.h>

static const char *config_path;

const struct cli_option config_options[] = {
	{"config", "FILE", "configuration of this probe, YAML", NULL, &config_path, NULL},
	{NULL},
};

// Words in front of a lone "--" are never options, so the first one tells on which side it stood.
static int append_eal(int n_arguments, char **arguments, struct probe_config *config)
{
	if (n_arguments == 0)
		return EXIT_STATUS_OK;
	if (arguments[0][0] != '-' || arguments[0][1] == '\0')
		return cli_usage_error("unexpected argument \"%s\": DPDK's own begin with - and "
		                       "stand behind a lone --",
		                       arguments[0]);
	if (probe_config_link(config, 0)->source != LINK_SOURCE_DPDK)
		return cli_usage_error("unexpected argument \"%s\": no link is of source dpdk",
		                       arguments[0]);
	if (probe_config_append_eal(config, n_arguments, arguments) != 0)
		return cli_failure("arguments: out of memory");
	return EXIT_STATUS_OK;
}

// A configuration that is wrong ends with status 2 and one line.
int config_option_load(int n_arguments, char **arguments, struct probe_config *ret_config)
{
	char why[CONFIG_WHY_BYTES];
	int status;

	if (config_path == NULL)
		return cli_usage_error("--config FILE is missing");
	if (probe_config_load(config_path, ret_config, why) == 0)
		status = append_eal(n_arguments, arguments, ret_config);
	else
		status = cli_usage_error("%s", why);
	if (status != EXIT_STATUS_OK)
		probe_config_fini(ret_config);
	return status;
}
