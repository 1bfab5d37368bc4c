// CRC32C by the crc32 instruction of SSE4.2, built for x86-64 only.
#include "crc32c.h"

#include <nmmintrin.h>
#include <string.h>

bool crc32c_instruction_usable(void)
{
	return __builtin_cpu_supports("sse4.2");
}

__attribute__((target("sse4.2"))) uint32_t crc32c_by_instruction(uint32_t crc, const void *bytes,
                                                                 size_t n_bytes)
{
	const uint8_t *next = bytes;
	uint64_t state = ~crc;

	for (; n_bytes >= sizeof(uint64_t); n_bytes -= sizeof(uint64_t), next += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, next, sizeof(word));
		state = _mm_crc32_u64(state, word);
	}
	for (; n_bytes > 0; n_bytes--, next++)
		state = _mm_crc32_u8((uint32_t)state, *next);
	return ~(uint32_t)state;
}
