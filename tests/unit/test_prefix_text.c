#include "test_all.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "probe/plan/prefix_text.h"
#include "tests/gen/prefix_set.h"

enum {
	MANY = 20000,
};

static enum prefix_text_fault fault_of(const char *text)
{
	struct prefix_row row;

	return prefix_text_read(text, strlen(text), &row);
}

static const char *canonical(const char *text)
{
	static char written[PREFIX_TEXT_BYTES];
	struct prefix_row row = {0};
	size_t n_bytes;

	prefix_text_read(text, strlen(text), &row);
	n_bytes = prefix_text_write(&row, written);
	assert_int_equal(n_bytes, strlen(written));
	return written;
}

static void canonical_prefixes_are_read(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0/0",
		"10.0.0.0/8",
		"192.0.2.1/32",
		"255.255.255.255/32",
		"100.64.0.0/10",
		"::/0",
		"2001:db8::/32",
		"2001:db8:1:2:3:4:5:6/128",
		"::1/128",
		"1::/16",
		"1:0:2::/48",
		"1:0:0:2::/64",
		"64:ff9b::/96",
		"::ffff:0:0/96",
		"2001:db8::1:0:0:1/128",
		"1:0:2:0:3:0:4:0/112",
		"0:1:2:3:4:5:6:7/128",
		"8000::/1",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(fault_of(texts[i]), PREFIX_TEXT_SOUND);
		assert_string_equal(canonical(texts[i]), texts[i]);
	}
}

static void the_row_is_what_the_text_says(void **state)
{
	static const uint8_t address[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0x12};
	struct prefix_row row = {.value = 7};

	assert_int_equal(prefix_text_read("2001:db8:12::/47!", 16, &row), PREFIX_TEXT_SOUND);
	assert_int_equal(row.family, FAMILY_IPV6);
	assert_int_equal(row.length, 47);
	assert_memory_equal(row.address, address, sizeof(address));
	assert_int_equal(prefix_text_read("10.1.2.0/24", 11, &row), PREFIX_TEXT_SOUND);
	assert_int_equal(row.family, FAMILY_IPV4);
	assert_int_equal(row.length, 24);
	assert_memory_equal(row.address, "\x0a\x01\x02\0\0\0\0\0", 8);
}

static void other_spellings_name_the_canonical_one(void **state)
{
	static const char *const texts[][2] = {
		{"2001:DB8::/32", "2001:db8::/32"},
		{"2001:0db8::/32", "2001:db8::/32"},
		{"2001:db8:0:0:0:0:0:0/32", "2001:db8::/32"},
		{"2001:db8:0::/48", "2001:db8::/48"},
		{"2001:db8::/032", "2001:db8::/32"},
		{"1::2:0:0:0:3/128", "1:0:0:2::3/128"},
		{"::ffff:1.2.3.0/120", "::ffff:102:300/120"},
		{"0::/0", "::/0"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(fault_of(texts[i][0]), PREFIX_TEXT_SPELLING);
		assert_string_equal(canonical(texts[i][0]), texts[i][1]);
	}
}

static void bits_behind_the_prefix_are_a_fault(void **state)
{
	static const char *const texts[][2] = {
		{"2001:db8::1/32", "2001:db8::/32"},
		{"2001:db8:8000::/32", "2001:db8::/32"},
		{"2001:db9::/31", "2001:db8::/31"},
		{"10.0.0.1/31", "10.0.0.0/31"},
		{"10.0.0.0/4", "0.0.0.0/4"},
		{"::1/0", "::/0"},
		{"::1/127", "::/127"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(fault_of(texts[i][0]), PREFIX_TEXT_BITS_BEHIND);
		assert_string_equal(canonical(texts[i][0]), texts[i][1]);
	}
}

static void what_is_no_prefix_is_refused(void **state)
{
	assert_int_equal(fault_of(""), PREFIX_TEXT_NO_ADDRESS);
	assert_int_equal(fault_of("/"), PREFIX_TEXT_NO_ADDRESS);
	assert_int_equal(fault_of("x/8"), PREFIX_TEXT_NO_ADDRESS);
	assert_int_equal(fault_of("10.0.0/8"), PREFIX_TEXT_NO_ADDRESS);
	assert_int_equal(fault_of("10.0.0.256/8"), PREFIX_TEXT_NO_ADDRESS);
	assert_int_equal(fault_of("1:2:3:4:5:6:7:8:9/8"), PREFIX_TEXT_NO_ADDRESS);
	assert_int_equal(fault_of("fe80::1%eth0/64"), PREFIX_TEXT_NO_ADDRESS);
	assert_int_equal(fault_of("0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8"),
	                 PREFIX_TEXT_NO_ADDRESS);
	assert_int_equal(fault_of("10.0.0.0"), PREFIX_TEXT_NO_LENGTH);
	assert_int_equal(fault_of("10.0.0.0/"), PREFIX_TEXT_NO_LENGTH);
	assert_int_equal(fault_of("10.0.0.0/x"), PREFIX_TEXT_NO_LENGTH);
	assert_int_equal(fault_of("10.0.0.0/-1"), PREFIX_TEXT_NO_LENGTH);
	assert_int_equal(fault_of("10.0.0.0/8/8"), PREFIX_TEXT_NO_LENGTH);
	assert_int_equal(fault_of("10.0.0.0/0008"), PREFIX_TEXT_NO_LENGTH);
	assert_int_equal(fault_of("10.0.0.0/33"), PREFIX_TEXT_BAD_LENGTH);
	assert_int_equal(fault_of("::/129"), PREFIX_TEXT_BAD_LENGTH);
	assert_int_equal(fault_of("::/999"), PREFIX_TEXT_BAD_LENGTH);
	assert_int_equal(prefix_text_read("::\0/0", 5, &(struct prefix_row){0}),
	                 PREFIX_TEXT_NO_ADDRESS);
}

// The C library writes the same text, but for addresses it takes for IPv4 in disguise.
static void texts_are_those_of_the_c_library(void **state)
{
	struct prefix_row *rows = calloc(MANY, sizeof(*rows));

	assert_non_null(rows);
	for (int family = 0; family < N_FAMILIES; family++) {
		prefix_set_make(rows, MANY, (enum family)family, 11);
		for (uint32_t i = 0; i < MANY; i++) {
			char written[PREFIX_TEXT_BYTES], expected[INET6_ADDRSTRLEN];
			struct prefix_row again;

			assert_non_null(inet_ntop(family == FAMILY_IPV4 ? AF_INET : AF_INET6,
			                          rows[i].address, expected, sizeof(expected)));
			prefix_text_write(&rows[i], written);
			assert_int_equal(prefix_text_read(written, strlen(written), &again),
			                 PREFIX_TEXT_SOUND);
			assert_int_equal(again.family, family);
			assert_int_equal(again.length, rows[i].length);
			assert_memory_equal(again.address, rows[i].address, sizeof(again.address));
			*strchr(written, '/') = '\0';
			assert_string_equal(written, expected);
		}
	}
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical_prefixes_are_read),
		cmocka_unit_test(the_row_is_what_the_text_says),
		cmocka_unit_test(other_spellings_name_the_canonical_one),
		cmocka_unit_test(bits_behind_the_prefix_are_a_fault),
		cmocka_unit_test(what_is_no_prefix_is_refused),
		cmocka_unit_test(texts_are_those_of_the_c_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
