// Packets and what each must count as: one table for every back end that runs the parser.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "probe/meter/packet.h"

struct vector {
	const char *name; // a sentence
	enum link_layer layer;
	const uint8_t *bytes;
	uint32_t n_bytes;
	uint32_t wire_bytes; // 0: as many as captured
	struct packet expected; // addresses and n_headers are not compared
};

extern const struct vector vectors[];
extern const size_t n_vectors;

uint32_t vector_wire_bytes(const struct vector *vector);

// NULL when the packet is what the vector expects, else the name of the first field that differs.
const char *vector_difference(const struct vector *vector, const struct packet *packet);
