#include "complaint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proto/utf8.h"

// Words are quoted from the file, and may be cut in the middle of a letter.
static void make_printable(char *text)
{
	bool is_sound = utf8_is_printable(text, strlen(text));

	for (uint8_t *at = (uint8_t *)text; *at != '\0' && !is_sound; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
}

int complain(const struct complaint *complaint, uint32_t line, const char *format, ...)
{
	char sentence[CONFIG_WHY_BYTES];
	va_list list;

	va_start(list, format);
	vsnprintf(sentence, sizeof(sentence), format, list);
	va_end(list);
	make_printable(sentence);
	if (line > 0)
		snprintf(complaint->why, CONFIG_WHY_BYTES, "%s:%" PRIu32 ": %s", complaint->name,
		         line, sentence);
	else
		snprintf(complaint->why, CONFIG_WHY_BYTES, "%s: %s", complaint->name, sentence);
	return -EINVAL;
}
