#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	LOG_LINE_BYTES = 1000, // newline included
};

struct line {
	size_t n_bytes;
	char bytes[LOG_LINE_BYTES];
};

static _Atomic int written_level = LOG_INFO;

static const char *const level_names[N_LOG_LEVELS] = {"error", "warning", "info", "debug"};

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&written_level, (int)level, memory_order_relaxed);
}

int log_level_from_name(const char *name)
{
	for (int level = 0; level < N_LOG_LEVELS; level++)
		if (strcmp(level_names[level], name) == 0)
			return level;
	return -1;
}

// False, adding nothing, when the bytes and the newline after them would not fit.
static bool line_add(struct line *line, const char *bytes, size_t n_bytes)
{
	if (line->n_bytes + n_bytes + 1 > sizeof(line->bytes))
		return false;
	memcpy(line->bytes + line->n_bytes, bytes, n_bytes);
	line->n_bytes += n_bytes;
	return true;
}

// What peers send ends up in log lines: it must not move the cursor or forge a second line.
static bool line_add_shown(struct line *line, unsigned char byte)
{
	char escape[sizeof("\\x00")];

	if (byte >= 0x20 && byte != 0x7f)
		return line_add(line, &(char){(char)byte}, 1);
	snprintf(escape, sizeof(escape), "\\x%02x", byte);
	return line_add(line, escape, sizeof(escape) - 1);
}

static void line_add_text(struct line *line, const char *text)
{
	while (*text && line_add_shown(line, (unsigned char)*text))
		text++;
}

__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...)
{
	if ((int)level > atomic_load_explicit(&written_level, memory_order_relaxed))
		return;

	int saved_errno = errno;
	char text[LOG_LINE_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);

	struct line line = {0};
	line_add_text(&line, program_invocation_short_name);
	line_add(&line, ": ", 2);
	line_add_text(&line, level_names[level]);
	line_add(&line, ": ", 2);
	line_add_text(&line, text);
	line.bytes[line.n_bytes++] = '\n';
	// Nobody is left to tell when stderr itself fails.
	ssize_t ignored = write(STDERR_FILENO, line.bytes, line.n_bytes);
	(void)ignored;
	errno = saved_errno;
}
