// The two searches in a line of flows, the plain way, for any machine.
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

// Bit i of the result is set when no age is further behind now than ages[i], modulo 256.
static inline uint32_t ages_oldest_portable(const uint8_t *ages, uint32_t n_ages, uint8_t now)
{
	uint32_t oldest = 0, matches = 0;

	for (uint32_t i = 0; i < n_ages; i++)
		if ((uint8_t)(now - ages[i]) > oldest)
			oldest = (uint8_t)(now - ages[i]);
	for (uint32_t i = 0; i < n_ages; i++)
		matches |= (uint32_t)((uint8_t)(now - ages[i]) == oldest) << i;
	return matches;
}
