#include "test_all.h"

#include <stdio.h>
#include <stdlib.h>

#include "config_sample.h"

// The printed text of the current values; the caller frees it.
static char *print_values(void)
{
	char *text = NULL;
	size_t n_bytes = 0;
	FILE *out = open_memstream(&text, &n_bytes);

	config_print(out, &sample_schema, &values);
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
		sample_accept(texts[i]);
		char *first = print_values();
		sample_accept(first);
		char *second = print_values();
		assert_string_equal(first, second);
		free(first);
		free(second);
	}
}

static void effective_values_are_printed_with_their_help(void **state)
{
	(void)state;
	sample_accept(SMALLEST "links:\n  - name: x y\n");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_loads_to_the_same),
		cmocka_unit_test(effective_values_are_printed_with_their_help),
	};
	return cmocka_run_group_tests_name("config_print", tests, NULL, sample_fini);
}
