#include "settings.h"

#include <errno.h>
#include <stdio.h>

#include "collector/store/store.h"

#include "zone.h"

static const char *const log_levels[] = {"error", "warning", "info", "debug", NULL};

#define SECOND_NS UINT64_C(1000000000)
#define DAY_NS    (UINT64_C(86400) * SECOND_NS)

static const struct config_field fields[] = {
	{
		.key = "listen",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct settings, listen),
		.help = "where probes connect; port 0 takes any free one",
		.preset = "127.0.0.1:8661",
		.check = address_fault,
	},
	{
		.key = "http",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct settings, http),
		.help = "where the page, the API and the metrics are served",
		.preset = "127.0.0.1:8660",
		.check = address_fault,
	},
	{
		.key = "store",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct settings, store),
		.help = "where reports are kept: sqlite:/path/to/file.db",
		.required = true,
		.check = store_check_address,
	},
	{
		.key = "zone",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct settings, zone),
		.help = "time zone that days are cut in",
		.preset = "Asia/Shanghai",
		.check = zone_fault,
	},
	{
		.key = "lateness",
		.type = CONFIG_SECONDS,
		.offset = offsetof(struct settings, lateness_ns),
		.help = "how old a report may be and still count",
		.preset = "7d",
		.min = 60 * SECOND_NS,
		.max = 35 * DAY_NS,
	},
	{
		.key = "greeting_deadline",
		.type = CONFIG_SECONDS,
		.offset = offsetof(struct settings, greeting_deadline_ns),
		.help = "time a connection has to say who it is",
		.preset = "10s",
		.min = SECOND_NS / 10,
		.max = 60 * SECOND_NS,
	},
	{
		.key = "insecure",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct settings, insecure),
		.help = "allow sessions without TLS on an address others can reach",
		.preset = "false",
	},
	{
		.key = "log_level",
		.type = CONFIG_CHOICE,
		.offset = offsetof(struct settings, log_level),
		.help = "least important lines that are written",
		.preset = "info",
		.choices = log_levels,
	},
	{0},
};

const struct config_schema settings_schema = {fields, sizeof(struct settings)};

int settings_load(const char *path, struct settings *ret_settings, char *why)
{
	int error = config_load(path, &settings_schema, ret_settings, why);

	if (error)
		return error;
	address_parse(ret_settings->listen, &ret_settings->listen_address);
	address_parse(ret_settings->http, &ret_settings->http_address);
	if (ret_settings->insecure || address_is_loopback(&ret_settings->listen_address))
		return 0;
	snprintf(
		why, CONFIG_WHY_BYTES,
		"%s: listen: %s can be reached by others and sessions are not encrypted: listen on "
		"127.0.0.1 or [::1], or set \"insecure: true\"",
		path, ret_settings->listen);
	return -EINVAL;
}

void settings_fini(struct settings *settings)
{
	config_fini(&settings_schema, settings);
}
