#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/crc32c.h"
#include "tests/skip_because.h"

enum {
	MAX_BYTES = 600,
};

// The definition, bit by bit.
static uint32_t crc_by_bits(uint32_t crc, const uint8_t *bytes, size_t n_bytes)
{
	crc = ~crc;
	for (size_t i = 0; i < n_bytes; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	return ~crc;
}

static void fill(uint8_t *bytes, size_t n_bytes)
{
	uint32_t state = 1;

	for (size_t i = 0; i < n_bytes; i++) {
		state = state * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(state >> 24);
	}
}

static void the_vectors_of_rfc_3720_hold(void **state)
{
	uint8_t bytes[32] = {0};

	(void)state;
	assert_int_equal(crc32c(0, bytes, 32), 0x8a9136aa);
	memset(bytes, 0xff, 32);
	assert_int_equal(crc32c(0, bytes, 32), 0x62a8ab43);
	for (uint8_t i = 0; i < 32; i++)
		bytes[i] = i;
	assert_int_equal(crc32c(0, bytes, 32), 0x46dd794e);
	for (uint8_t i = 0; i < 32; i++)
		bytes[i] = 31 - i;
	assert_int_equal(crc32c(0, bytes, 32), 0x113fdb5c);
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
}

static void tables_equal_the_definition_at_every_length_and_alignment(void **state)
{
	uint8_t bytes[MAX_BYTES + 8];

	(void)state;
	fill(bytes, sizeof(bytes));
	for (size_t n_bytes = 0; n_bytes <= MAX_BYTES; n_bytes++) {
		const uint8_t *start = bytes + n_bytes % 8;

		assert_int_equal(crc32c_by_table(0, start, n_bytes),
		                 crc_by_bits(0, start, n_bytes));
	}
}

static void the_instruction_equals_the_tables(void **state)
{
	uint8_t bytes[MAX_BYTES + 8];

	(void)state;
	if (!crc32c_instruction_usable())
		skip_because("this processor has no CRC32C instruction");
	fill(bytes, sizeof(bytes));
	for (size_t n_bytes = 0; n_bytes <= MAX_BYTES; n_bytes++) {
		const uint8_t *start = bytes + n_bytes % 8;

		assert_int_equal(crc32c_by_instruction(n_bytes, start, n_bytes),
		                 crc32c_by_table(n_bytes, start, n_bytes));
	}
}

static void a_crc_goes_on_where_the_first_part_ended(void **state)
{
	uint8_t bytes[100];

	(void)state;
	fill(bytes, sizeof(bytes));
	for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
		uint32_t first = crc32c(0, bytes, cut);

		assert_int_equal(crc32c(first, bytes + cut, sizeof(bytes) - cut),
		                 crc32c(0, bytes, sizeof(bytes)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_rfc_3720_hold),
		cmocka_unit_test(tables_equal_the_definition_at_every_length_and_alignment),
		cmocka_unit_test(the_instruction_equals_the_tables),
		cmocka_unit_test(a_crc_goes_on_where_the_first_part_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
