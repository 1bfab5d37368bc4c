#include "test_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/clock.h"

#include "config_sample.h"

static void durations_are_read_in_every_unit(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} rows[] = {{"1", 1000},     {"60", 60000},     {"60s", 60000},
	            {"5m", 300000},  {"1.5", 1500},     {"1.25s", 1250},
	            {"0.5m", 30000}, {"0.05h", 180000}, {"0.001d", 86400}};
	char text[100];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(text, sizeof(text), SMALLEST "window: %s\n", rows[i].text);
		sample_accept(text);
		assert_int_equal(values.window_ns, rows[i].ms * NS_PER_MS);
	}
}

static void a_value_of_the_wrong_type_is_refused(void **state)
{
	(void)state;
	sample_refuse("probe: [a]\n",
	              "probe.yaml:1:8: \"probe\" must be a single value, not a list");
	sample_refuse("probe: {a: b}\n",
	              "probe.yaml:1:8: \"probe\" must be a single value, not a mapping");
	sample_refuse("collectors: a\n",
	              "probe.yaml:1:13: \"collectors\" must be a list, not a single value");
	sample_refuse("collectors: [[a]]\n",
	              "probe.yaml:1:14: \"collectors\" must be a single value, not a list");
	sample_refuse("links: {name: x}\n",
	              "probe.yaml:1:8: \"links\" must be a list of mappings, not a mapping");
	sample_refuse("links: [x]\n",
	              "probe.yaml:1:9: \"links\" must be a list of mappings, not a single value");
	sample_refuse("limits: 5\n",
	              "probe.yaml:1:9: \"limits\" must be a mapping, not a single value");
	sample_refuse("insecure: yes\n",
	              "probe.yaml:1:11: \"insecure\" must be true or false, not \"yes\"");
	sample_refuse("limits:\n  flows: many\n",
	              "probe.yaml:2:10: \"flows\" must be a whole number, not \"many\"");
	sample_refuse("limits:\n  flows: -1\n",
	              "probe.yaml:2:10: \"flows\" must be a whole number, not \"-1\"");
	sample_refuse("limits:\n  flows: 1__0\n",
	              "probe.yaml:2:10: \"flows\" must be a whole number, not \"1__0\"");
	sample_refuse("limits:\n  flows: 1_\n",
	              "probe.yaml:2:10: \"flows\" must be a whole number, not \"1_\"");
	sample_refuse("window: 5 m\n",
	              "probe.yaml:1:9: \"window\" must be a time such as 60s, 5m, 1h or "
	              "7d, not \"5 m\"");
	sample_refuse("window: 1.s\n",
	              "probe.yaml:1:9: \"window\" must be a time such as 60s, 5m, 1h or "
	              "7d, not \"1.s\"");
	sample_refuse("window: 0.0000000001s\n",
	              "probe.yaml:1:9: \"window\" must be a time such as 60s, 5m, 1h or 7d, not "
	              "\"0.0000000001s\"");
}

static void a_value_out_of_range_is_told_the_range(void **state)
{
	(void)state;
	sample_refuse("links: [{capacity_bps: 0}]\n",
	              "probe.yaml:1:24: \"capacity_bps\" is 0, must be from 1 to 1000000");
	sample_refuse("links: [{capacity_bps: 1000001}]\n",
	              "probe.yaml:1:24: \"capacity_bps\" is 1000001, must be from 1 to 1000000");
	sample_refuse("limits: {flows: 18446744073709551616}\n",
	              "probe.yaml:1:17: \"flows\" is 18446744073709551616, must be from 0 to "
	              "18446744073709551615");
	sample_refuse("window: 999ms\n",
	              "probe.yaml:1:9: \"window\" must be a time such as 60s, 5m, 1h "
	              "or 7d, not \"999ms\"");
	sample_refuse("window: 0.5s\n",
	              "probe.yaml:1:9: \"window\" is 0.5s, must be from 1s to 5m");
	sample_refuse("window: 1h\n", "probe.yaml:1:9: \"window\" is 1h, must be from 1s to 5m");
	sample_refuse("window: 99999999999999999999d\n",
	              "probe.yaml:1:9: \"window\" is 99999999999999999999d, must be from 1s to 5m");
	sample_refuse(
		"window: 18446744073.709551616s\n",
		"probe.yaml:1:9: \"window\" is 18446744073.709551616s, must be from 1s to 5m");
}

static void a_bad_choice_is_told_the_choices(void **state)
{
	(void)state;
	sample_refuse(
		"links: [{surface: metroo}]\n",
		"probe.yaml:1:19: \"surface\" cannot be \"metroo\", did you mean \"metro\"? It is "
		"one of metro, mobile-core, interconnect");
	sample_refuse("links: [{surface: moon}]\n",
	              "probe.yaml:1:19: \"surface\" cannot be \"moon\", choose one of metro, "
	              "mobile-core, interconnect");
}

static void a_check_of_ones_own_is_told_in_its_words(void **state)
{
	(void)state;
	sample_refuse(
		"probe: a b\n",
		"probe.yaml:1:8: \"probe\" is \"a b\": use letters, digits, points and dashes");
}

static void a_key_without_value_is_refused(void **state)
{
	(void)state;
	sample_refuse("probe:\ncollectors: [a]\n",
	              "probe.yaml:1:7: \"probe\" has no value, give it a single value");
	sample_refuse("probe: ~\n",
	              "probe.yaml:1:8: \"probe\" has no value, give it a single value");
	sample_refuse("links:\n",
	              "probe.yaml:1:7: \"links\" has no value, give it a list of mappings");
	sample_accept("probe: \"\"\ncollectors: ['null']\n");
	assert_string_equal(values.probe, "");
	assert_string_equal(values.collectors.items[0], "null");
}

static void a_text_is_one_line_without_control_characters(void **state)
{
	static const char *const escapes[] = {"\\n", "\\t",    "\\e",     "\\x7f",
	                                      "\\N", "\\_\\L", "\\uFEFF", "\\uFFFE"};
	char text[100];

	(void)state;
	for (size_t i = 0; i < sizeof(escapes) / sizeof(*escapes); i++) {
		snprintf(text, sizeof(text), "plan: \"a%s\"\n", escapes[i]);
		sample_refuse(
			text,
			"probe.yaml:1:7: \"plan\" must be one line without control characters");
	}
	sample_refuse("plan: \"a\\0b\"\n", "probe.yaml:1:7: \"plan\" holds a zero byte");
	sample_refuse("plan: |\n  a\n  b\n",
	              "probe.yaml:1:7: \"plan\" must be one line without control characters");
	sample_refuse("limits: {strict: \"\\e[2J\"}\n",
	              "probe.yaml:1:18: \"strict\" must be true or false, not \"?[2J\"");
}

static void a_long_text_is_refused(void **state)
{
	char text[CONFIG_MAX_TEXT_BYTES + 20];

	(void)state;
	int n = snprintf(text, sizeof(text), "plan: ");
	memset(text + n, 'x', CONFIG_MAX_TEXT_BYTES);
	text[n + CONFIG_MAX_TEXT_BYTES] = '\0';
	sample_refuse(text, "probe.yaml:1:7: \"plan\" is longer than 511 bytes");
	memcpy(text, "xxx", 3);
	assert_int_equal(sample_parse(text, strlen(text)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_read_in_every_unit),
		cmocka_unit_test(a_value_of_the_wrong_type_is_refused),
		cmocka_unit_test(a_value_out_of_range_is_told_the_range),
		cmocka_unit_test(a_bad_choice_is_told_the_choices),
		cmocka_unit_test(a_check_of_ones_own_is_told_in_its_words),
		cmocka_unit_test(a_key_without_value_is_refused),
		cmocka_unit_test(a_text_is_one_line_without_control_characters),
		cmocka_unit_test(a_long_text_is_refused),
	};
	return cmocka_run_group_tests_name("config_scalar", tests, NULL, sample_fini);
}
