// CRC32C (Castagnoli polynomial 0x1EDC6F41, reflected; RFC 3720 appendix B.4).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// CRC of n_bytes more after a first part whose CRC is crc; start with 0. Takes the CPU's own
// instruction where there is one, else the tables.
uint32_t crc32c(uint32_t crc, const void *bytes, size_t n_bytes);

// The two ways it is computed, which agree everywhere. The instruction may be called only where it
// is usable.
uint32_t crc32c_by_table(uint32_t crc, const void *bytes, size_t n_bytes);
uint32_t crc32c_by_instruction(uint32_t crc, const void *bytes, size_t n_bytes);
bool crc32c_instruction_usable(void);
