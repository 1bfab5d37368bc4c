#include "test_all.h"

#include <errno.h>
#include <string.h>

#include "probe/doctor/cpu_list.h"

static void lists_read_back_as_written(void **state)
{
	static const char *const texts[] = {"0", "0-3", "1,3", "0-1,4,6-7", "1023", "none"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char text[CPU_LIST_TEXT_BYTES];
		cpu_set_t set;

		assert_int_equal(cpu_list_parse(i == 5 ? "" : texts[i], &set), 0);
		cpu_list_format(&set, text);
		assert_string_equal(text, texts[i]);
	}
}

static void what_is_no_list_is_refused(void **state)
{
	static const char *const texts[] = {
		"a",   "-1", "3-", "3-1", "1,", ",1", "1024", "0-1024", "99999999999999999999",
		"1 2", "1;2"};
	cpu_set_t set;

	CPU_ZERO(&set);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(cpu_list_parse(texts[i], &set), -EINVAL);
		assert_int_equal(CPU_COUNT(&set), 0);
	}
}

static void a_list_too_long_to_print_is_cut_off(void **state)
{
	char text[CPU_LIST_TEXT_BYTES];
	cpu_set_t set;

	CPU_ZERO(&set);
	for (int i = 0; i < CPU_SETSIZE; i += 2)
		CPU_SET(i, &set);
	cpu_list_format(&set, text);
	assert_int_equal(strlen(text), CPU_LIST_TEXT_BYTES - 1);
	assert_memory_equal(text, "0,2,4,", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_read_back_as_written),
		cmocka_unit_test(what_is_no_list_is_refused),
		cmocka_unit_test(a_list_too_long_to_print_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
