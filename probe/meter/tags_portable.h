// Which of a line's tags equal one tag: the plain way, for any machine.
#pragma once

#include <stdint.h>

// Bit i of the result is set when tags[i] == tag; n_tags is at most 32.
static inline uint32_t tags_match_portable(const uint16_t *tags, uint32_t n_tags, uint16_t tag)
{
	uint32_t matches = 0;

	for (uint32_t i = 0; i < n_tags; i++)
		matches |= (uint32_t)(tags[i] == tag) << i;
	return matches;
}
