#include "test_all.h"

#include <errno.h>
#include <string.h>

#include "proto/base/clock.h"

#include "config_sample.h"

static const char *check_name(const char *value)
{
	return strchr(value, ' ') ? "use letters, digits, points and dashes" : NULL;
}

static const char *const surfaces[] = {"metro", "mobile-core", "interconnect", NULL};

static const struct config_field link_fields[] = {
	{"name", CONFIG_TEXT, offsetof(struct sample_link, name), .required = true},
	{"surface", CONFIG_CHOICE, offsetof(struct sample_link, surface), .preset = "interconnect",
         .choices = surfaces},
	{"capacity_bps", CONFIG_UINT, offsetof(struct sample_link, capacity_bps), .min = 1,
         .max = 1000000},
	{"tags", CONFIG_TEXTS, offsetof(struct sample_link, tags)},
	{0},
};
static const struct config_schema link_schema = {link_fields, sizeof(struct sample_link)};

static const struct config_field limit_fields[] = {
	{"flows", CONFIG_UINT, offsetof(struct sample_limits, flows), .preset = "65_536"},
	{"strict", CONFIG_BOOL, offsetof(struct sample_limits, strict), .preset = "true"},
	{0},
};
static const struct config_schema limits_schema = {limit_fields, sizeof(struct sample_limits)};

static const struct config_field fields[] = {
	{"probe", CONFIG_TEXT, offsetof(struct sample, probe), "name of this probe",
         .required = true, .check = check_name},
	{"plan", CONFIG_TEXT, offsetof(struct sample, plan)},
	{"window", CONFIG_SECONDS, offsetof(struct sample, window_ns), .preset = "60s",
         .min = NS_PER_S, .max = 300 * NS_PER_S},
	{"insecure", CONFIG_BOOL, offsetof(struct sample, insecure)},
	{"collectors", CONFIG_TEXTS, offsetof(struct sample, collectors), .required = true},
	{"links", CONFIG_ROWS, offsetof(struct sample, links), .rows = &link_schema},
	{"limits", CONFIG_GROUP, offsetof(struct sample, limits), .rows = &limits_schema},
	{0},
};
const struct config_schema sample_schema = {fields, sizeof(struct sample)};

struct sample values;
char why[CONFIG_WHY_BYTES];

int sample_parse(const char *text, size_t n_bytes)
{
	config_fini(&sample_schema, &values);
	return config_parse("probe.yaml", text, n_bytes, &sample_schema, &values, why);
}

void sample_accept(const char *text)
{
	if (sample_parse(text, strlen(text)) != 0)
		fail_msg("refused: %s", why);
	assert_string_equal(why, "");
}

void sample_refuse(const char *text, const char *expected)
{
	assert_int_equal(sample_parse(text, strlen(text)), -EINVAL);
	assert_string_equal(why, expected);
}

int sample_fini(void **state)
{
	(void)state;
	config_fini(&sample_schema, &values);
	return 0;
}
