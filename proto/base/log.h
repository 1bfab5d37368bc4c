// Log lines on stderr: object first, next step last. Code that can return an error does not log
// it; code that decides logs once.
#pragma once

enum log_level {
	LOG_ERROR,
	LOG_WARNING,
	LOG_INFO,
	LOG_DEBUG,
	N_LOG_LEVELS
};

// Lines above this level are not written. LOG_INFO until set.
void log_set_level(enum log_level level);

// Number of the level named "error", "warning", "info" or "debug"; -1 if there is none.
int log_level_from_name(const char *name);

// Writes one line, made in one write(2) so that threads and processes do not mix: program, level,
// text. Control characters in the text are shown as \xNN. A line is cut at 1,000 bytes.
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);

#define log_error(...)   log_line(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_DEBUG, __VA_ARGS__)
