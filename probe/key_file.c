// Nothing here copies what may be a key: a system call reads it into the locked page, and its
// digits are decoded from there to their place beside it, one by one.
#include "key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/config.h"

enum {
	KEY_DIGITS = 2 * sizeof(struct siphash_key),
};

// Part of the text.
struct span {
	const char *at, *end;
};

// A file while it is read.
struct reading {
	const char *path;
	char *why;
	int line;
	bool has_start, has_key;
	uint64_t start_ns;
	struct siphash_key *key; // in the page
};

__attribute__((format(printf, 2, 3))) static int complain(const struct reading *reading,
                                                          const char *format, ...)
{
	char what[CONFIG_WHY_BYTES / 2];
	va_list list;

	va_start(list, format);
	vsnprintf(what, sizeof(what), format, list);
	va_end(list);
	if (reading->line > 0)
		snprintf(reading->why, CONFIG_WHY_BYTES, "%s:%d: %s", reading->path, reading->line,
		         what);
	else
		snprintf(reading->why, CONFIG_WHY_BYTES, "%s: %s", reading->path, what);
	return -EINVAL;
}

void key_date(uint64_t wall_ns, char ret_date[KEY_DATE_BYTES])
{
	char text[CLOCK_TEXT_BYTES];

	clock_format(wall_ns, text);
	snprintf(ret_date, KEY_DATE_BYTES, "%.10s", text);
}

static int check_file(const struct reading *reading, int descriptor)
{
	struct stat status;

	if (fstat(descriptor, &status) != 0)
		return complain(reading, "%s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return complain(reading, "is no ordinary file: move it away");
	if (status.st_uid != 0 && status.st_uid != geteuid())
		return complain(reading,
		                "belongs to user %u, who is neither root nor the one who runs "
		                "this: chown root %s",
		                status.st_uid, reading->path);
	if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return complain(reading,
		                "is open to others (mode %04o): chmod 600 %s, and make a new key "
		                "if they can have read it",
		                status.st_mode & 07777, reading->path);
	if (status.st_size > KEY_FILE_BYTES)
		return complain(reading, "is larger than the %d bytes of a key file: move it away",
		                KEY_FILE_BYTES);
	return 0;
}

// One call reads all of it: the file is an ordinary one, and small.
static int read_text(const struct reading *reading, int descriptor, char *text,
                     struct span *ret_text)
{
	ssize_t n_bytes = read(descriptor, text, KEY_FILE_BYTES);

	if (n_bytes < 0)
		return complain(reading, "%s", strerror(errno));
	*ret_text = (struct span){text, text + n_bytes};
	return 0;
}

static struct span take_line(struct span *rest)
{
	struct span line = {rest->at, rest->at};

	while (line.end < rest->end && *line.end != '\n')
		line.end++;
	rest->at = line.end < rest->end ? line.end + 1 : line.end;
	return line;
}

static bool is_blank(char letter)
{
	return letter == ' ' || letter == '\t' || letter == '\r';
}

// Cuts a comment and white space off both ends.
static struct span trim(struct span line)
{
	struct span text;

	while (line.at < line.end && is_blank(*line.at))
		line.at++;
	text = (struct span){line.at, line.at};
	for (const char *at = line.at; at < line.end && *at != '#'; at++)
		text.end = is_blank(*at) ? text.end : at + 1;
	return text;
}

// Whether the line begins with the word, whose value is what follows.
static bool is_value_of(struct span line, const char *word, size_t n_bytes, struct span *ret_value)
{
	if ((size_t)(line.end - line.at) < n_bytes)
		return false;
	for (size_t i = 0; i < n_bytes; i++)
		if (line.at[i] != word[i])
			return false;
	*ret_value = trim((struct span){line.at + n_bytes, line.end});
	return true;
}

static int parse_start(struct reading *reading, struct span value)
{
	char date[KEY_DATE_BYTES] = "", text[CLOCK_TEXT_BYTES];
	char before[KEY_DATE_BYTES], after[KEY_DATE_BYTES];
	uint64_t rest;

	if (reading->has_start)
		return complain(reading, "start: is there already: leave one");
	if (value.end - value.at == KEY_DATE_BYTES - 1)
		memcpy(date, value.at, KEY_DATE_BYTES - 1);
	snprintf(text, sizeof(text), "%sT00:00:00Z", date);
	if (clock_parse(text, &reading->start_ns) != 0)
		return complain(reading, "start: must be a date, YYYY-MM-DD");
	rest = reading->start_ns % KEY_PERIOD_NS;
	if (rest != 0) {
		key_date(reading->start_ns - rest, before);
		key_date(reading->start_ns - rest + KEY_PERIOD_NS, after);
		return complain(reading,
		                "start: keys begin every 31 days and none on %s, the nearest are "
		                "%s and %s",
		                date, before, after);
	}
	reading->has_start = true;
	return 0;
}

static int digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

static int parse_key(struct reading *reading, struct span value)
{
	size_t n_digits = (size_t)(value.end - value.at);
	volatile uint64_t *words[] = {&reading->key->k0, &reading->key->k1};

	if (reading->has_key)
		return complain(reading, "key: is there already: leave one");
	if (n_digits != KEY_DIGITS)
		return complain(reading, "key: must be %d hexadecimal digits, these are %zu",
		                KEY_DIGITS, n_digits);
	*words[0] = *words[1] = 0;
	for (size_t i = 0; i < n_digits; i++) {
		int digit = digit_value(value.at[i]);
		// The first digit of a byte is its upper half, and bytes are little-endian.
		size_t shift = 8 * (i / 2 % 8) + (i % 2 == 0 ? 4 : 0);

		if (digit < 0)
			return complain(reading,
			                "key: must be %d hexadecimal digits, the %zu. is none",
			                KEY_DIGITS, i + 1);
		*words[i / 16] |= (uint64_t)digit << shift;
	}
	if ((*words[0] | *words[1]) == 0)
		return complain(reading, "key: is all zeros, which anybody can guess");
	reading->has_key = true;
	return 0;
}

static int parse_line(struct reading *reading, struct span line)
{
	struct span value;

	line = trim(line);
	if (line.at == line.end)
		return 0;
	if (is_value_of(line, "start:", 6, &value))
		return parse_start(reading, value);
	if (is_value_of(line, "key:", 4, &value))
		return parse_key(reading, value);
	return complain(reading, "unknown line: a key file has \"start: DATE\", \"key: DIGITS\" "
	                         "and comments behind #");
}

static int parse_text(struct reading *reading, struct span text)
{
	int rc = 0;

	while (rc == 0 && text.at < text.end) {
		reading->line++;
		rc = parse_line(reading, take_line(&text));
	}
	if (rc != 0)
		return rc;
	reading->line = 0;
	if (!reading->has_start)
		return complain(reading, "has no line \"start: DATE\"");
	return reading->has_key ? 0 : complain(reading, "has no line \"key: DIGITS\"");
}

static int read_open(struct reading *reading, int descriptor, char *room)
{
	struct span text = {room, room};
	int rc = check_file(reading, descriptor);

	if (rc == 0)
		rc = read_text(reading, descriptor, room, &text);
	if (rc == 0)
		rc = parse_text(reading, text);
	explicit_bzero(room, KEY_FILE_BYTES);
	return rc;
}

int key_file_read(const char *path, struct key_page *page, uint64_t *ret_start_ns, char *why)
{
	struct reading reading = {.path = path, .why = why, .key = &page->read};
	// A pipe would make whoever opens it wait.
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int rc;

	if (descriptor < 0)
		return complain(&reading, "%s", strerror(errno));
	rc = read_open(&reading, descriptor, page->text);
	close(descriptor);
	if (rc == 0)
		*ret_start_ns = reading.start_ns;
	return rc;
}
