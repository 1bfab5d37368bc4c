// CRC32C (Castagnoli polynomial 0x1EDC6F41, reflected; RFC 3720 appendix B.4).
#pragma once

#include <stddef.h>
#include <stdint.h>

// CRC of n_bytes more after a first part whose CRC is crc; start with 0.
uint32_t crc32c(uint32_t crc, const void *bytes, size_t n_bytes);
