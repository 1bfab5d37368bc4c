#include "utf8.h"

#include <stdint.h>

enum {
	FIRST_SURROGATE = 0xd800,
	LAST_SURROGATE = 0xdfff,
	LAST_CODE_POINT = 0x10ffff,
	FIRST_PRINTABLE = 0x20,
	DELETE = 0x7f,
	LAST_CONTROL = 0x9f,
};

// Continuation bytes behind a first byte, and the bits it gives; -1 for one that begins nothing.
static int sequence_length(uint8_t first, uint32_t *ret_bits)
{
	if (first < 0x80) {
		*ret_bits = first;
		return 0;
	}
	if (first >= 0xc0 && first < 0xe0) {
		*ret_bits = first & 0x1f;
		return 1;
	}
	if (first >= 0xe0 && first < 0xf0) {
		*ret_bits = first & 0x0f;
		return 2;
	}
	if (first >= 0xf0 && first < 0xf8) {
		*ret_bits = first & 0x07;
		return 3;
	}
	return -1;
}

static bool is_printable(uint32_t code)
{
	return code >= FIRST_PRINTABLE && (code < DELETE || code > LAST_CONTROL) &&
	       code <= LAST_CODE_POINT && (code < FIRST_SURROGATE || code > LAST_SURROGATE);
}

bool utf8_is_printable(const char *text, size_t n_bytes)
{
	// The lowest code point that needs so many continuation bytes.
	static const uint32_t lowest[] = {0, 0x80, 0x800, 0x10000};
	const uint8_t *at = (const uint8_t *)text, *end = at + n_bytes;

	while (at < end) {
		uint32_t code;
		int n_more = sequence_length(*at++, &code);

		if (n_more < 0 || n_more > end - at)
			return false;
		for (int i = 0; i < n_more; i++, at++) {
			if (*at >> 6 != 2)
				return false;
			code = code << 6 | (*at & 0x3f);
		}
		if (code < lowest[n_more] || !is_printable(code))
			return false;
	}
	return true;
}
