#include "settings.h"

#include <errno.h>
#include <stdio.h>

#include "collector/store/store.h"

#include "targets.h"
#include "zone.h"

static const char *const log_levels[] = {"error", "warning", "info", "debug", NULL};

#define SECOND_NS UINT64_C(1000000000)
#define DAY_NS    (UINT64_C(86400) * SECOND_NS)

static const struct config_field internet_users_fields[] = {
	{
		.key = "number",
		.type = CONFIG_UINT,
		.offset = offsetof(struct internet_users, number),
		.help = "of people who use the Internet; without it no user share is computed",
		.min = 1,
		.max = UINT64_C(100000000000),
	},
	{
		.key = "date",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct internet_users, date),
		.help = "when that was so, such as 2025-06",
		.check = date_fault,
	},
	{0},
};

static const struct config_schema internet_users_schema = {internet_users_fields,
                                                           sizeof(struct internet_users)};

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
	{
		.key = "privacy_threshold",
		.type = CONFIG_UINT,
		.offset = offsetof(struct settings, privacy_threshold),
		.help = "no number of users below this is shown, nor can be computed; 0 shows all",
		.preset = "100",
		.max = 1000000,
	},
	{
		.key = "internet_users",
		.type = CONFIG_GROUP,
		.offset = offsetof(struct settings, internet_users),
		.help = "a published figure that users are a share of",
		.rows = &internet_users_schema,
	},
	{
		.key = "targets",
		.type = CONFIG_ROWS,
		.offset = offsetof(struct settings, targets),
		.help = "to be reached, besides those of the action plan of 2017",
		.rows = &target_schema,
	},
	{0},
};

const struct config_schema settings_schema = {fields, sizeof(struct settings)};

static int users_fault(const struct settings *settings, const char *path, char *why)
{
	const struct internet_users *internet = &settings->internet_users;
	size_t row = 0;
	const char *fault = targets_fault(&settings->targets, &row);

	if (fault)
		snprintf(why, CONFIG_WHY_BYTES, "%s: targets[%zu]: %s", path, row, fault);
	else if ((internet->number == 0) != (internet->date == NULL))
		snprintf(why, CONFIG_WHY_BYTES,
		         "%s: internet_users: \"%s\" is missing: give number and date, or neither",
		         path, internet->date ? "number" : "date");
	else
		return 0;
	return -EINVAL;
}

static int listen_fault(const struct settings *settings, const char *path, char *why)
{
	if (settings->insecure || address_is_loopback(&settings->listen_address))
		return 0;
	snprintf(
		why, CONFIG_WHY_BYTES,
		"%s: listen: %s can be reached by others and sessions are not encrypted: listen on "
		"127.0.0.1 or [::1], or set \"insecure: true\"",
		path, settings->listen);
	return -EINVAL;
}

int settings_load(const char *path, struct settings *ret_settings, char *why)
{
	int error = config_load(path, &settings_schema, ret_settings, why);

	if (error)
		return error;
	address_parse(ret_settings->listen, &ret_settings->listen_address);
	address_parse(ret_settings->http, &ret_settings->http_address);
	error = listen_fault(ret_settings, path, why);
	return error ? error : users_fault(ret_settings, path, why);
}

void settings_fini(struct settings *settings)
{
	config_fini(&settings_schema, settings);
}
