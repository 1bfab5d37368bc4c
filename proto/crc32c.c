// CRC32C by tables, eight bytes at a time ("slicing by 8": M. Kounavis and F. Berry, "A systematic
// approach to building high performance software-based CRC generators", 2005).
//
// Table s maps a byte to what it leaves in the CRC after s further zero bytes. A CRC is linear over
// XOR, so the entry of any byte is the XOR of the entries of its single bits: each table is spelled
// out below by eight numbers, and the compiler works out the other 248.
#include "crc32c.h"

#define BIT(n, k, entry) ((n) >> (k)&1 ? (entry) : 0)
#define ENTRY(n, b0, b1, b2, b3, b4, b5, b6, b7)                                                   \
	(BIT(n, 0, b0) ^ BIT(n, 1, b1) ^ BIT(n, 2, b2) ^ BIT(n, 3, b3) ^ BIT(n, 4, b4) ^           \
	 BIT(n, 5, b5) ^ BIT(n, 6, b6) ^ BIT(n, 7, b7))
#define ENTRIES_4(n, ...)                                                                          \
	ENTRY(n, __VA_ARGS__), ENTRY((n) + 1, __VA_ARGS__), ENTRY((n) + 2, __VA_ARGS__),           \
		ENTRY((n) + 3, __VA_ARGS__)
#define ENTRIES_16(n, ...)                                                                         \
	ENTRIES_4(n, __VA_ARGS__), ENTRIES_4((n) + 4, __VA_ARGS__),                                \
		ENTRIES_4((n) + 8, __VA_ARGS__), ENTRIES_4((n) + 12, __VA_ARGS__)
#define ENTRIES_64(n, ...)                                                                         \
	ENTRIES_16(n, __VA_ARGS__), ENTRIES_16((n) + 16, __VA_ARGS__),                             \
		ENTRIES_16((n) + 32, __VA_ARGS__), ENTRIES_16((n) + 48, __VA_ARGS__)
#define TABLE(...)                                                                                 \
	{                                                                                          \
		ENTRIES_64(0, __VA_ARGS__), ENTRIES_64(64, __VA_ARGS__),                           \
			ENTRIES_64(128, __VA_ARGS__), ENTRIES_64(192, __VA_ARGS__)                 \
	}

enum {
	N_SLICES = 8,
};

// clang-format off
static const uint32_t tables[N_SLICES][256] = {
	TABLE(0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf,
	      0x105ec76f, 0x20bd8ede, 0x417b1dbc, 0x82f63b78),
	TABLE(0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8,
	      0x3fc5f181, 0x7f8be302, 0xff17c604, 0xfbc3faf9),
	TABLE(0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5,
	      0x70a27d8a, 0xe144fb14, 0xc76580d9, 0x8b277743),
	TABLE(0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6,
	      0xe964b13d, 0xd725148b, 0xaba65fe7, 0x52a0c93f),
	TABLE(0x38116fac, 0x7022df58, 0xe045beb0, 0xc5670b91,
	      0x8f2261d3, 0x1ba8b557, 0x37516aae, 0x6ea2d55c),
	TABLE(0xef306b19, 0xdb8ca0c3, 0xb2f53777, 0x6006181f,
	      0xc00c303e, 0x85f4168d, 0x0e045beb, 0x1c08b7d6),
	TABLE(0x68032cc8, 0xd0065990, 0xa5e0c5d1, 0x4e2dfd53,
	      0x9c5bfaa6, 0x3d5b83bd, 0x7ab7077a, 0xf56e0ef4),
	TABLE(0x493c7d27, 0x9278fa4e, 0x211d826d, 0x423b04da,
	      0x847609b4, 0x0d006599, 0x1a00cb32, 0x34019664),
};
// clang-format on

static uint32_t crc_of_byte(uint32_t crc, uint8_t byte)
{
	return crc >> 8 ^ tables[0][(crc ^ byte) & 0xff];
}

static uint32_t crc_of_slice(uint32_t crc, const uint8_t *bytes)
{
	uint32_t low = crc ^ ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
	                      (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);

	return tables[7][low & 0xff] ^ tables[6][low >> 8 & 0xff] ^ tables[5][low >> 16 & 0xff] ^
	       tables[4][low >> 24] ^ tables[3][bytes[4]] ^ tables[2][bytes[5]] ^
	       tables[1][bytes[6]] ^ tables[0][bytes[7]];
}

uint32_t crc32c_by_table(uint32_t crc, const void *bytes, size_t n_bytes)
{
	const uint8_t *next = bytes;

	crc = ~crc;
	for (; n_bytes >= N_SLICES; n_bytes -= N_SLICES, next += N_SLICES)
		crc = crc_of_slice(crc, next);
	for (; n_bytes > 0; n_bytes--, next++)
		crc = crc_of_byte(crc, *next);
	return ~crc;
}

uint32_t crc32c(uint32_t crc, const void *bytes, size_t n_bytes)
{
	return crc32c_instruction_usable() ? crc32c_by_instruction(crc, bytes, n_bytes)
	                                   : crc32c_by_table(crc, bytes, n_bytes);
}
