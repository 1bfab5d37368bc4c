// What every back end does with a row of the table.
#include "vectors.h"

uint32_t vector_wire_bytes(const struct vector *vector)
{
	return vector->wire_bytes != 0 ? vector->wire_bytes : vector->n_bytes;
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
	return packet->destination_port != expected->destination_port ? "destination_port" : NULL;
}
