// The vectors through the native parser: the walk alone, and the short path before it.
#include <stdlib.h>
#include <string.h>

#include "probe/meter/parse.h"

#include "vectors.h"

// On a copy without a byte to spare, so that a sanitizer sees the first read too far.
static const char *run(const struct vector *vector)
{
	uint8_t *bytes = malloc(vector->n_bytes ? vector->n_bytes : 1);
	const struct frame frame = {bytes, vector->n_bytes, vector_wire_bytes(vector), 0};
	struct packet by_walk, packet;

	if (!bytes)
		return "memory";
	memcpy(bytes, vector->bytes, vector->n_bytes);
	packet_parse_by_walk(vector->layer, &frame, &by_walk);
	packet_parse(vector->layer, &frame, &packet);
	free(bytes);
	if (memcmp(&packet, &by_walk, sizeof(packet)) != 0)
		return "the short path";
	return vector_difference(vector, &packet);
}

int main(void)
{
	return vectors_run(NULL, NULL, run);
}
