#include "test_all.h"

#include <string.h>

#include "proto/utf8.h"

static const struct {
	const char *text;
	bool is_printable;
} vectors[] = {
	{"", true},
	{"plain ASCII~", true},
	{"\xc2\xa0\xdf\xbf\xe0\xa0\x80\xe4\xb8\xad\xe5\x9b\xbd\xf4\x8f\xbf\xbf", true},
	{"\x1f", false},
	{"\x7f", false},
	{"\xc2\x9f", false}, // a control character in two bytes
	{"\x80", false},
	{"\xc0\xaf", false}, // longer than need be
	{"\xe0\x9f\xbf", false},
	{"\xf0\x8f\xbf\xbf", false},
	{"\xed\xa0\x80", false}, // a surrogate
	{"\xf4\x90\x80\x80", false}, // past the last code point
	{"\xf8\x88\x80\x80\x80", false},
	{"\xe4\xb8", false}, // cut
	{"\xe4\xb8x", false},
};

static void every_vector_is_judged_as_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		assert_int_equal(utf8_is_printable(vectors[i].text, strlen(vectors[i].text)),
		                 vectors[i].is_printable);
	assert_false(utf8_is_printable("a\0b", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_vector_is_judged_as_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
