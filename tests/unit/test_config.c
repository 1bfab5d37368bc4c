#include "test_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"

#include "config_sample.h"

static void every_type_is_read(void **state)
{
	(void)state;
	sample_accept("# a comment\n"
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
	sample_accept(SMALLEST);
	assert_int_equal(values.window_ns, 60 * NS_PER_S);
	assert_false(values.insecure);
	assert_int_equal(values.links.n, 0);
	assert_int_equal(values.limits.flows, 65536);
	assert_true(values.limits.strict);
}

static void an_unknown_key_is_answered_with_the_nearest(void **state)
{
	(void)state;
	sample_refuse("probe: a\ncolector: [b]\n",
	              "probe.yaml:2:1: unknown key \"colector\", did you mean \"collectors\"?");
	sample_refuse(
		SMALLEST "links:\n  - name: x\n    capacty_bps: 1\n",
		"probe.yaml:5:5: unknown key \"capacty_bps\", did you mean \"capacity_bps\"?");
	sample_refuse(SMALLEST "limits: {colour: red}\n",
	              "probe.yaml:3:10: unknown key \"colour\", the keys here are flows, strict");
}

static void a_key_given_twice_is_refused(void **state)
{
	(void)state;
	sample_refuse("probe: a\ncollectors: [b]\nprobe: c\n",
	              "probe.yaml:3:1: \"probe\" was given in line 1 already, keep one");
}

static void a_missing_key_is_told_at_the_start_of_its_mapping(void **state)
{
	(void)state;
	sample_refuse("# first\ncollectors: [b]\n",
	              "probe.yaml:2:1: missing key \"probe\": name of this probe");
	sample_refuse(SMALLEST "links:\n  - name: x\n  - surface: metro\n",
	              "probe.yaml:5:5: missing key \"name\"");
	sample_refuse("{}", "probe.yaml:1:1: missing key \"probe\": name of this probe");
	sample_refuse("probe: a\ncollectors: []\n",
	              "probe.yaml:2:13: \"collectors\" is empty, give it at least one element");
}

static void a_file_that_is_not_a_mapping_is_refused(void **state)
{
	(void)state;
	sample_refuse("- a\n- b\n",
	              "probe.yaml:1:1: the file must be a mapping of \"key: value\" lines, "
	              "not a list");
	sample_refuse("hello\n",
	              "probe.yaml:1:1: the file must be a mapping of \"key: value\" lines, not "
	              "a single value");
	sample_refuse("? [a]\n: b\n", "probe.yaml:1:3: a key must be one word, not a list");
}

static void an_empty_file_is_refused(void **state)
{
	static const char *const texts[] = {"", "\n\n", "# nothing\n", "---\n", "null\n", "--- ~"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		sample_refuse(texts[i],
		              "probe.yaml:1:1: the file is empty, write {} to take every preset");
}

static void indirections_of_yaml_are_refused(void **state)
{
	(void)state;
	sample_refuse("probe: &x a\n", "probe.yaml:1:8: anchors are not understood, remove \"&x\"");
	sample_refuse("probe: *x\n",
	              "probe.yaml:1:8: aliases are not understood, write the value out");
	sample_refuse("collectors: &x [a]\n",
	              "probe.yaml:1:13: anchors are not understood, remove \"&x\"");
	sample_refuse("limits: &x {}\n",
	              "probe.yaml:1:9: anchors are not understood, remove \"&x\"");
	sample_refuse("&x probe: a\n", "probe.yaml:1:1: anchors are not understood, remove \"&x\"");
	sample_refuse("probe: !!str a\n",
	              "probe.yaml:1:8: tags are not understood, remove \"tag:yaml.org,2002:str\"");
	sample_refuse("<<: {probe: a}\n",
	              "probe.yaml:1:1: unknown key \"<<\", the keys here are probe, "
	              "plan, window, insecure, collectors, links, limits");
}

static void a_second_document_is_refused(void **state)
{
	(void)state;
	sample_refuse(SMALLEST "---\nprobe: b\n",
	              "probe.yaml:3:1: a second document begins here, keep one");
	sample_accept("---\n" SMALLEST "...\n");
}

static void broken_yaml_is_told_its_place(void **state)
{
	(void)state;
	sample_refuse("probe: a\nlimits:\n\tflows: 1\n",
	              "probe.yaml:3:1: a tab cannot stand here, indent with spaces");
	sample_refuse(
		"collectors: [a\n",
		"probe.yaml:2:1: while parsing a flow sequence, did not find expected ',' or ']'");
	sample_refuse("probe: \"a\n",
	              "probe.yaml:2:1: while scanning a quoted scalar, found unexpected "
	              "end of stream");
	sample_refuse("probe: a: b\n",
	              "probe.yaml:1:9: mapping values are not allowed in this context");
}

static void bytes_that_are_not_utf_8_are_told_their_place(void **state)
{
	(void)state;
	sample_refuse("probe: a\nplan: \xc3\xa9\xff\n",
	              "probe.yaml:2:8: invalid leading UTF-8 octet, write the file in UTF-8 "
	              "without them");
	assert_int_equal(sample_parse("probe: a\0b\n", 11), -EINVAL);
	assert_string_equal(why, "probe.yaml:1:9: control characters are not allowed, write the "
	                         "file in UTF-8 without them");
	assert_int_equal(sample_parse("\xff\xfep\0r\0", 6), -EINVAL);
	sample_accept("\xef\xbb\xbf" SMALLEST);
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
	assert_int_equal(sample_parse(text, n), -EINVAL);
	assert_string_equal(why, "probe.yaml:1:526: \"collectors\" has more than 256 elements");
}

static void deep_nesting_is_refused_where_it_leaves_the_schema(void **state)
{
	static char text[100000];

	(void)state;
	memset(text, '[', sizeof(text));
	memcpy(text, "links: ", 7);
	assert_int_equal(sample_parse(text, sizeof(text)), -EINVAL);
	assert_non_null(strstr(why, "probe.yaml:1:"));
}

static void every_prefix_of_a_file_ends_without_a_leak(void **state)
{
	static const char whole[] = "probe: a\ncollectors: [b, \"c\"]\nlinks:\n"
				    "  - name: x\n    tags: [d, e]\n  - name: y\n"
				    "limits: {flows: 1, strict: false}\n";

	(void)state;
	for (size_t n = 0; n < sizeof(whole); n++) {
		int error = sample_parse(whole, n);
		assert_true(error == 0 || error == -EINVAL);
		assert_int_equal(error == 0, why[0] == '\0');
	}
	assert_int_equal(sample_parse(whole, sizeof(whole) - 1), 0);
}

// Loads a file of that content from a temporary place and returns what config_load() did.
static int load(const char *content, size_t n_bytes)
{
	char path[] = "config-XXXXXX";
	int descriptor = mkstemp(path);

	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, content, n_bytes), n_bytes);
	close(descriptor);
	config_fini(&sample_schema, &values);
	int error = config_load(path, &sample_schema, &values, why);
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
	config_fini(&sample_schema, &values);
	assert_int_equal(config_load("no/such.yaml", &sample_schema, &values, why), -ENOENT);
	assert_string_equal(why, "no/such.yaml: No such file or directory");
	assert_int_equal(config_load("/", &sample_schema, &values, why), -EISDIR);
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
		cmocka_unit_test(an_unknown_key_is_answered_with_the_nearest),
		cmocka_unit_test(a_key_given_twice_is_refused),
		cmocka_unit_test(a_missing_key_is_told_at_the_start_of_its_mapping),
		cmocka_unit_test(a_file_that_is_not_a_mapping_is_refused),
		cmocka_unit_test(an_empty_file_is_refused),
		cmocka_unit_test(indirections_of_yaml_are_refused),
		cmocka_unit_test(a_second_document_is_refused),
		cmocka_unit_test(broken_yaml_is_told_its_place),
		cmocka_unit_test(bytes_that_are_not_utf_8_are_told_their_place),
		cmocka_unit_test(a_long_list_is_refused),
		cmocka_unit_test(deep_nesting_is_refused_where_it_leaves_the_schema),
		cmocka_unit_test(every_prefix_of_a_file_ends_without_a_leak),
		cmocka_unit_test(a_file_is_loaded),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
		cmocka_unit_test(a_file_that_is_too_big_is_refused),
	};
	return cmocka_run_group_tests_name("config", tests, NULL, sample_fini);
}
