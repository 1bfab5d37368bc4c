#include "test_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/plan/csv.h"

// Memory of exactly the size promised, so that a sanitizer sees a byte read behind it.
static char *copy(const char *text)
{
	size_t n_bytes = strlen(text);
	char *bytes = malloc(n_bytes + 1);

	assert_non_null(bytes);
	memcpy(bytes, text, n_bytes);
	return bytes;
}

// All rows as "line:[field][field] ", a fault as its number and place.
static const char *shown(const char *text)
{
	static char shown[1024];
	char *bytes = copy(text), *to = shown;
	enum csv_result result;
	struct csv_row row;
	struct csv csv;

	shown[0] = '\0';
	csv_init(&csv, bytes, strlen(text));
	while ((result = csv_next(&csv, &row)) == CSV_ROW) {
		to += sprintf(to, "%u:", row.line);
		for (uint32_t i = 0; i < row.n_fields && i < CSV_MAX_FIELDS; i++) {
			assert_int_equal(row.fields[i].text[row.fields[i].n_bytes], '\0');
			to += sprintf(to, "[%s]", row.fields[i].text);
		}
		*to++ = ' ';
		*to = '\0';
	}
	if (result != CSV_END)
		sprintf(to, "fault %d at %u, column %u", (int)result, row.line, row.n_fields);
	free(bytes);
	return shown;
}

static void rows_are_fields_between_commas(void **state)
{
	assert_string_equal(shown("a,b\nc,d\n"), "1:[a][b] 2:[c][d] ");
	assert_string_equal(shown("a,b\nc,d"), "1:[a][b] 2:[c][d] ");
	assert_string_equal(shown(",\n,,"), "1:[][] 2:[][][] ");
	assert_string_equal(shown(""), "");
	assert_string_equal(shown("a"), "1:[a] ");
}

static void quotes_hold_commas_quotes_and_lines(void **state)
{
	assert_string_equal(shown("\"a,b\",c\n"), "1:[a,b][c] ");
	assert_string_equal(shown("\"a\"\"b\"\n\"\"\"\"\n\"\"\n"), "1:[a\"b] 2:[\"] 3:[] ");
	assert_string_equal(shown("\"a\nb\",c\nd"), "1:[a\nb][c] 3:[d] ");
	assert_string_equal(shown("\"a\""), "1:[a] ");
	assert_string_equal(shown("\" a \",b"), "1:[ a ][b] ");
}

static void blanks_around_a_field_are_not_part_of_it(void **state)
{
	assert_string_equal(shown(" a b ,\tc\t\n"), "1:[a b][c] ");
	assert_string_equal(shown(" \"a\" , \"b\" \n"), "1:[a][b] ");
	assert_string_equal(shown(" , \n"), "1:[][] ");
}

static void lines_end_in_either_way(void **state)
{
	assert_string_equal(shown("a,b\r\nc\r\n\r\nd\r"), "1:[a][b] 2:[c] 4:[d] ");
	assert_string_equal(shown("\"a\"\r\nb"), "1:[a] 2:[b] ");
	assert_string_equal(shown("a\rb\n"), "1:[a\rb] ");
}

static void lines_without_a_row_are_passed_over(void **state)
{
	assert_string_equal(shown("\n\n# a,\"b\nc\n  \t\n#"), "4:[c] ");
	assert_string_equal(shown("\xef\xbb\xbf# a\nb,#c\n"), "2:[b][#c] ");
	assert_string_equal(shown("\xef\xbb\xbf"
	                          "a"),
	                    "1:[a] ");
}

static void faults_say_where(void **state)
{
	assert_string_equal(shown("a\nb,\"c\nd"), "1:[a] fault 2 at 2, column 2");
	assert_string_equal(shown("\""), "fault 2 at 1, column 1");
	assert_string_equal(shown("\"\"\""), "fault 2 at 1, column 1");
	assert_string_equal(shown("a,b\"c\""), "fault 3 at 1, column 2");
	assert_string_equal(shown("a\n\"b\"c,d"), "1:[a] fault 4 at 2, column 1");
	assert_string_equal(shown("\"b\" \"c\""), "fault 4 at 1, column 1");
	assert_int_equal(CSV_OPEN_QUOTE, 2);
	assert_int_equal(CSV_STRAY_QUOTE, 3);
	assert_int_equal(CSV_BEHIND_QUOTE, 4);
}

static void fields_beyond_the_last_kept_are_counted(void **state)
{
	char text[] = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,\nx", *bytes = copy(text);
	struct csv_row row;
	struct csv csv;

	csv_init(&csv, bytes, strlen(text));
	assert_int_equal(csv_next(&csv, &row), CSV_ROW);
	assert_int_equal(row.n_fields, 19);
	assert_string_equal(row.fields[CSV_MAX_FIELDS - 1].text, "16");
	assert_int_equal(csv_next(&csv, &row), CSV_ROW);
	assert_string_equal(row.fields[0].text, "x");
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_fields_between_commas),
		cmocka_unit_test(quotes_hold_commas_quotes_and_lines),
		cmocka_unit_test(blanks_around_a_field_are_not_part_of_it),
		cmocka_unit_test(lines_end_in_either_way),
		cmocka_unit_test(lines_without_a_row_are_passed_over),
		cmocka_unit_test(faults_say_where),
		cmocka_unit_test(fields_beyond_the_last_kept_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
