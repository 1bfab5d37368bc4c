#include "vectors.h"

#include <stdio.h>

uint32_t vector_wire_bytes(const struct vector *vector)
{
	return vector->wire_bytes != 0 ? vector->wire_bytes : vector->n_bytes;
}

static uint32_t be16_at(const struct vector *vector, uint32_t offset)
{
	return offset + 2 <= vector->n_bytes
	               ? (uint32_t)vector->bytes[offset] << 8 | vector->bytes[offset + 1]
	               : UINT32_MAX;
}

// Where a packet says it read something, that must stand there; and it must say so.
static const char *offset_difference(const struct vector *vector, const struct packet *packet)
{
	const struct packet *expected = &vector->expected;
	uint32_t ports = packet->transport_offset, tunnelled = packet->tunnelled_offset;
	bool has_ports = (expected->source_port | expected->destination_port) != 0;

	if (has_ports != (ports != 0))
		return "having a transport_offset";
	if (has_ports && (be16_at(vector, ports) != expected->source_port ||
	                  be16_at(vector, ports + 2) != expected->destination_port))
		return "transport_offset";
	if (ports + packet->transport_bytes > vector_wire_bytes(vector))
		return "transport_bytes";
	if ((expected->transition == TRANSITION_6IN4) != (tunnelled != 0))
		return "having a tunnelled_offset";
	if (tunnelled != 0 && be16_at(vector, tunnelled) >> 12 != 6)
		return "tunnelled_offset";
	return NULL;
}

const char *vector_difference(const struct vector *vector, const struct packet *packet)
{
	const struct packet *expected = &vector->expected;

	if (packet->verdict != expected->verdict)
		return "verdict";
	if (packet->flags != expected->flags)
		return "flags";
	if (packet->n_ip_headers != expected->n_ip_headers)
		return "n_ip_headers";
	if (packet->n_ip_headers == 0)
		return NULL;
	if (packet->carrier != expected->carrier)
		return "carrier";
	if (packet->payload != expected->payload)
		return "payload";
	if (packet->transition != expected->transition)
		return "transition";
	if (packet->carrier_bytes != expected->carrier_bytes)
		return "carrier_bytes";
	if (packet->payload_bytes != expected->payload_bytes)
		return "payload_bytes";
	if (packet->protocol != expected->protocol)
		return "protocol";
	if (packet->source_port != expected->source_port)
		return "source_port";
	if (packet->destination_port != expected->destination_port)
		return "destination_port";
	return offset_difference(vector, packet);
}

const struct vector *vector_at(size_t i)
{
	return i < n_layer_vectors ? &layer_vectors[i] : &tunnel_vectors[i - n_layer_vectors];
}

size_t vectors_count(void)
{
	return n_layer_vectors + n_tunnel_vectors;
}

// Prints what became of one vector as a line of TAP. True unless it failed.
static bool print_outcome(size_t number, const struct vector *vector, const char *skipped,
                          const char *difference)
{
	if (skipped)
		printf("ok %zu - %s # SKIP %s\n", number, vector->name, skipped);
	else if (difference)
		printf("not ok %zu - %s\n# %s differs\n", number, vector->name, difference);
	else
		printf("ok %zu - %s\n", number, vector->name);
	return skipped || !difference;
}

static size_t count_applying(bool (*applies)(const struct vector *vector))
{
	size_t n = 0;

	for (size_t i = 0; i < vectors_count(); i++)
		n += !applies || applies(vector_at(i));
	return n;
}

int vectors_run(bool (*applies)(const struct vector *vector),
                const char *(*skip)(const struct vector *vector),
                const char *(*run)(const struct vector *vector))
{
	size_t number = 0, n_failed = 0;

	printf("1..%zu\n", count_applying(applies));
	for (size_t i = 0; i < vectors_count(); i++) {
		const struct vector *vector = vector_at(i);
		const char *skipped;

		if (applies && !applies(vector))
			continue;
		skipped = skip ? skip(vector) : NULL;
		if (!print_outcome(++number, vector, skipped, skipped ? NULL : run(vector)))
			n_failed++;
	}
	return n_failed > 0;
}
