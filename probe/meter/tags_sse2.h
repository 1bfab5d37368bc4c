// Which of a line's tags equal one tag: eight at a time. SSE2 is part of every 64-bit x86.
#pragma once

#include <emmintrin.h>
#include <stdint.h>

// Bit i of the result is set when tags[i] == tag; n_tags is at most 24, and 48 bytes can be read
// from tags on whatever n_tags is.
static inline uint32_t tags_match_sse2(const uint16_t *tags, uint32_t n_tags, uint16_t tag)
{
	const __m128i wanted = _mm_set1_epi16((short)tag);
	const __m128i *words = (const __m128i *)tags;
	__m128i first = _mm_cmpeq_epi16(_mm_loadu_si128(words), wanted);
	__m128i second = _mm_cmpeq_epi16(_mm_loadu_si128(words + 1), wanted);
	__m128i third = _mm_cmpeq_epi16(_mm_loadu_si128(words + 2), wanted);
	uint32_t low = (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(first, second));
	uint32_t high = (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(third, _mm_setzero_si128()));

	return (low | high << 16) & ((1u << n_tags) - 1);
}
