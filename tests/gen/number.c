#include "number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_NUMBER_CHARACTERS = 32,
};

bool number_parse_real(const char *text, double least, double most, double *ret_number)
{
	char *end;
	double number;

	if (strlen(text) > MAX_NUMBER_CHARACTERS || strspn(text, "0123456789.") != strlen(text))
		return false;
	number = strtod(text, &end);
	if (end == text || *end != '\0' || number < least || number > most)
		return false;
	*ret_number = number;
	return true;
}

bool number_parse_integer(const char *text, uint64_t least, uint64_t most, uint64_t *ret_number)
{
	char *end;
	uint64_t number;

	if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno != 0 || number < least || number > most)
		return false;
	*ret_number = number;
	return true;
}
