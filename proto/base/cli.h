// Command lines of all our programs: a table of options per command, --help and --version
// everywhere, one line per error, exit status 2 for a wrong use.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum exit_status {
	EXIT_STATUS_OK = 0,
	EXIT_STATUS_FAILURE = 1,
	EXIT_STATUS_USAGE = 2, // wrong command line or configuration
};

// An option --name VALUE, --name=VALUE, or without a value when value_name is NULL. Exactly one of
// text and flag is given.
struct cli_option {
	const char *name;
	const char *value_name;
	const char *help; // one line
	const char *const *choices; // NULL, or the allowed values, NULL-terminated
	const char **text; // receives the value (borrowed from argv)
	bool *flag; // set to true
};

// One command of a program, or the program itself when it has no commands.
struct cli_command {
	const char *name;
	const char *arguments; // for the usage line: "FILE...", "" when it takes none
	const char *help; // one line
	const struct cli_option *options; // ends with a NULL name; may be NULL
	size_t min_arguments, max_arguments;
	// Runs with the arguments left when options have been taken; returns an exit_status.
	int (*run)(int n_arguments, char **arguments);
};

struct cli_program {
	const char *name;
	const char *summary; // one line for --help
	const struct cli_command *commands; // ends with a NULL name
	// True when commands[0] is the whole program and argv[1] is already its argument.
	bool single;
};

// Runs the command that argv names and returns the exit status of the process. Arguments after a
// lone "--" are never options. An unknown command or option is answered with the nearest one.
int cli_main(const struct cli_program *program, int argc, char **argv);

// Writes "program: text" to stderr as one line and returns EXIT_STATUS_USAGE or _FAILURE, for
// `return cli_usage_error(...)`.
__attribute__((format(printf, 1, 2))) int cli_usage_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) int cli_failure(const char *format, ...);

// The candidate nearest to word, if near enough to have been meant (at most a third of its letters
// differ); else NULL. Candidates end with NULL.
const char *cli_nearest(const char *word, const char *const *candidates);
