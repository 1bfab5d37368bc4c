#include "test_all.h"

#include <errno.h>
#include <string.h>

#include "proto/prescan.h"

enum {
	WHY_BYTES = 256,
};

// A schema with one field of each shape. Nothing is decoded, so the offsets do not matter.
static const struct schema_table rows = {.max_rows = 3};

static const struct schema_field fields[] = {
	{1, FIELD_UINT32, 0, 0, NULL, "narrow"},    {2, FIELD_UINT64, 0, 0, NULL, "wide"},
	{3, FIELD_BYTES, 4, 0, NULL, "id"},         {4, FIELD_TEXT, 5, 0, NULL, "text"},
	{5, FIELD_TEXTS, 5, 0, &rows, "names"},     {6, FIELD_COLUMN32, 0, 0, &rows, "narrows"},
	{16, FIELD_COLUMN64, 0, 0, &rows, "wides"},
};

static const struct schema schema = {fields, sizeof(fields) / sizeof(fields[0])};

// The single fields, all of which must be there.
#define SINGLES                                                                                    \
	"\x08\x01\x10\x02\x1a\x04"                                                                 \
	"abcd\x22\x05hello"

struct vector {
	const char *bytes;
	size_t n_bytes;
	const char *why; // NULL when it passes
};

#define PASSES(literal)                                                                            \
	{                                                                                          \
		literal, sizeof(literal) - 1, NULL                                                 \
	}
#define REFUSED(literal, why)                                                                      \
	{                                                                                          \
		literal, sizeof(literal) - 1, why                                                  \
	}

static const struct vector vectors[] = {
	PASSES(SINGLES),
	PASSES(SINGLES "\x2a\x01x\x2a\x00\x32\x03\x01\x02\x03\x82\x01\x01\x7f"),
	PASSES(SINGLES "\x32\x00"),
	// Numbers at their limits; the longest varint; more bytes than needed.
	PASSES("\x08\xff\xff\xff\xff\x0f\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
               "\x1a\x04"
               "abcd\x22\x00"),
	PASSES("\x08\x81\x80\x00\x10\x02\x1a\x04"
               "abcd\x22\x00"),
	REFUSED("\x08\x80\x80\x80\x80\x10", "narrow: 4294967296 does not fit 32 bits"),
	REFUSED("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "wide: its number is cut off"),
	REFUSED("\x10\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", "wide: its number is cut off"),
	REFUSED("\x08", "narrow: its number is cut off"),
	REFUSED("\x08\x80", "narrow: its number is cut off"),
	// Presence and repetition.
	REFUSED("", "narrow: missing"),
	REFUSED("\x08\x01\x10\x02\x22\x00", "id: missing"),
	REFUSED("\x08\x01\x08\x01", "narrow: stands twice"),
	REFUSED("\x32\x01\x01\x32\x01\x01", "narrows: stands twice"),
	REFUSED("\x2a\x00\x2a\x00\x2a\x00\x2a\x00", "names: more than 3 elements"),
	// Wire types.
	REFUSED("\x0a\x01\x01", "narrow: wire type 2 instead of 0"),
	REFUSED("\x30\x01", "narrows: wire type 0 instead of 2"),
	REFUSED("\x0b", "narrow: wire type 3 instead of 0"),
	// Lengths.
	REFUSED("\x1a", "id: its length is cut off"),
	REFUSED("\x1a\x04"
                "abc",
                "id: 4 bytes announced, 3 are there"),
	REFUSED("\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                "id: 18446744073709551615 bytes announced, 0 are there"),
	REFUSED("\x1a\x03"
                "abc",
                "id: 3 bytes instead of 4"),
	REFUSED("\x22\x06"
                "abcdef",
                "text: 6 bytes, at most 5 are allowed"),
	REFUSED("\x2a\x06"
                "abcdef",
                "names: 6 bytes, at most 5 are allowed"),
	// Text.
	REFUSED("\x22\x03"
                "a\x00"
                "b",
                "text: byte 0x00 is not printable ASCII"),
	REFUSED("\x22\x01\x1b", "text: byte 0x1b is not printable ASCII"),
	REFUSED("\x2a\x02\xc3\xa9", "names: byte 0xc3 is not printable ASCII"),
	// Columns.
	REFUSED("\x32\x04\x01\x02\x03\x04", "narrows: more than 3 elements"),
	REFUSED("\x32\x02\x01\x80", "narrows[1]: its number is cut off"),
	REFUSED("\x32\x06\x01\x80\x80\x80\x80\x10", "narrows[1]: 4294967296 does not fit 32 bits"),
	// Tags.
	REFUSED("\x00\x01", "byte 0: not the tag of a field"),
	REFUSED("\x08\x01\x80", "byte 2: not the tag of a field"),
	REFUSED("\x80\x80\x80\x80\x10\x00", "byte 0: not the tag of a field"),
	// Unknown fields are passed over by their wire type; groups are not.
	PASSES(SINGLES "\x38\x05\x3a\x02zz\x3d"
                       "1234\x39"
                       "12345678"),
	REFUSED("\x3b\x3c", "field 7: its value is cut off or of wire type 3"),
	REFUSED("\x3f", "field 7: its value is cut off or of wire type 7"),
	REFUSED("\x39"
                "1234567",
                "field 7: its value is cut off or of wire type 1"),
	REFUSED("\x3a\x03zz", "field 7: its value is cut off or of wire type 2"),
};

static void every_vector_is_judged_as_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *vector = &vectors[i];
		char why[WHY_BYTES] = "passed";
		struct prescan_totals totals;
		int r = prescan(&schema, (const uint8_t *)vector->bytes, vector->n_bytes, &totals,
		                why, sizeof(why));

		assert_string_equal(why, vector->why ? vector->why : "passed");
		assert_int_equal(r, vector->why ? -EBADMSG : 0);
	}
}

static void totals_count_fields_and_elements(void **state)
{
	static const char bytes[] = SINGLES
		"\x2a\x01x\x2a\x00\x32\x02\x01\x02\x82\x01\x03\x80\x01\x7f";
	struct prescan_totals totals;
	char why[WHY_BYTES];

	(void)state;
	assert_int_equal(prescan(&schema, (const uint8_t *)bytes, sizeof(bytes) - 1, &totals, why,
	                         sizeof(why)),
	                 0);
	assert_int_equal(totals.n_fields, 8);
	assert_int_equal(totals.n_elements, 4);
}

static void unknown_fields_are_bounded(void **state)
{
	uint8_t bytes[sizeof(SINGLES) - 1 + 2 * (PRESCAN_MAX_UNKNOWN_FIELDS + 1)];
	size_t n_bytes = sizeof(SINGLES) - 1;
	struct prescan_totals totals;
	char why[WHY_BYTES];

	(void)state;
	memcpy(bytes, SINGLES, n_bytes);
	for (int i = 0; i <= PRESCAN_MAX_UNKNOWN_FIELDS; i++) {
		assert_int_equal(prescan(&schema, bytes, n_bytes, &totals, why, sizeof(why)), 0);
		bytes[n_bytes++] = 0x38;
		bytes[n_bytes++] = 0;
	}
	assert_int_equal(prescan(&schema, bytes, n_bytes, &totals, why, sizeof(why)), -EBADMSG);
	assert_string_equal(why, "more than 64 unknown fields");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_vector_is_judged_as_it_says),
		cmocka_unit_test(totals_count_fields_and_elements),
		cmocka_unit_test(unknown_fields_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
