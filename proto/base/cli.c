#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	MAX_LINE_BYTES = 4096, // of an error; longer ones are cut
	MAX_NAMES = 64, // commands of a program, options of a command
	HELP_COLUMN = 28,
};

// In one write, so that lines of other threads and processes do not come between.
__attribute__((format(printf, 1, 0))) static void cli_say(const char *format, va_list arguments)
{
	char text[MAX_LINE_BYTES];

	vsnprintf(text, sizeof(text), format, arguments);
	dprintf(STDERR_FILENO, "%s: %s\n", program_invocation_short_name, text);
}

int cli_usage_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	cli_say(format, arguments);
	va_end(arguments);
	return EXIT_STATUS_USAGE;
}

int cli_failure(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	cli_say(format, arguments);
	va_end(arguments);
	return EXIT_STATUS_FAILURE;
}

static void print_row(const char *name, const char *value, const char *help)
{
	int n = printf("  %s%s%s", name, *value ? " " : "", value);

	printf("%*s%s\n", n < HELP_COLUMN ? HELP_COLUMN - n : 2, "", help);
}

static void print_options(const struct cli_option *options)
{
	char name[64];

	printf("\noptions:\n");
	for (; options && options->name; options++) {
		snprintf(name, sizeof(name), "--%s", options->name);
		print_row(name, options->value_name ? options->value_name : "", options->help);
	}
	print_row("--help", "", "print this and exit");
	print_row("--version", "", "print the version and exit");
}

static int print_program_help(const struct cli_program *program)
{
	printf("%s: %s\n\nusage: %s COMMAND [OPTION...] [ARGUMENT...]\n\ncommands:\n",
	       program->name, program->summary, program->name);
	for (const struct cli_command *c = program->commands; c->name; c++)
		print_row(c->name, c->arguments, c->help);
	print_options(NULL);
	printf("\n%s COMMAND --help tells about one command.\n", program->name);
	return EXIT_STATUS_OK;
}

static int print_command_help(const struct cli_program *program, const struct cli_command *command)
{
	printf("%s: %s\n\nusage: %s%s%s [OPTION...]%s%s\n", program->name, command->help,
	       program->name, program->single ? "" : " ", program->single ? "" : command->name,
	       *command->arguments ? " " : "", command->arguments);
	print_options(command->options);
	return EXIT_STATUS_OK;
}

static int print_version(const struct cli_program *program)
{
	printf("%s %s\n", program->name, SIXGAUGE_VERSION);
	return EXIT_STATUS_OK;
}

static int unknown_option(const struct cli_command *command, const char *name)
{
	const char *names[MAX_NAMES + 3];
	size_t n = 0;

	for (const struct cli_option *o = command->options; o && o->name && n < MAX_NAMES; o++)
		names[n++] = o->name;
	names[n++] = "help";
	names[n++] = "version";
	names[n] = NULL;
	const char *nearest = cli_nearest(name, names);
	if (nearest)
		return cli_usage_error("unknown option --%s, did you mean --%s?", name, nearest);
	return cli_usage_error("unknown option --%s, see --help", name);
}

static int unknown_command(const struct cli_program *program, const char *name)
{
	const char *names[MAX_NAMES + 1];
	size_t n = 0;

	for (const struct cli_command *c = program->commands; c->name && n < MAX_NAMES; c++)
		names[n++] = c->name;
	names[n] = NULL;
	const char *nearest = cli_nearest(name, names);
	if (nearest)
		return cli_usage_error("unknown command \"%s\", did you mean \"%s\"?", name,
		                       nearest);
	return cli_usage_error("unknown command \"%s\", see --help", name);
}

static int bad_choice(const struct cli_option *option, const char *value)
{
	char list[512] = "";
	const char *nearest = cli_nearest(value, option->choices);

	if (nearest)
		return cli_usage_error("--%s cannot be \"%s\", did you mean \"%s\"?", option->name,
		                       value, nearest);
	for (const char *const *choice = option->choices; *choice; choice++) {
		size_t n = strlen(list);
		snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "", *choice);
	}
	return cli_usage_error("--%s cannot be \"%s\", choose one of %s", option->name, value,
	                       list);
}

static int option_set_text(const struct cli_option *option, const char *value)
{
	if (option->choices) {
		const char *const *choice = option->choices;
		while (*choice && strcmp(*choice, value) != 0)
			choice++;
		if (!*choice)
			return bad_choice(option, value);
	}
	*option->text = value;
	return EXIT_STATUS_OK;
}

static const struct cli_option *option_find(const struct cli_command *command, const char *name,
                                            size_t n_name)
{
	for (const struct cli_option *o = command->options; o && o->name; o++)
		if (strlen(o->name) == n_name && strncmp(o->name, name, n_name) == 0)
			return o;
	return NULL;
}

// The arguments not looked at yet, and those found not to be options, gathered at the front.
struct arguments {
	char **next, **end;
	char **kept;
	size_t n_kept;
};

// Takes the option that begins with the next argument, whose first letters are "--".
static int arguments_take_option(struct arguments *arguments, const struct cli_command *command)
{
	const char *name = *arguments->next++ + 2;
	size_t n_name = strcspn(name, "=");
	const char *value = name[n_name] == '=' ? name + n_name + 1 : NULL;
	const struct cli_option *option = option_find(command, name, n_name);

	if (!option) {
		char shown[64];
		snprintf(shown, sizeof(shown), "%.*s", (int)n_name, name);
		return unknown_option(command, shown);
	}
	if (!option->value_name) {
		if (value)
			return cli_usage_error("--%s takes no value", option->name);
		*option->flag = true;
		return EXIT_STATUS_OK;
	}
	if (!value) {
		if (arguments->next == arguments->end)
			return cli_usage_error("--%s needs a value: --%s %s", option->name,
			                       option->name, option->value_name);
		value = *arguments->next++;
	}
	return option_set_text(option, value);
}

// Takes every option and gathers the rest.
static int arguments_take(struct arguments *arguments, const struct cli_command *command)
{
	bool only_arguments = false;

	while (arguments->next < arguments->end) {
		char *word = *arguments->next;
		if (!only_arguments && strcmp(word, "--") == 0) {
			only_arguments = true;
			arguments->next++;
		} else if (only_arguments || word[0] != '-' || word[1] == '\0') {
			arguments->kept[arguments->n_kept++] = word;
			arguments->next++;
		} else if (word[1] != '-') {
			return cli_usage_error("unknown option %s, options begin with --", word);
		} else {
			int status = arguments_take_option(arguments, command);
			if (status != EXIT_STATUS_OK)
				return status;
		}
	}
	return EXIT_STATUS_OK;
}

// --help and --version win over anything else on the line that comes before a lone "--".
static bool arguments_ask(const struct arguments *arguments, const char *option)
{
	for (char **word = arguments->next; word < arguments->end; word++) {
		if (strcmp(*word, "--") == 0)
			return false;
		if (strcmp(*word, option) == 0)
			return true;
	}
	return false;
}

static int check_count(const struct cli_command *command, const struct arguments *arguments)
{
	if (arguments->n_kept < command->min_arguments)
		return cli_usage_error("missing argument: %s, see --help", command->arguments);
	if (arguments->n_kept > command->max_arguments)
		return cli_usage_error("unexpected argument \"%s\", see --help",
		                       arguments->kept[command->max_arguments]);
	return EXIT_STATUS_OK;
}

static int command_run(const struct cli_program *program, const struct cli_command *command,
                       struct arguments arguments)
{
	if (arguments_ask(&arguments, "--help"))
		return print_command_help(program, command);
	if (arguments_ask(&arguments, "--version"))
		return print_version(program);
	int status = arguments_take(&arguments, command);
	if (status == EXIT_STATUS_OK)
		status = check_count(command, &arguments);
	if (status == EXIT_STATUS_OK)
		status = command->run((int)arguments.n_kept, arguments.kept);
	return status;
}

static int program_run(const struct cli_program *program, struct arguments arguments)
{
	if (program->single)
		return command_run(program, &program->commands[0], arguments);
	if (arguments.next == arguments.end)
		return cli_usage_error("missing command, see --help");

	const char *name = *arguments.next++;
	if (strcmp(name, "--help") == 0)
		return print_program_help(program);
	if (strcmp(name, "--version") == 0)
		return print_version(program);
	for (const struct cli_command *c = program->commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return command_run(program, c, arguments);
	return unknown_command(program, name);
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
	// A caller may start us with no arguments at all, not even a name.
	char **first = argc > 0 ? argv + 1 : argv;
	struct arguments arguments = {.next = first, .end = argv + argc, .kept = first};
	int status = program_run(program, arguments);

	// Output that did not reach a full disk must not look like success.
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_STATUS_OK)
		return cli_failure("standard output: %s", strerror(errno));
	return status;
}
