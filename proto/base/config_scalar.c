#include "config_scalar.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "clock.h"

enum {
	FRACTION_DIGITS = 9,
	NUMBER_TEXT_BYTES = 48, // any number or duration as text
};

#define PLAIN_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const struct duration_unit {
	const char *name;
	uint64_t seconds;
} duration_units[] = {
	// Largest first; the empty name is how a bare number is written.
	{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}, {"", 1},
};

enum {
	N_DURATION_UNITS = sizeof(duration_units) / sizeof(*duration_units),
};

__attribute__((format(printf, 2, 3))) static int scalar_fault(char *why, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, CONFIG_WHY_BYTES, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

static bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

// Adds a decimal digit; false when it would not fit.
static bool number_append(uint64_t *number, char digit)
{
	return !__builtin_mul_overflow(*number, UINT64_C(10), number) &&
	       !__builtin_add_overflow(*number, (uint64_t)(digit - '0'), number);
}

// Digits with single _ between them. 0, -EINVAL or -ERANGE.
static int number_parse(const char *text, uint64_t *ret_number)
{
	uint64_t number = 0;
	bool fits = true;

	for (;;) {
		if (!is_digit(*text))
			return -EINVAL;
		fits = fits && number_append(&number, *text);
		text++;
		if (!*text)
			break;
		if (*text == '_')
			text++;
	}
	if (!fits)
		return -ERANGE;
	*ret_number = number;
	return 0;
}

// Digits, optionally a point and up to nine digits, optionally a unit. 0, -EINVAL or -ERANGE.
static int duration_parse(const char *text, uint64_t *ret_ns)
{
	uint64_t whole = 0, fraction_ns = 0, scale_ns = NS_PER_S;
	bool fits = true;

	if (!is_digit(*text))
		return -EINVAL;
	for (; is_digit(*text); text++)
		fits = fits && number_append(&whole, *text);
	if (*text == '.') {
		text++;
		if (!is_digit(*text))
			return -EINVAL;
		for (; is_digit(*text) && scale_ns > 1; text++) {
			scale_ns /= 10;
			fraction_ns += (uint64_t)(*text - '0') * scale_ns;
		}
	}
	for (size_t i = 0; i < N_DURATION_UNITS; i++) {
		const struct duration_unit *unit = &duration_units[i];
		if (strcmp(text, unit->name) != 0)
			continue;
		if (!fits || __builtin_mul_overflow(whole, unit->seconds * NS_PER_S, &whole) ||
		    __builtin_add_overflow(whole, fraction_ns * unit->seconds, &whole))
			return -ERANGE;
		*ret_ns = whole;
		return 0;
	}
	return -EINVAL;
}

// ret_text has NUMBER_TEXT_BYTES.
static void duration_format(uint64_t ns, char *ret_text)
{
	const struct duration_unit *unit = duration_units;

	if (ns % NS_PER_S != 0) {
		int n = snprintf(ret_text, NUMBER_TEXT_BYTES, "%" PRIu64 ".%09" PRIu64,
		                 ns / NS_PER_S, ns % NS_PER_S);
		while (ret_text[n - 1] == '0')
			n--;
		snprintf(ret_text + n, NUMBER_TEXT_BYTES - (size_t)n, "s");
		return;
	}
	uint64_t seconds = ns / NS_PER_S;
	while (unit->seconds > 1 && (seconds == 0 || seconds % unit->seconds != 0))
		unit++;
	snprintf(ret_text, NUMBER_TEXT_BYTES, "%" PRIu64 "%s", seconds / unit->seconds, unit->name);
}

static void number_format(const struct config_field *field, uint64_t number, char *ret_text)
{
	if (field->type == CONFIG_SECONDS)
		duration_format(number, ret_text);
	else
		snprintf(ret_text, NUMBER_TEXT_BYTES, "%" PRIu64, number);
}

static bool number_in_range(const struct config_field *field, uint64_t number)
{
	return number >= field->min && (field->max == 0 || number <= field->max);
}

static int range_fault(const struct config_field *field, const char *value, char *why)
{
	char min[NUMBER_TEXT_BYTES], max[NUMBER_TEXT_BYTES];

	number_format(field, field->min, min);
	number_format(field, field->max ? field->max : UINT64_MAX, max);
	return scalar_fault(why, "\"%s\" is %.60s, must be from %s to %s", field->key, value, min,
	                    max);
}

static int number_read(const struct config_field *field, const char *value, uint64_t *ret_number,
                       char *why)
{
	bool is_duration = field->type == CONFIG_SECONDS;
	uint64_t number;
	int error = is_duration ? duration_parse(value, &number) : number_parse(value, &number);

	if (error == -EINVAL && is_duration)
		return scalar_fault(why,
		                    "\"%s\" must be a time such as 60s, 5m, 1h or 7d, not "
		                    "\"%.60s\"",
		                    field->key, value);
	if (error == -EINVAL)
		return scalar_fault(why, "\"%s\" must be a whole number, not \"%.60s\"", field->key,
		                    value);
	if (error == -ERANGE || !number_in_range(field, number))
		return range_fault(field, value, why);
	*ret_number = number;
	return 0;
}

static int bool_read(const struct config_field *field, const char *value, bool *ret_bool, char *why)
{
	bool is_true = strcmp(value, "true") == 0;

	if (!is_true && strcmp(value, "false") != 0)
		return scalar_fault(why, "\"%s\" must be true or false, not \"%.60s\"", field->key,
		                    value);
	*ret_bool = is_true;
	return 0;
}

static int choice_fault(const struct config_field *field, const char *value, char *why)
{
	const char *nearest = cli_nearest(value, field->choices);
	int n;

	if (nearest)
		n = snprintf(why, CONFIG_WHY_BYTES,
		             "\"%s\" cannot be \"%.60s\", did you mean \"%s\"? It is one of",
		             field->key, value, nearest);
	else
		n = snprintf(why, CONFIG_WHY_BYTES, "\"%s\" cannot be \"%.60s\", choose one of",
		             field->key, value);
	for (const char *const *choice = field->choices; *choice && n < CONFIG_WHY_BYTES; choice++)
		n += snprintf(why + n, CONFIG_WHY_BYTES - (size_t)n, "%s %s",
		              choice == field->choices ? "" : ",", *choice);
	return -EINVAL;
}

static int choice_read(const struct config_field *field, const char *value, int *ret_position,
                       char *why)
{
	for (int i = 0; field->choices[i]; i++) {
		if (strcmp(field->choices[i], value) == 0) {
			*ret_position = i;
			return 0;
		}
	}
	return choice_fault(field, value, why);
}

// Control characters, line and paragraph separators, byte order marks and the two non-characters:
// what no name or path holds, and what YAML would not give back as it was written.
static bool is_control(const char *letter)
{
	const unsigned char *bytes = (const unsigned char *)letter;

	switch (bytes[0]) {
	case 0xc2:
		return bytes[1] < 0xa0;
	case 0xe2:
		return bytes[1] == 0x80 && (bytes[2] == 0xa8 || bytes[2] == 0xa9);
	case 0xef:
		return (bytes[1] == 0xbb && bytes[2] == 0xbf) ||
		       (bytes[1] == 0xbf && bytes[2] >= 0xbe);
	default:
		return bytes[0] < 0x20 || bytes[0] == 0x7f;
	}
}

static int text_read(const struct config_field *field, const char *value, char **ret_text,
                     char *why)
{
	for (const char *letter = value; *letter; letter++)
		if (is_control(letter))
			return scalar_fault(why,
			                    "\"%s\" must be one line without control characters",
			                    field->key);
	char *text = strdup(value);
	if (!text)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}

int config_scalar_read(const struct config_field *field, const char *value, void *ret_slot,
                       char *why)
{
	const char *fault = field->check ? field->check(value) : NULL;

	if (fault)
		return scalar_fault(why, "\"%s\" is \"%.60s\": %s", field->key, value, fault);
	switch (field->type) {
	case CONFIG_TEXT:
	case CONFIG_TEXTS:
		return text_read(field, value, ret_slot, why);
	case CONFIG_UINT:
	case CONFIG_SECONDS:
		return number_read(field, value, ret_slot, why);
	case CONFIG_BOOL:
		return bool_read(field, value, ret_slot, why);
	case CONFIG_CHOICE:
		return choice_read(field, value, ret_slot, why);
	case CONFIG_ROWS:
	case CONFIG_GROUP:
		break;
	}
	return scalar_fault(why, "\"%s\" is not a single value", field->key);
}

bool config_scalar_is_set(const struct config_field *field, const void *slot)
{
	switch (field->type) {
	case CONFIG_TEXT:
		return *(char *const *)slot != NULL;
	case CONFIG_UINT:
	case CONFIG_SECONDS:
		return number_in_range(field, *(const uint64_t *)slot);
	default:
		return true;
	}
}

// True when YAML reads the bare text as itself and not as a number's absence or as syntax.
static bool text_is_plain(const char *text)
{
	size_t n = strlen(text);

	if (n == 0 || !strchr(PLAIN_LETTERS "/", text[0]) || text[n - 1] == ':')
		return false;
	return strspn(text, PLAIN_LETTERS "/:._-,=@+") == n && strcasecmp(text, "null") != 0;
}

void config_text_print(FILE *out, const char *text)
{
	if (text_is_plain(text)) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++)
		fprintf(out, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
	fputc('"', out);
}

void config_scalar_print(FILE *out, const struct config_field *field, const void *slot)
{
	char text[NUMBER_TEXT_BYTES];

	switch (field->type) {
	case CONFIG_UINT:
	case CONFIG_SECONDS:
		number_format(field, *(const uint64_t *)slot, text);
		fputs(text, out);
		break;
	case CONFIG_BOOL:
		fputs(*(const bool *)slot ? "true" : "false", out);
		break;
	case CONFIG_CHOICE:
		config_text_print(out, field->choices[*(const int *)slot]);
		break;
	default:
		config_text_print(out, *(char *const *)slot);
	}
}
