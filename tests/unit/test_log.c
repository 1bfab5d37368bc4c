#include "test_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/log.h"

#include "capture_output.h"

static char written[4096];

static void write_line(enum log_level level, const char *text)
{
	struct capture_output capture = capture_output_begin(STDERR_FILENO);

	log_line(level, "%s", text);
	capture_output_end(&capture, written, sizeof(written));
}

static void a_line_names_program_level_and_text(void **state)
{
	(void)state;
	write_line(LOG_WARNING, "uplink: refused, retrying in 4 s");
	assert_string_equal(written, "test_log: warning: uplink: refused, retrying in 4 s\n");
}

static void lines_above_the_level_are_not_written(void **state)
{
	(void)state;
	write_line(LOG_DEBUG, "quiet");
	assert_string_equal(written, "");
	log_set_level(LOG_DEBUG);
	write_line(LOG_DEBUG, "loud");
	assert_string_equal(written, "test_log: debug: loud\n");
	log_set_level(LOG_ERROR);
	write_line(LOG_WARNING, "quiet");
	assert_string_equal(written, "");
	log_set_level(LOG_INFO);
}

static void control_characters_cannot_forge_a_line(void **state)
{
	(void)state;
	write_line(LOG_INFO, "a\nb\x1b[2J\x7f\tc");
	assert_string_equal(written, "test_log: info: a\\x0ab\\x1b[2J\\x7f\\x09c\n");
}

static void letters_beyond_ascii_are_kept(void **state)
{
	(void)state;
	write_line(LOG_INFO, "省 é");
	assert_string_equal(written, "test_log: info: 省 é\n");
}

static void a_long_line_is_cut_at_1000_bytes(void **state)
{
	char text[3001];

	(void)state;
	memset(text, 'x', 3000);
	text[3000] = '\0';
	write_line(LOG_ERROR, text);
	assert_int_equal(strlen(written), 1000);
	assert_int_equal(written[999], '\n');
	memset(text, '\n', 3000);
	write_line(LOG_ERROR, text);
	assert_in_range(strlen(written), 996, 1000);
	assert_ptr_equal(strchr(written, '\n'), written + strlen(written) - 1);
}

static void errno_survives_a_line(void **state)
{
	(void)state;
	errno = ECONNRESET;
	write_line(LOG_ERROR, "text");
	assert_int_equal(errno, ECONNRESET);
}

static void levels_are_known_by_name(void **state)
{
	(void)state;
	assert_int_equal(log_level_from_name("error"), LOG_ERROR);
	assert_int_equal(log_level_from_name("warning"), LOG_WARNING);
	assert_int_equal(log_level_from_name("info"), LOG_INFO);
	assert_int_equal(log_level_from_name("debug"), LOG_DEBUG);
	assert_int_equal(log_level_from_name("Debug"), -1);
	assert_int_equal(log_level_from_name(""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_names_program_level_and_text),
		cmocka_unit_test(lines_above_the_level_are_not_written),
		cmocka_unit_test(control_characters_cannot_forge_a_line),
		cmocka_unit_test(letters_beyond_ascii_are_kept),
		cmocka_unit_test(a_long_line_is_cut_at_1000_bytes),
		cmocka_unit_test(errno_survives_a_line),
		cmocka_unit_test(levels_are_known_by_name),
	};
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
