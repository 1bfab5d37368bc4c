// The two searches in a line of flows, many at a time. SSE2 is part of every 64-bit x86.
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

// Bit i of the result is set when no age is further behind now than ages[i], modulo 256. n_ages is
// from 16 to 31: two loads of 16, which overlap, cover them.
static inline uint32_t ages_oldest_sse2(const uint8_t *ages, uint32_t n_ages, uint8_t now)
{
	const __m128i nows = _mm_set1_epi8((char)now);
	uint32_t shift = n_ages - 16;
	__m128i first = _mm_sub_epi8(nows, _mm_loadu_si128((const __m128i *)ages));
	__m128i last = _mm_sub_epi8(nows, _mm_loadu_si128((const __m128i *)(ages + shift)));
	__m128i most = _mm_max_epu8(first, last);

	most = _mm_max_epu8(most, _mm_srli_si128(most, 8));
	most = _mm_max_epu8(most, _mm_srli_si128(most, 4));
	most = _mm_max_epu8(most, _mm_srli_si128(most, 2));
	most = _mm_max_epu8(most, _mm_srli_si128(most, 1));
	most = _mm_set1_epi8((char)_mm_cvtsi128_si32(most));
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(first, most)) |
	       (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(last, most)) << shift;
}
