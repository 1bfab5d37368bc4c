#include "test_all.h"

#include <string.h>

#include "probe/uplink/address.h"

static void host_and_port_are_parted_at_the_colon(void **state)
{
	static const struct {
		const char *text, *host, *port;
	} cases[] = {
		{"127.0.0.1:8661", "127.0.0.1", "8661"},
		{"collector.example:1", "collector.example", "1"},
		{"[::1]:65535", "::1", "65535"},
		{"[2001:db8::7]:8661", "2001:db8::7", "8661"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address address;

		assert_null(address_parse(cases[i].text, &address));
		assert_string_equal(address.host, cases[i].host);
		assert_string_equal(address.port, cases[i].port);
	}
}

static void what_is_no_address_is_refused_with_a_reason(void **state)
{
	static const char *const texts[] = {
		"",        ":8661",   "host",     "host:",   "host:0", "host:65536",
		"host:x1", "host:-1", "::1:8661", "[]:8661", "[::1]",  "host:999999"};
	struct address address;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_non_null(address_parse(texts[i], &address));
}

static void a_host_name_too_long_is_refused(void **state)
{
	char text[ADDRESS_HOST_BYTES + 8];
	struct address address;

	memset(text, 'a', sizeof(text));
	strcpy(text + ADDRESS_HOST_BYTES - 1, ":1");
	assert_null(address_parse(text, &address));
	memset(text, 'a', sizeof(text));
	strcpy(text + ADDRESS_HOST_BYTES, ":1");
	assert_non_null(address_parse(text, &address));
}

static bool is_loopback(const char *text)
{
	struct address address;

	assert_null(address_parse(text, &address));
	return address_is_loopback(&address);
}

static void only_this_machine_is_loopback(void **state)
{
	assert_true(is_loopback("127.0.0.1:1"));
	assert_true(is_loopback("127.9.9.9:1"));
	assert_true(is_loopback("[::1]:1"));
	assert_true(is_loopback("localhost:1"));
	assert_false(is_loopback("128.0.0.1:1"));
	assert_false(is_loopback("[::2]:1"));
	assert_false(is_loopback("127.0.0.1.example:1"));
	assert_false(is_loopback("localhost.example:1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_and_port_are_parted_at_the_colon),
		cmocka_unit_test(what_is_no_address_is_refused_with_a_reason),
		cmocka_unit_test(a_host_name_too_long_is_refused),
		cmocka_unit_test(only_this_machine_is_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
