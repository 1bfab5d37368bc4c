// Numbers as options spell them: decimal and nothing else, between two bounds.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// False when the text is anything else; *ret_number is untouched then.
bool number_parse_real(const char *text, double least, double most, double *ret_number);
bool number_parse_integer(const char *text, uint64_t least, uint64_t most, uint64_t *ret_number);
