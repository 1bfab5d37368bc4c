// The fastest way this machine has of comparing tags; the others are tested equal to the portable
// one.
#pragma once

#include <stdint.h>

#ifdef __SSE2__
#include "tags_sse2.h"
#define TAGS_MATCH tags_match_sse2
#else
#include "tags_portable.h"
#define TAGS_MATCH tags_match_portable
#endif

static inline uint32_t tags_match(const uint16_t *tags, uint32_t n_tags, uint16_t tag)
{
	return TAGS_MATCH(tags, n_tags, tag);
}
