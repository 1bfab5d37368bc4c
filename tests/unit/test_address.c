#include "test_all.h"

#include <errno.h>
#include <string.h>

#include "collector/address.h"

static void addresses_read_back_as_written(void **state)
{
	static const char *const texts[] = {"127.0.0.1:8661", "0.0.0.0:0", "[::1]:8660",
	                                    "[2001:db8::1]:65535"};
	char text[ADDRESS_TEXT_BYTES];
	struct address address;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(address_parse(texts[i], &address), 0);
		address_format((const struct sockaddr *)&address.storage, text);
		assert_string_equal(text, texts[i]);
		assert_null(address_fault(texts[i]));
	}
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const texts[] = {"",
	                                    ":8661",
	                                    "8661",
	                                    "localhost:8661",
	                                    "127.0.0.1",
	                                    "127.0.0.1:",
	                                    "127.0.0.1:65536",
	                                    "127.0.0.1:-1",
	                                    "127.0.0.1:1x",
	                                    "::1:8661",
	                                    "[::1]",
	                                    "[127.0.0.1]:1",
	                                    "127.0.0.1:99999999999999999999"};
	struct address address;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(address_parse(texts[i], &address), -EINVAL);
		assert_non_null(address_fault(texts[i]));
	}
}

static void loopback_is_what_others_cannot_reach(void **state)
{
	static const struct {
		const char *text;
		bool is_loopback;
	} vectors[] = {
		{"127.0.0.1:1", true}, {"127.9.9.9:1", true},  {"128.0.0.1:1", false},
		{"0.0.0.0:1", false},  {"[::1]:1", true},      {"[::]:1", false},
		{"[::2]:1", false},    {"192.0.2.1:1", false},
	};
	struct address address;

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		assert_int_equal(address_parse(vectors[i].text, &address), 0);
		assert_int_equal(address_is_loopback(&address), vectors[i].is_loopback);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_read_back_as_written),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(loopback_is_what_others_cannot_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
