// Names people chose, in whatever script.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Whether the bytes are UTF-8 (RFC 3629: shortest forms, no surrogates, at most U+10FFFF) without
// control characters (U+0000 to U+001F, U+007F to U+009F), so that a name can neither steer a
// terminal nor end a C string early.
bool utf8_is_printable(const char *text, size_t n_bytes);
