// Packets and what each must count as: one table for every back end that runs the parser.
#pragma once

#include <stdbool.h>
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

// The two parts of the table.
extern const struct vector layer_vectors[], tunnel_vectors[];
extern const size_t n_layer_vectors, n_tunnel_vectors;

size_t vectors_count(void);
const struct vector *vector_at(size_t i);

uint32_t vector_wire_bytes(const struct vector *vector);

// NULL when the packet is what the vector expects, else the name of the first field that differs.
const char *vector_difference(const struct vector *vector, const struct packet *packet);

// Runs the vectors a back end has frames of that kind for (NULL: all) and prints TAP. skip gives
// the reason why this machine cannot run a vector, or NULL; run gives what differs, or NULL. The
// exit status of the test.
int vectors_run(bool (*applies)(const struct vector *vector),
                const char *(*skip)(const struct vector *vector),
                const char *(*run)(const struct vector *vector));
