// Configuration from any bytes: refused with one line that names the file, or read into values
// that print as a configuration which reads as the same values.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/config.h"

#include "fuzz_target.h"

#define NAME "fuzz.yaml"

struct port {
	char *name;
	uint64_t number;
	int mode;
	struct config_texts tags;
};

struct timing {
	uint64_t window_ns;
	bool strict;
};

struct values {
	char *name;
	uint64_t size;
	uint64_t idle_ns;
	bool quiet;
	int level;
	struct config_texts peers;
	struct config_rows ports;
	struct timing timing;
};

static const char *check_name(const char *value)
{
	return strlen(value) > 63 ? "use at most 63 bytes" : NULL;
}

static const char *const modes[] = {"one", "two", "null", "a b", NULL};

static const struct config_field port_fields[] = {
	{"name", CONFIG_TEXT, offsetof(struct port, name), "name of the port", .required = true},
	{"number", CONFIG_UINT, offsetof(struct port, number), .min = 1, .max = 65535},
	{"mode", CONFIG_CHOICE, offsetof(struct port, mode), .preset = "two", .choices = modes},
	{"tags", CONFIG_TEXTS, offsetof(struct port, tags)},
	{0},
};
static const struct config_schema port_schema = {port_fields, sizeof(struct port)};

static const struct config_field timing_fields[] = {
	{"window", CONFIG_SECONDS, offsetof(struct timing, window_ns), .min = NS_PER_S,
         .max = 300 * NS_PER_S},
	{"strict", CONFIG_BOOL, offsetof(struct timing, strict), .preset = "true"},
	{0},
};
static const struct config_schema timing_schema = {timing_fields, sizeof(struct timing)};

static const struct config_field fields[] = {
	{"name", CONFIG_TEXT, offsetof(struct values, name), .check = check_name},
	{"size", CONFIG_UINT, offsetof(struct values, size), .preset = "1_000"},
	{"idle", CONFIG_SECONDS, offsetof(struct values, idle_ns), .preset = "0.5s"},
	{"quiet", CONFIG_BOOL, offsetof(struct values, quiet)},
	{"level", CONFIG_CHOICE, offsetof(struct values, level), .choices = modes},
	{"peers", CONFIG_TEXTS, offsetof(struct values, peers)},
	{"ports", CONFIG_ROWS, offsetof(struct values, ports), .rows = &port_schema},
	{"timing", CONFIG_GROUP, offsetof(struct values, timing), .rows = &timing_schema},
	{0},
};
static const struct config_schema schema = {fields, sizeof(struct values)};

static void promise(bool kept, const char *what)
{
	if (kept)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

// The caller frees the text.
static char *values_print(const struct values *values, size_t *ret_bytes)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_bytes);

	promise(out != NULL, "memory for the printed text");
	config_print(out, &schema, values);
	fclose(out);
	return text;
}

static void values_round_trip(const struct values *values)
{
	struct values again;
	char why[CONFIG_WHY_BYTES];
	size_t n_first, n_second;
	char *first = values_print(values, &n_first);
	int error = config_parse(NAME, first, n_first, &schema, &again, why);

	promise(error == 0, why);
	char *second = values_print(&again, &n_second);
	promise(strcmp(first, second) == 0, "what is printed loads to the same");
	config_fini(&schema, &again);
	free(first);
	free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	struct values values;
	char why[CONFIG_WHY_BYTES];
	int error = config_parse(NAME, (const char *)bytes, n_bytes, &schema, &values, why);

	if (error == 0) {
		promise(why[0] == '\0', "no complaint about what is accepted");
		values_round_trip(&values);
	} else {
		promise(strncmp(why, NAME ":", sizeof(NAME)) == 0, "a refusal names the file");
		promise(strpbrk(why, "\n\r\033") == NULL, "a refusal is one clean line");
	}
	config_fini(&schema, &values);
	return 0;
}
