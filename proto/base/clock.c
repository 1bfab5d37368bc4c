#include "clock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	FRACTION_DIGITS = 9,
	S_PER_DAY = 86400,
};

static uint64_t clock_read_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t clock_monotonic_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_wall_ns(void)
{
	return clock_read_ns(CLOCK_REALTIME);
}

void clock_sleep(uint64_t sleep_ns)
{
	const struct timespec time = {(time_t)(sleep_ns / NS_PER_S), (long)(sleep_ns % NS_PER_S)};

	nanosleep(&time, NULL);
}

// Writes "2026-11-22T08:30:00" and returns its length.
static size_t clock_format_seconds(uint64_t wall_ns, char *ret_text)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	struct tm utc;

	gmtime_r(&seconds, &utc);
	return strftime(ret_text, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &utc);
}

void clock_format_ns(uint64_t wall_ns, char *ret_text)
{
	size_t n = clock_format_seconds(wall_ns, ret_text);

	snprintf(ret_text + n, CLOCK_TEXT_BYTES - n, ".%09uZ", (unsigned int)(wall_ns % NS_PER_S));
}

void clock_format(uint64_t wall_ns, char *ret_text)
{
	if (wall_ns % NS_PER_S != 0) {
		clock_format_ns(wall_ns, ret_text);
		return;
	}
	size_t n = clock_format_seconds(wall_ns, ret_text);
	memcpy(ret_text + n, "Z", 2);
}

static bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

static bool take_letter(const char **text, const char *allowed)
{
	if (!**text || !strchr(allowed, **text))
		return false;
	(*text)++;
	return true;
}

// Exactly n digits, at most four.
static bool take_number(const char **text, int n, int *ret_number)
{
	int number = 0;

	for (int i = 0; i < n; i++, (*text)++) {
		if (!is_digit(**text))
			return false;
		number = number * 10 + (**text - '0');
	}
	*ret_number = number;
	return true;
}

// An optional point with one to nine digits after it.
static bool take_fraction(const char **text, uint64_t *ret_ns)
{
	uint64_t ns = 0;
	int n_digits = 0;

	if (take_letter(text, ".")) {
		for (; is_digit(**text) && n_digits < FRACTION_DIGITS; n_digits++, (*text)++)
			ns = ns * 10 + (uint64_t)(**text - '0');
		if (n_digits == 0)
			return false;
		for (; n_digits < FRACTION_DIGITS; n_digits++)
			ns *= 10;
	}
	*ret_ns = ns;
	return true;
}

// Days from 1970 to the start of that day; false when there is no such day.
static bool take_date(const char **text, int64_t *ret_days)
{
	int year, month, day;

	if (!take_number(text, 4, &year) || !take_letter(text, "-") ||
	    !take_number(text, 2, &month) || !take_letter(text, "-") || !take_number(text, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1)
		return false;
	struct tm utc = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
	int64_t seconds = timegm(&utc);
	// timegm() rolls 31 April over to 1 May.
	if (utc.tm_mday != day)
		return false;
	*ret_days = seconds / S_PER_DAY;
	return true;
}

// Seconds into the day, 0 to 86400: a leap second may stand last.
static bool take_time(const char **text, int64_t *ret_seconds)
{
	int hour, minute, second;

	if (!take_number(text, 2, &hour) || !take_letter(text, ":") ||
	    !take_number(text, 2, &minute) || !take_letter(text, ":") ||
	    !take_number(text, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*ret_seconds = hour * 3600 + minute * 60 + second;
	return true;
}

static bool take_offset(const char **text, int64_t *ret_seconds)
{
	int hours, minutes;
	bool west = **text == '-';

	if (take_letter(text, "Zz")) {
		*ret_seconds = 0;
		return true;
	}
	if (!take_letter(text, "+-") || !take_number(text, 2, &hours) || !take_letter(text, ":") ||
	    !take_number(text, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret_seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

static int clock_from_parts(int64_t seconds, uint64_t fraction_ns, uint64_t *ret_wall_ns)
{
	uint64_t wall_ns;

	if (seconds < 0 || __builtin_mul_overflow((uint64_t)seconds, NS_PER_S, &wall_ns) ||
	    __builtin_add_overflow(wall_ns, fraction_ns, &wall_ns))
		return -ERANGE;
	*ret_wall_ns = wall_ns;
	return 0;
}

static int clock_parse_rfc3339(const char *text, uint64_t *ret_wall_ns)
{
	int64_t days, seconds, offset;
	uint64_t fraction_ns;

	if (!take_date(&text, &days) || !take_letter(&text, "Tt ") || !take_time(&text, &seconds))
		return -EINVAL;
	bool leap = strncmp(text - 2, "60", 2) == 0;
	if (!take_fraction(&text, &fraction_ns) || !take_offset(&text, &offset) || *text)
		return -EINVAL;
	int64_t total = days * S_PER_DAY + seconds - offset;
	// A leap second is inserted before midnight UTC and nowhere else; POSIX time has no number
	// of its own for it, so it becomes the midnight it precedes.
	if (leap && total % S_PER_DAY != 0)
		return -EINVAL;
	return clock_from_parts(total, fraction_ns, ret_wall_ns);
}

static int clock_parse_unix(const char *text, uint64_t *ret_wall_ns)
{
	bool negative = take_letter(&text, "-");
	int64_t seconds = 0;
	uint64_t fraction_ns;
	bool overflow = false;

	if (!is_digit(*text))
		return -EINVAL;
	for (; is_digit(*text); text++)
		overflow |= __builtin_mul_overflow(seconds, 10, &seconds) ||
		            __builtin_add_overflow(seconds, *text - '0', &seconds);
	if (!take_fraction(&text, &fraction_ns) || *text)
		return -EINVAL;
	if (negative || overflow)
		return -ERANGE;
	return clock_from_parts(seconds, fraction_ns, ret_wall_ns);
}

int clock_parse(const char *text, uint64_t *ret_wall_ns)
{
	bool is_date = strnlen(text, 5) == 5 && text[4] == '-';

	return is_date ? clock_parse_rfc3339(text, ret_wall_ns)
	               : clock_parse_unix(text, ret_wall_ns);
}
