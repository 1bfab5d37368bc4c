#include "test_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/config.h"

struct sample_link {
	char *name;
	int surface;
	uint64_t capacity_bps;
	struct config_texts tags;
};

struct sample_limits {
	uint64_t flows;
	bool strict;
};

struct sample {
	char *probe;
	char *plan;
	uint64_t window_ns;
	bool insecure;
	struct config_texts collectors;
	struct config_rows links;
	struct sample_limits limits;
};

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
static const struct config_schema schema = {fields, sizeof(struct sample)};

#define SMALLEST "probe: a\ncollectors: [b]\n"

static struct sample values;
static char why[CONFIG_WHY_BYTES];

static int parse_bytes(const char *text, size_t n_bytes)
{
	config_fini(&schema, &values);
	return config_parse("probe.yaml", text, n_bytes, &schema, &values, why);
}

static void accept(const char *text)
{
	if (parse_bytes(text, strlen(text)) != 0)
		fail_msg("refused: %s", why);
	assert_string_equal(why, "");
}

static void refuse(const char *text, const char *expected)
{
	assert_int_equal(parse_bytes(text, strlen(text)), -EINVAL);
	assert_string_equal(why, expected);
}

static int values_fini(void **state)
{
	(void)state;
	config_fini(&schema, &values);
	return 0;
}

static void every_type_is_read(void **state)
{
	(void)state;
	accept("# a comment\n"
	       "probe: exchange-1\n"
	       "window: 5m\n"
	       "insecure: true\n"
	       "collectors: [ '127.0.0.1:8661', \"[::1]:8661\" ]\n"
	       "links:\n"
	       "  - name: lab0\n"
	       "    surface: metro\n"
	       "    capacity_bps: 100_000\n"
	       "    tags: [a, 7, true]\n"
	       "  - name: lab 1\n"
	       "limits: {flows: 12, strict: false}\n");
	assert_string_equal(values.probe, "exchange-1");
	assert_null(values.plan);
	assert_int_equal(values.window_ns, 300 * NS_PER_S);
	assert_true(values.insecure);
	assert_int_equal(values.collectors.n, 2);
	assert_string_equal(values.collectors.items[0], "127.0.0.1:8661");
	assert_string_equal(values.collectors.items[1], "[::1]:8661");
	assert_int_equal(values.links.n, 2);
	const struct sample_link *links = values.links.items;
	assert_string_equal(links[0].name, "lab0");
	assert_int_equal(links[0].surface, 0);
	assert_int_equal(links[0].capacity_bps, 100000);
	assert_int_equal(links[0].tags.n, 3);
	assert_string_equal(links[0].tags.items[2], "true");
	assert_string_equal(links[1].name, "lab 1");
	assert_int_equal(links[1].surface, 2);
	assert_int_equal(links[1].capacity_bps, 0);
	assert_int_equal(values.limits.flows, 12);
	assert_false(values.limits.strict);
}

static void absent_keys_take_their_presets(void **state)
{
	(void)state;
	accept(SMALLEST);
	assert_int_equal(values.window_ns, 60 * NS_PER_S);
	assert_false(values.insecure);
	assert_int_equal(values.links.n, 0);
	assert_int_equal(values.limits.flows, 65536);
	assert_true(values.limits.strict);
}

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
		accept(text);
		assert_int_equal(values.window_ns, rows[i].ms * NS_PER_MS);
	}
}

static void an_unknown_key_is_answered_with_the_nearest(void **state)
{
	(void)state;
	refuse("probe: a\ncolector: [b]\n",
	       "probe.yaml:2:1: unknown key \"colector\", did you mean \"collectors\"?");
	refuse(SMALLEST "links:\n  - name: x\n    capacty_bps: 1\n",
	       "probe.yaml:5:5: unknown key \"capacty_bps\", did you mean \"capacity_bps\"?");
	refuse(SMALLEST "limits: {colour: red}\n",
	       "probe.yaml:3:10: unknown key \"colour\", the keys here are flows, strict");
}

static void a_key_given_twice_is_refused(void **state)
{
	(void)state;
	refuse("probe: a\ncollectors: [b]\nprobe: c\n",
	       "probe.yaml:3:1: \"probe\" was given in line 1 already, keep one");
}

static void a_missing_key_is_told_at_the_start_of_its_mapping(void **state)
{
	(void)state;
	refuse("# first\ncollectors: [b]\n",
	       "probe.yaml:2:1: missing key \"probe\": name of this probe");
	refuse(SMALLEST "links:\n  - name: x\n  - surface: metro\n",
	       "probe.yaml:5:5: missing key \"name\"");
	refuse("{}", "probe.yaml:1:1: missing key \"probe\": name of this probe");
	refuse("probe: a\ncollectors: []\n",
	       "probe.yaml:2:13: \"collectors\" is empty, give it at least one element");
}

static void a_value_of_the_wrong_type_is_refused(void **state)
{
	(void)state;
	refuse("probe: [a]\n", "probe.yaml:1:8: \"probe\" must be a single value, not a list");
	refuse("probe: {a: b}\n",
	       "probe.yaml:1:8: \"probe\" must be a single value, not a mapping");
	refuse("collectors: a\n",
	       "probe.yaml:1:13: \"collectors\" must be a list, not a single value");
	refuse("collectors: [[a]]\n",
	       "probe.yaml:1:14: \"collectors\" must be a single value, not a list");
	refuse("links: {name: x}\n",
	       "probe.yaml:1:8: \"links\" must be a list of mappings, not a mapping");
	refuse("links: [x]\n",
	       "probe.yaml:1:9: \"links\" must be a list of mappings, not a single value");
	refuse("limits: 5\n", "probe.yaml:1:9: \"limits\" must be a mapping, not a single value");
	refuse("insecure: yes\n",
	       "probe.yaml:1:11: \"insecure\" must be true or false, not \"yes\"");
	refuse("limits:\n  flows: many\n",
	       "probe.yaml:2:10: \"flows\" must be a whole number, not \"many\"");
	refuse("limits:\n  flows: -1\n",
	       "probe.yaml:2:10: \"flows\" must be a whole number, not \"-1\"");
	refuse("limits:\n  flows: 1__0\n",
	       "probe.yaml:2:10: \"flows\" must be a whole number, not \"1__0\"");
	refuse("limits:\n  flows: 1_\n",
	       "probe.yaml:2:10: \"flows\" must be a whole number, not \"1_\"");
	refuse("window: 5 m\n", "probe.yaml:1:9: \"window\" must be a time such as 60s, 5m, 1h or "
	                        "7d, not \"5 m\"");
	refuse("window: 1.s\n", "probe.yaml:1:9: \"window\" must be a time such as 60s, 5m, 1h or "
	                        "7d, not \"1.s\"");
	refuse("window: 0.0000000001s\n",
	       "probe.yaml:1:9: \"window\" must be a time such as 60s, 5m, 1h or 7d, not "
	       "\"0.0000000001s\"");
}

static void a_value_out_of_range_is_told_the_range(void **state)
{
	(void)state;
	refuse("links: [{capacity_bps: 0}]\n",
	       "probe.yaml:1:24: \"capacity_bps\" is 0, must be from 1 to 1000000");
	refuse("links: [{capacity_bps: 1000001}]\n",
	       "probe.yaml:1:24: \"capacity_bps\" is 1000001, must be from 1 to 1000000");
	refuse("limits: {flows: 18446744073709551616}\n",
	       "probe.yaml:1:17: \"flows\" is 18446744073709551616, must be from 0 to "
	       "18446744073709551615");
	refuse("window: 999ms\n", "probe.yaml:1:9: \"window\" must be a time such as 60s, 5m, 1h "
	                          "or 7d, not \"999ms\"");
	refuse("window: 0.5s\n", "probe.yaml:1:9: \"window\" is 0.5s, must be from 1s to 5m");
	refuse("window: 1h\n", "probe.yaml:1:9: \"window\" is 1h, must be from 1s to 5m");
	refuse("window: 99999999999999999999d\n",
	       "probe.yaml:1:9: \"window\" is 99999999999999999999d, must be from 1s to 5m");
	refuse("window: 18446744073.709551616s\n",
	       "probe.yaml:1:9: \"window\" is 18446744073.709551616s, must be from 1s to 5m");
}

static void a_bad_choice_is_told_the_choices(void **state)
{
	(void)state;
	refuse("links: [{surface: metroo}]\n",
	       "probe.yaml:1:19: \"surface\" cannot be \"metroo\", did you mean \"metro\"? It is "
	       "one of metro, mobile-core, interconnect");
	refuse("links: [{surface: moon}]\n",
	       "probe.yaml:1:19: \"surface\" cannot be \"moon\", choose one of metro, "
	       "mobile-core, interconnect");
}

static void a_check_of_ones_own_is_told_in_its_words(void **state)
{
	(void)state;
	refuse("probe: a b\n",
	       "probe.yaml:1:8: \"probe\" is \"a b\": use letters, digits, points and dashes");
}

static void a_key_without_value_is_refused(void **state)
{
	(void)state;
	refuse("probe:\ncollectors: [a]\n",
	       "probe.yaml:1:7: \"probe\" has no value, give it a single value");
	refuse("probe: ~\n", "probe.yaml:1:8: \"probe\" has no value, give it a single value");
	refuse("links:\n", "probe.yaml:1:7: \"links\" has no value, give it a list of mappings");
	accept("probe: \"\"\ncollectors: ['null']\n");
	assert_string_equal(values.probe, "");
	assert_string_equal(values.collectors.items[0], "null");
}

static void a_file_that_is_not_a_mapping_is_refused(void **state)
{
	(void)state;
	refuse("- a\n- b\n", "probe.yaml:1:1: the file must be a mapping of \"key: value\" lines, "
	                     "not a list");
	refuse("hello\n", "probe.yaml:1:1: the file must be a mapping of \"key: value\" lines, not "
	                  "a single value");
	refuse("? [a]\n: b\n", "probe.yaml:1:3: a key must be one word, not a list");
}

static void an_empty_file_is_refused(void **state)
{
	static const char *const texts[] = {"", "\n\n", "# nothing\n", "---\n", "null\n", "--- ~"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		refuse(texts[i],
		       "probe.yaml:1:1: the file is empty, write {} to take every preset");
}

static void indirections_of_yaml_are_refused(void **state)
{
	(void)state;
	refuse("probe: &x a\n", "probe.yaml:1:8: anchors are not understood, remove \"&x\"");
	refuse("probe: *x\n", "probe.yaml:1:8: aliases are not understood, write the value out");
	refuse("collectors: &x [a]\n",
	       "probe.yaml:1:13: anchors are not understood, remove \"&x\"");
	refuse("limits: &x {}\n", "probe.yaml:1:9: anchors are not understood, remove \"&x\"");
	refuse("&x probe: a\n", "probe.yaml:1:1: anchors are not understood, remove \"&x\"");
	refuse("probe: !!str a\n",
	       "probe.yaml:1:8: tags are not understood, remove \"tag:yaml.org,2002:str\"");
	refuse("<<: {probe: a}\n", "probe.yaml:1:1: unknown key \"<<\", the keys here are probe, "
	                           "plan, window, insecure, collectors, links, limits");
}

static void a_second_document_is_refused(void **state)
{
	(void)state;
	refuse(SMALLEST "---\nprobe: b\n",
	       "probe.yaml:3:1: a second document begins here, keep one");
	accept("---\n" SMALLEST "...\n");
}

static void broken_yaml_is_told_its_place(void **state)
{
	(void)state;
	refuse("probe: a\nlimits:\n\tflows: 1\n",
	       "probe.yaml:3:1: a tab cannot stand here, indent with spaces");
	refuse("collectors: [a\n",
	       "probe.yaml:2:1: while parsing a flow sequence, did not find expected ',' or ']'");
	refuse("probe: \"a\n", "probe.yaml:2:1: while scanning a quoted scalar, found unexpected "
	                       "end of stream");
	refuse("probe: a: b\n", "probe.yaml:1:9: mapping values are not allowed in this context");
}

static void bytes_that_are_not_utf_8_are_told_their_place(void **state)
{
	(void)state;
	refuse("probe: a\nplan: \xc3\xa9\xff\n",
	       "probe.yaml:2:8: invalid leading UTF-8 octet, write the file in UTF-8 without them");
	assert_int_equal(parse_bytes("probe: a\0b\n", 11), -EINVAL);
	assert_string_equal(why, "probe.yaml:1:9: control characters are not allowed, write the "
	                         "file in UTF-8 without them");
	assert_int_equal(parse_bytes("\xff\xfep\0r\0", 6), -EINVAL);
	accept("\xef\xbb\xbf" SMALLEST);
}

static void a_text_is_one_line_without_control_characters(void **state)
{
	static const char *const escapes[] = {"\\n", "\\t",    "\\e",     "\\x7f",
	                                      "\\N", "\\_\\L", "\\uFEFF", "\\uFFFE"};
	char text[100];

	(void)state;
	for (size_t i = 0; i < sizeof(escapes) / sizeof(*escapes); i++) {
		snprintf(text, sizeof(text), "plan: \"a%s\"\n", escapes[i]);
		refuse(text,
		       "probe.yaml:1:7: \"plan\" must be one line without control characters");
	}
	refuse("plan: \"a\\0b\"\n", "probe.yaml:1:7: \"plan\" holds a zero byte");
	refuse("plan: |\n  a\n  b\n",
	       "probe.yaml:1:7: \"plan\" must be one line without control characters");
	refuse("limits: {strict: \"\\e[2J\"}\n",
	       "probe.yaml:1:18: \"strict\" must be true or false, not \"?[2J\"");
}

static void a_long_text_is_refused(void **state)
{
	char text[CONFIG_MAX_TEXT_BYTES + 20];

	(void)state;
	int n = snprintf(text, sizeof(text), "plan: ");
	memset(text + n, 'x', CONFIG_MAX_TEXT_BYTES);
	text[n + CONFIG_MAX_TEXT_BYTES] = '\0';
	refuse(text, "probe.yaml:1:7: \"plan\" is longer than 511 bytes");
	memcpy(text, "xxx", 3);
	assert_int_equal(parse_bytes(text, strlen(text)), -EINVAL);
}

static void a_long_list_is_refused(void **state)
{
	char text[16 + 2 * (CONFIG_MAX_LIST + 1)] = "collectors: [";
	size_t n = strlen(text);

	(void)state;
	for (int i = 0; i <= CONFIG_MAX_LIST; i++) {
		text[n++] = 'x';
		text[n++] = ',';
	}
	text[n - 1] = ']';
	assert_int_equal(parse_bytes(text, n), -EINVAL);
	assert_string_equal(why, "probe.yaml:1:526: \"collectors\" has more than 256 elements");
}

static void deep_nesting_is_refused_where_it_leaves_the_schema(void **state)
{
	static char text[100000];

	(void)state;
	memset(text, '[', sizeof(text));
	memcpy(text, "links: ", 7);
	assert_int_equal(parse_bytes(text, sizeof(text)), -EINVAL);
	assert_non_null(strstr(why, "probe.yaml:1:"));
}

static void every_prefix_of_a_file_ends_without_a_leak(void **state)
{
	static const char whole[] = "probe: a\ncollectors: [b, \"c\"]\nlinks:\n"
				    "  - name: x\n    tags: [d, e]\n  - name: y\n"
				    "limits: {flows: 1, strict: false}\n";

	(void)state;
	for (size_t n = 0; n < sizeof(whole); n++) {
		int error = parse_bytes(whole, n);
		assert_true(error == 0 || error == -EINVAL);
		assert_int_equal(error == 0, why[0] == '\0');
	}
	assert_int_equal(parse_bytes(whole, sizeof(whole) - 1), 0);
}

// The printed text of the current values; the caller frees it.
static char *print_values(void)
{
	char *text = NULL;
	size_t n_bytes = 0;
	FILE *out = open_memstream(&text, &n_bytes);

	config_print(out, &schema, &values);
	fclose(out);
	return text;
}

static void what_is_printed_loads_to_the_same(void **state)
{
	static const char *const texts[] = {
		SMALLEST,
		"probe: a\nplan: \"a \\\"b\\\" \\\\c: #d\"\nwindow: 90s\ncollectors: [~x, '', -, "
		"'null', 'a:', 省, \"\\u00a0\"]\nlinks:\n  - name: x\n    tags: [d, e]\n"
		"    capacity_bps: 7\n  - name: 'y '\n    surface: metro\n",
		"probe: a\nwindow: 1.000000001\ncollectors: [b]\nlinks: []\nlimits: {flows: 0}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		accept(texts[i]);
		char *first = print_values();
		accept(first);
		char *second = print_values();
		assert_string_equal(first, second);
		free(first);
		free(second);
	}
}

static void effective_values_are_printed_with_their_help(void **state)
{
	(void)state;
	accept(SMALLEST "links:\n  - name: x y\n");
	char *text = print_values();
	assert_string_equal(text, "# name of this probe\n"
	                          "probe: a\n"
	                          "# plan: (not set)\n"
	                          "window: 1m\n"
	                          "insecure: false\n"
	                          "collectors:\n"
	                          "  - b\n"
	                          "links:\n"
	                          "  -\n"
	                          "    name: \"x y\"\n"
	                          "    surface: interconnect\n"
	                          "    # capacity_bps: (not set)\n"
	                          "    tags: []\n"
	                          "limits:\n"
	                          "  flows: 65536\n"
	                          "  strict: true\n");
	free(text);
}

// Loads a file of that content from a temporary place and returns what config_load() did.
static int load(const char *content, size_t n_bytes)
{
	char path[] = "config-XXXXXX";
	int descriptor = mkstemp(path);

	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, content, n_bytes), n_bytes);
	close(descriptor);
	config_fini(&schema, &values);
	int error = config_load(path, &schema, &values, why);
	unlink(path);
	return error;
}

static void a_file_is_loaded(void **state)
{
	(void)state;
	assert_int_equal(load(SMALLEST, strlen(SMALLEST)), 0);
	assert_string_equal(values.probe, "a");
	assert_int_equal(load("probe: [", 8), -EINVAL);
	assert_non_null(strstr(why, ":1:8: \"probe\" must be"));
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
	(void)state;
	config_fini(&schema, &values);
	assert_int_equal(config_load("no/such.yaml", &schema, &values, why), -ENOENT);
	assert_string_equal(why, "no/such.yaml: No such file or directory");
	assert_int_equal(config_load("/", &schema, &values, why), -EISDIR);
	assert_string_equal(why, "/: is a directory, name a file in it");
}

static void a_file_that_is_too_big_is_refused(void **state)
{
	char *content = malloc(CONFIG_MAX_FILE_BYTES + 1);

	(void)state;
	memset(content, '\n', CONFIG_MAX_FILE_BYTES + 1);
	memcpy(content, SMALLEST, strlen(SMALLEST));
	assert_int_equal(load(content, CONFIG_MAX_FILE_BYTES), 0);
	assert_int_equal(load(content, CONFIG_MAX_FILE_BYTES + 1), -EFBIG);
	assert_non_null(strstr(why, ": is larger than the 1048576 bytes allowed"));
	free(content);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(absent_keys_take_their_presets),
		cmocka_unit_test(durations_are_read_in_every_unit),
		cmocka_unit_test(an_unknown_key_is_answered_with_the_nearest),
		cmocka_unit_test(a_key_given_twice_is_refused),
		cmocka_unit_test(a_missing_key_is_told_at_the_start_of_its_mapping),
		cmocka_unit_test(a_value_of_the_wrong_type_is_refused),
		cmocka_unit_test(a_value_out_of_range_is_told_the_range),
		cmocka_unit_test(a_bad_choice_is_told_the_choices),
		cmocka_unit_test(a_check_of_ones_own_is_told_in_its_words),
		cmocka_unit_test(a_key_without_value_is_refused),
		cmocka_unit_test(a_file_that_is_not_a_mapping_is_refused),
		cmocka_unit_test(an_empty_file_is_refused),
		cmocka_unit_test(indirections_of_yaml_are_refused),
		cmocka_unit_test(a_second_document_is_refused),
		cmocka_unit_test(broken_yaml_is_told_its_place),
		cmocka_unit_test(bytes_that_are_not_utf_8_are_told_their_place),
		cmocka_unit_test(a_text_is_one_line_without_control_characters),
		cmocka_unit_test(a_long_text_is_refused),
		cmocka_unit_test(a_long_list_is_refused),
		cmocka_unit_test(deep_nesting_is_refused_where_it_leaves_the_schema),
		cmocka_unit_test(every_prefix_of_a_file_ends_without_a_leak),
		cmocka_unit_test(what_is_printed_loads_to_the_same),
		cmocka_unit_test(effective_values_are_printed_with_their_help),
		cmocka_unit_test(a_file_is_loaded),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
		cmocka_unit_test(a_file_that_is_too_big_is_refused),
	};
	return cmocka_run_group_tests_name("config", tests, NULL, values_fini);
}
