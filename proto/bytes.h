// Network byte order, held in types so that it cannot be mistaken for a number.
// Portable: compiles natively and for BPF.
#pragma once

#include <stdint.h>

// A 16-bit and a 32-bit big-endian field of a header, at any alignment.
typedef struct {
	uint8_t octets[2];
} be16;

typedef struct {
	uint8_t octets[4];
} be32;

static inline uint16_t be16_value(be16 field)
{
	return (uint16_t)(field.octets[0] << 8 | field.octets[1]);
}

static inline uint32_t be32_value(be32 field)
{
	return (uint32_t)field.octets[0] << 24 | (uint32_t)field.octets[1] << 16 |
	       (uint32_t)field.octets[2] << 8 | field.octets[3];
}

static inline be16 be16_from(uint16_t value)
{
	return (be16){{(uint8_t)(value >> 8), (uint8_t)value}};
}

static inline be32 be32_from(uint32_t value)
{
	return (be32){{(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
	               (uint8_t)value}};
}
