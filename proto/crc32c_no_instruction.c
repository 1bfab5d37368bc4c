// For CPUs whose CRC32C instruction we do not use: the tables do all the work.
#include "crc32c.h"

bool crc32c_instruction_usable(void)
{
	return false;
}

uint32_t crc32c_by_instruction(uint32_t crc, const void *bytes, size_t n_bytes)
{
	return crc32c_by_table(crc, bytes, n_bytes);
}
