#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/message.h"
#include "proto/names.h"

#include "probe/meter/tally.h"
#include "probe/source/cores.h"
#include "probe/source/device.h"
#include "probe/uplink/address.h"

#define MINUTE_NS         (60 * NS_PER_S)
#define DAY_NS            (24 * 60 * MINUTE_NS)
#define DEFAULT_COLLECTOR "127.0.0.1:8661"
#define CAPACITY_MAX_BPS  UINT64_C(100000000000000)
#define FLOWS_MIN         UINT64_C(1024)
#define FLOWS_MAX         (UINT64_C(1) << 30)
#define NAME_LETTERS      "abcdefghijklmnopqrstuvwxyz0123456789.-"
#define NAME_RULE         "must be 1 to 63 of a-z, 0-9, point and dash"
#define SURFACE_RULE      "must be metro, mobile-core, interconnect or international"

static const char *check_name(const char *value)
{
	size_t n_bytes = strlen(value);
	bool right = n_bytes > 0 && n_bytes < MAX_NAME_BYTES &&
	             strspn(value, NAME_LETTERS) == n_bytes;

	return right ? NULL : NAME_RULE;
}

static const char *check_collector(const char *value)
{
	struct address address;

	return address_parse(value, &address);
}

static const char *check_surface(const char *value)
{
	return surface_from_name(value) >= 0 ? NULL : SURFACE_RULE;
}

static const char *check_log_level(const char *value)
{
	return log_level_from_name(value) >= 0 ? NULL : "must be error, warning, info or debug";
}

static const char *check_not_empty(const char *value)
{
	return value[0] != '\0' ? NULL : "must not be empty";
}

static const char *check_source(const char *value)
{
	return strcmp(value, "xdp") != 0
	               ? NULL
	               : "this version does not count in the kernel: use dpdk, which serves an "
	                 "interface as device net_af_packet0,iface=NAME";
}

static const char *const source_names[N_LINK_SOURCES + 1] = {"dpdk", "pcap", "xdp", NULL};

static const struct config_field link_fields[] = {
	{"name", CONFIG_TEXT, offsetof(struct link_config, name), "name of the link in reports",
         .required = true, .check = check_name},
	{"source", CONFIG_CHOICE, offsetof(struct link_config, source),
         "dpdk: a port; pcap: a capture file, read once", .required = true, .choices = source_names,
         .check = check_source},
	{"device", CONFIG_TEXT, offsetof(struct link_config, device),
         "PCI address, virtual device with its arguments, or capture file", .required = true,
         .check = check_not_empty},
	{"queues", CONFIG_UINT, offsetof(struct link_config, n_queues),
         "receive queues of the port; 0: as many as workers, or as the device's arguments make",
         .preset = "0", .max = MAX_QUEUES},
	{"capacity_bps", CONFIG_UINT, offsetof(struct link_config, capacity_bps),
         "what the link can carry, bits per second", .required = true, .min = 1,
         .max = CAPACITY_MAX_BPS},
	{"surface", CONFIG_TEXT, offsetof(struct link_config, surface),
         "metro, mobile-core, interconnect or international", .required = true,
         .check = check_surface},
	{"asymmetric", CONFIG_BOOL, offsetof(struct link_config, asymmetric),
         "only one direction of its conversations passes: whoever sent is a confirmed user",
         .preset = "false"},
	{NULL},
};

static const struct config_schema link_schema = {link_fields, sizeof(struct link_config)};

static const char *const spread_names[N_SPREADS + 1] = {"none", "inner", NULL};

static const struct config_field probe_fields[] = {
	{"probe", CONFIG_TEXT, offsetof(struct probe_config, probe),
         "name of this probe, its own in the whole system", .required = true, .check = check_name},
	{"collectors", CONFIG_TEXTS, offsetof(struct probe_config, collectors),
         "where reports go: HOST:PORT, tried in this order", .check = check_collector},
	{"links", CONFIG_ROWS, offsetof(struct probe_config, links), "what is monitored",
         .required = true, .rows = &link_schema},
	{"plan", CONFIG_TEXT, offsetof(struct probe_config, plan),
         "whose addresses are whose: a CSV file, relative to where this one is",
         .check = check_not_empty},
	{"keys", CONFIG_TEXT, offsetof(struct probe_config, keys),
         "secrets under which users are counted, shared by all probes: a directory, relative to "
         "where this file is; without it this probe counts for itself",
         .check = check_not_empty},
	{"window", CONFIG_SECONDS, offsetof(struct probe_config, window_ns),
         "length of a report's window; divides a minute", .preset = "60s", .min = NS_PER_S,
         .max = MINUTE_NS},
	{"idle_timeout", CONFIG_SECONDS, offsetof(struct probe_config, idle_timeout_ns),
         "a flow without a packet for this long has ended; 0: never", .preset = "30s",
         .max = DAY_NS},
	{"max_flows", CONFIG_UINT, offsetof(struct probe_config, max_flows),
         "flows held at once; decides the memory taken at start", .preset = "1_000_000",
         .min = FLOWS_MIN, .max = FLOWS_MAX},
	{"workers", CONFIG_UINT, offsetof(struct probe_config, n_workers),
         "processors that poll ports; 0: all this process may use but one", .preset = "0",
         .max = MAX_WORKERS},
	{"spread", CONFIG_CHOICE, offsetof(struct probe_config, spread),
         "none: the worker that polls a frame counts it; inner: the one that owns its innermost "
         "flow",
         .preset = "none", .choices = spread_names},
	{"eal", CONFIG_TEXTS, offsetof(struct probe_config, eal),
         "further arguments for DPDK's environment layer"},
	{"insecure", CONFIG_BOOL, offsetof(struct probe_config, insecure),
         "send reports in plain text to other machines", .preset = "false"},
	{"log_level", CONFIG_TEXT, offsetof(struct probe_config, log_level),
         "error, warning, info or debug", .preset = "info", .check = check_log_level},
	{NULL},
};

static const struct config_schema probe_schema = {probe_fields, sizeof(struct probe_config)};

// A fault between values: the file, the field, what is wrong and the mend.
__attribute__((format(printf, 3, 4))) static int fault(char *why, const char *path,
                                                       const char *format, ...)
{
	size_t n_bytes = (size_t)snprintf(why, CONFIG_WHY_BYTES, "%s: ", path);
	va_list list;

	if (n_bytes >= CONFIG_WHY_BYTES)
		return -EINVAL;
	va_start(list, format);
	vsnprintf(why + n_bytes, CONFIG_WHY_BYTES - n_bytes, format, list);
	va_end(list);
	return -EINVAL;
}

const struct link_config *probe_config_link(const struct probe_config *config, size_t at)
{
	return (const struct link_config *)config->links.items + at;
}

uint32_t link_config_queues(const struct link_config *link, uint32_t n_workers)
{
	return device_n_queues(link->device, (uint32_t)link->n_queues, n_workers);
}

// A list has no preset in the schema; this is the one of the collectors.
static int fill_collectors(struct config_texts *collectors)
{
	char *text;

	if (collectors->n > 0)
		return 0;
	free(collectors->items);
	collectors->items = calloc(1, sizeof(*collectors->items));
	text = strdup(DEFAULT_COLLECTOR);
	if (collectors->items == NULL || text == NULL) {
		free(text);
		return -ENOMEM;
	}
	collectors->items[0] = text;
	collectors->n = 1;
	return 0;
}

static int check_collectors(const char *path, const struct probe_config *config, char *why)
{
	for (size_t i = 0; i < config->collectors.n && !config->insecure; i++) {
		struct address address;

		if (address_parse(config->collectors.items[i], &address) == NULL &&
		    !address_is_loopback(&address))
			return fault(why, path,
			             "collectors[%zu]: %s is another machine and this version does "
			             "not encrypt: add \"insecure: true\" to send in plain text",
			             i, config->collectors.items[i]);
	}
	return 0;
}

static int check_link_name(const char *path, const struct probe_config *config, size_t at,
                           char *why)
{
	const struct link_config *link = probe_config_link(config, at);

	for (size_t i = 0; i < at; i++)
		if (strcmp(probe_config_link(config, i)->name, link->name) == 0)
			return fault(why, path,
			             "links[%zu].name: links[%zu] is called \"%s\" already: every "
			             "link needs a name of its own",
			             at, i, link->name);
	return 0;
}

static int check_link(const char *path, const struct probe_config *config, size_t at, char *why)
{
	const struct link_config *link = probe_config_link(config, at);

	if (link->source == LINK_SOURCE_PCAP && config->links.n > 1)
		return fault(
			why, path,
			"links[%zu].source: a capture file has its own time, so it must be the "
			"only link: remove the others, or use source dpdk with device "
			"net_pcap0,rx_pcap=FILE",
			at);
	if (link->source == LINK_SOURCE_PCAP && link->n_queues > 0)
		return fault(why, path, "links[%zu].queues: a capture file has none: leave it out",
		             at);
	return check_link_name(path, config, at, why);
}

static int check_config(const char *path, const struct probe_config *config, char *why)
{
	int rc;

	if (config->links.n > MAX_LINKS)
		return fault(why, path, "links: %zu are too many, a probe takes up to %d",
		             config->links.n, MAX_LINKS);
	for (size_t i = 0; i < config->links.n; i++) {
		rc = check_link(path, config, i, why);
		if (rc != 0)
			return rc;
	}
	if (MINUTE_NS % config->window_ns != 0)
		return fault(why, path,
		             "window: must divide a minute: 60s, 30s, 20s, 15s, 12s, 10s, 6s, 5s, "
		             "4s, 3s, 2s or 1s");
	return check_collectors(path, config, why);
}

// A path within a configuration is from the directory of its file, wherever the probe is started.
static int find_beside(const char *path, const char *name, char **ret_path)
{
	const char *slash = strrchr(path, '/');
	int n_directory = slash != NULL && name[0] != '/' ? (int)(slash + 1 - path) : 0;

	if (asprintf(ret_path, "%.*s%s", n_directory, path, name) >= 0)
		return 0;
	*ret_path = NULL;
	return -ENOMEM;
}

int probe_config_load(const char *path, struct probe_config *ret_config, char *why)
{
	int rc = config_load(path, &probe_schema, ret_config, why);

	if (rc != 0)
		return rc;
	rc = fill_collectors(&ret_config->collectors);
	if (rc == 0 && ret_config->plan != NULL)
		rc = find_beside(path, ret_config->plan, &ret_config->plan_path);
	if (rc == 0 && ret_config->keys != NULL)
		rc = find_beside(path, ret_config->keys, &ret_config->keys_path);
	if (rc != 0) {
		fault(why, path, "out of memory");
		return rc;
	}
	return check_config(path, ret_config, why);
}

void probe_config_fini(struct probe_config *config)
{
	free(config->plan_path);
	free(config->keys_path);
	config_fini(&probe_schema, config);
}

int probe_config_append_eal(struct probe_config *config, int n_arguments, char **arguments)
{
	struct config_texts *eal = &config->eal;
	size_t n_before = eal->n;
	char **items = reallocarray(eal->items, n_before + (size_t)n_arguments, sizeof(*items));

	if (items == NULL)
		return -ENOMEM;
	eal->items = items;
	for (int i = 0; i < n_arguments; i++) {
		items[eal->n] = strdup(arguments[i]);
		if (items[eal->n] == NULL)
			goto fail;
		eal->n++;
	}
	return 0;
fail:
	while (eal->n > n_before)
		free(items[--eal->n]);
	return -ENOMEM;
}

void probe_config_print(FILE *out, const struct probe_config *config)
{
	config_print(out, &probe_schema, config);
}
