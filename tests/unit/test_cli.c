#include "test_all.h"

#include <string.h>

#include "proto/base/cli.h"

#include "capture_output.h"

enum {
	MAX_WORDS = 8,
};

static char out[8192], err[8192];
static const char *source;
static bool verbose;
static char ran[256]; // the command that ran and its arguments

static int note_run(const char *name, int n_arguments, char **arguments)
{
	snprintf(ran, sizeof(ran), "%s", name);
	for (int i = 0; i < n_arguments; i++) {
		size_t n = strlen(ran);
		snprintf(ran + n, sizeof(ran) - n, " %s", arguments[i]);
	}
	return EXIT_STATUS_OK;
}

static int replay_run(int n_arguments, char **arguments)
{
	return note_run("replay", n_arguments, arguments);
}

static int fail_run(int n_arguments, char **arguments)
{
	(void)n_arguments;
	return cli_failure("%s: no such file", arguments[0]);
}

static const char *const sources[] = {"pcap", "dpdk", NULL};
static const struct cli_option replay_options[] = {
	{"source", "pcap|dpdk", "where frames come from", sources, &source, NULL},
	{"verbose", NULL, "say more", NULL, NULL, &verbose},
	{0},
};
static const struct cli_command commands[] = {
	{"replay", "FILE...", "meters capture files", replay_options, 1, 3, replay_run},
	{"fail", "FILE", "fails", NULL, 1, 1, fail_run},
	{0},
};
static const struct cli_program program = {"sixgauge-test", "tests", commands, false};
static const struct cli_program single_program = {"sixgauge-one", "tests", commands, true};

// Runs the program with these words, up to NULL, after its name.
static int run(const struct cli_program *which, const char *const *words)
{
	char *argv[MAX_WORDS + 2] = {(char[]){"program"}};
	int argc = 1;
	struct capture_output capture_out, capture_err;

	while (words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	source = "unset";
	verbose = false;
	ran[0] = '\0';
	capture_out = capture_output_begin(STDOUT_FILENO);
	capture_err = capture_output_begin(STDERR_FILENO);
	int status = cli_main(which, argc, argv);
	capture_output_end(&capture_err, err, sizeof(err));
	capture_output_end(&capture_out, out, sizeof(out));
	return status;
}

#define RUN(...) run(&program, (const char *const[]){__VA_ARGS__, NULL})

static void assert_usage_error(int status, const char *text)
{
	assert_string_equal(err, text);
	assert_int_equal(status, EXIT_STATUS_USAGE);
	assert_string_equal(out, "");
	assert_string_equal(ran, "");
}

static void a_command_runs_with_its_arguments(void **state)
{
	(void)state;
	assert_int_equal(RUN("replay", "a", "b"), EXIT_STATUS_OK);
	assert_string_equal(ran, "replay a b");
	assert_string_equal(source, "unset");
	assert_string_equal(err, "");
}

static void options_stand_anywhere_and_take_values_both_ways(void **state)
{
	(void)state;
	assert_int_equal(RUN("replay", "a", "--source", "dpdk", "b"), EXIT_STATUS_OK);
	assert_string_equal(ran, "replay a b");
	assert_string_equal(source, "dpdk");
	assert_int_equal(RUN("replay", "--source=pcap", "--verbose", "a"), EXIT_STATUS_OK);
	assert_string_equal(source, "pcap");
	assert_true(verbose);
}

static void what_follows_two_dashes_is_never_an_option(void **state)
{
	(void)state;
	assert_int_equal(RUN("replay", "--", "--help", "-x"), EXIT_STATUS_OK);
	assert_string_equal(ran, "replay --help -x");
}

static void a_lone_dash_is_an_argument(void **state)
{
	(void)state;
	assert_int_equal(RUN("replay", "-"), EXIT_STATUS_OK);
	assert_string_equal(ran, "replay -");
}

static void an_unknown_option_is_answered_with_the_nearest(void **state)
{
	(void)state;
	assert_usage_error(RUN("replay", "--sorce", "pcap", "a"),
	                   "test_cli: unknown option --sorce, did you mean --source?\n");
	assert_usage_error(RUN("replay", "--sorce=pcap", "a"),
	                   "test_cli: unknown option --sorce, did you mean --source?\n");
	assert_usage_error(RUN("fail", "--hlep", "a"),
	                   "test_cli: unknown option --hlep, did you mean --help?\n");
	assert_usage_error(RUN("replay", "--colour", "a"),
	                   "test_cli: unknown option --colour, see --help\n");
	assert_usage_error(RUN("replay", "-v", "a"),
	                   "test_cli: unknown option -v, options begin with --\n");
}

static void an_unknown_command_is_answered_with_the_nearest(void **state)
{
	(void)state;
	assert_usage_error(RUN("rpelay"),
	                   "test_cli: unknown command \"rpelay\", did you mean \"replay\"?\n");
	assert_usage_error(RUN("dance"), "test_cli: unknown command \"dance\", see --help\n");
	assert_usage_error(run(&program, (const char *const[]){NULL}),
	                   "test_cli: missing command, see --help\n");
}

static void a_value_outside_the_choices_is_refused(void **state)
{
	(void)state;
	assert_usage_error(RUN("replay", "--source", "dpkd", "a"),
	                   "test_cli: --source cannot be \"dpkd\", did you mean \"dpdk\"?\n");
	assert_usage_error(RUN("replay", "--source=tape", "a"),
	                   "test_cli: --source cannot be \"tape\", choose one of pcap, dpdk\n");
}

static void a_missing_or_needless_value_is_refused(void **state)
{
	(void)state;
	assert_usage_error(RUN("replay", "a", "--source"),
	                   "test_cli: --source needs a value: --source pcap|dpdk\n");
	assert_usage_error(RUN("replay", "a", "--verbose=yes"),
	                   "test_cli: --verbose takes no value\n");
}

static void the_number_of_arguments_is_checked(void **state)
{
	(void)state;
	assert_usage_error(RUN("replay"), "test_cli: missing argument: FILE..., see --help\n");
	assert_usage_error(RUN("replay", "a", "b", "c", "d"),
	                   "test_cli: unexpected argument \"d\", see --help\n");
}

static void help_and_version_are_everywhere(void **state)
{
	(void)state;
	assert_int_equal(RUN("--help"), EXIT_STATUS_OK);
	assert_non_null(strstr(out, "usage: sixgauge-test COMMAND"));
	assert_non_null(strstr(out, "meters capture files"));
	assert_int_equal(RUN("replay", "--bad", "--help"), EXIT_STATUS_OK);
	assert_non_null(strstr(out, "usage: sixgauge-test replay [OPTION...] FILE...\n"));
	assert_non_null(strstr(out, "--source pcap|dpdk"));
	assert_string_equal(ran, "");
	assert_int_equal(RUN("--version"), EXIT_STATUS_OK);
	assert_string_equal(out, "sixgauge-test " SIXGAUGE_VERSION "\n");
	assert_int_equal(RUN("fail", "--version"), EXIT_STATUS_OK);
	assert_string_equal(out, "sixgauge-test " SIXGAUGE_VERSION "\n");
}

static void a_single_program_has_no_command_word(void **state)
{
	(void)state;
	int status = run(&single_program, (const char *const[]){"a", "--verbose", NULL});
	assert_int_equal(status, EXIT_STATUS_OK);
	assert_string_equal(ran, "replay a");
	assert_int_equal(run(&single_program, (const char *const[]){"--help", NULL}), 0);
	assert_non_null(strstr(out, "usage: sixgauge-one [OPTION...] FILE...\n"));
}

static void a_failing_command_sets_the_exit_status(void **state)
{
	(void)state;
	assert_int_equal(RUN("fail", "x"), EXIT_STATUS_FAILURE);
	assert_string_equal(err, "test_cli: x: no such file\n");
}

static void output_that_cannot_be_written_is_a_failure(void **state)
{
	char *argv[] = {(char[]){"program"}, (char[]){"--help"}, NULL};
	struct capture_output capture;

	(void)state;
	capture = capture_output_begin(STDERR_FILENO);
	fflush(stdout);
	int original = dup(STDOUT_FILENO);
	FILE *full = fopen("/dev/full", "w");
	assert_non_null(full);
	dup2(fileno(full), STDOUT_FILENO);
	int status = cli_main(&program, 2, argv);
	dup2(original, STDOUT_FILENO);
	close(original);
	clearerr(stdout);
	fclose(full);
	capture_output_end(&capture, err, sizeof(err));
	assert_int_equal(status, EXIT_STATUS_FAILURE);
	assert_string_equal(err, "test_cli: standard output: No space left on device\n");
}

static void the_nearest_word_differs_in_at_most_a_third_of_its_letters(void **state)
{
	static const char *const words[] = {"collector", "collectors", "probe", "run", NULL};
	static const char *const empty[] = {NULL};
	char long_word[200];

	(void)state;
	assert_string_equal(cli_nearest("colector", words), "collector");
	assert_string_equal(cli_nearest("collectors", words), "collectors");
	assert_string_equal(cli_nearest("rnu", words), "run");
	assert_string_equal(cli_nearest("prove", words), "probe");
	assert_null(cli_nearest("pr", words));
	assert_null(cli_nearest("", words));
	assert_null(cli_nearest("something", words));
	assert_null(cli_nearest("probe", empty));
	memset(long_word, 'x', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	assert_null(cli_nearest(long_word, words));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_runs_with_its_arguments),
		cmocka_unit_test(options_stand_anywhere_and_take_values_both_ways),
		cmocka_unit_test(what_follows_two_dashes_is_never_an_option),
		cmocka_unit_test(a_lone_dash_is_an_argument),
		cmocka_unit_test(an_unknown_option_is_answered_with_the_nearest),
		cmocka_unit_test(an_unknown_command_is_answered_with_the_nearest),
		cmocka_unit_test(a_value_outside_the_choices_is_refused),
		cmocka_unit_test(a_missing_or_needless_value_is_refused),
		cmocka_unit_test(the_number_of_arguments_is_checked),
		cmocka_unit_test(help_and_version_are_everywhere),
		cmocka_unit_test(a_single_program_has_no_command_word),
		cmocka_unit_test(a_failing_command_sets_the_exit_status),
		cmocka_unit_test(output_that_cannot_be_written_is_a_failure),
		cmocka_unit_test(the_nearest_word_differs_in_at_most_a_third_of_its_letters),
	};
	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
