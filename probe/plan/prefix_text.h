// Prefixes as people write them: "2001:db8::/32", "10.0.0.0/8". There is one canonical text of each
// (RFC 5952: lower case, no leading zeros, the longest run of zeros as "::"), with no bits behind
// the prefix.
#pragma once

#include <stddef.h>

#include "probe/meter/prefix_table.h"

enum {
	PREFIX_TEXT_BYTES = 64, // of a canonical text, terminating zero included
};

enum prefix_text_fault {
	PREFIX_TEXT_SOUND,
	PREFIX_TEXT_NO_ADDRESS, // what stands before the slash, or all of it, is none
	PREFIX_TEXT_NO_LENGTH, // no slash, or no number behind it
	PREFIX_TEXT_BAD_LENGTH, // longer than an address of the family
	PREFIX_TEXT_BITS_BEHIND, // the address has bits behind the prefix
	PREFIX_TEXT_SPELLING, // another text for the same prefix is the canonical one
};

// Fills family, address and length, not the value. After PREFIX_TEXT_BITS_BEHIND and _SPELLING the
// row is the one that must have been meant, to be written as it should be.
enum prefix_text_fault prefix_text_read(const char *text, size_t n_bytes,
                                        struct prefix_row *ret_row);

// The canonical text of a row. Returns its length.
size_t prefix_text_write(const struct prefix_row *row, char ret_text[PREFIX_TEXT_BYTES]);
