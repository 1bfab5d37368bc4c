// The vectors through the native parser: the walk alone, and the short path before it.
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/parse.h"

#include "vectors.h"

// A copy without a byte to spare, so that a sanitizer sees the first read too far.
static void vector_counts_as_expected(void **state)
{
	const struct vector *vector = *state;
	uint8_t *bytes = malloc(vector->n_bytes ? vector->n_bytes : 1);
	struct packet by_walk, packet;

	assert_non_null(bytes);
	memcpy(bytes, vector->bytes, vector->n_bytes);
	const struct frame frame = {bytes, vector->n_bytes, vector_wire_bytes(vector), 0};

	packet_parse_by_walk(vector->layer, &frame, &by_walk);
	packet_parse(vector->layer, &frame, &packet);
	free(bytes);
	if (vector_difference(vector, &by_walk))
		fail_msg("by walk: %s differs", vector_difference(vector, &by_walk));
	assert_memory_equal(&packet, &by_walk, sizeof(packet));
}

int main(void)
{
	struct CMUnitTest *tests = calloc(n_vectors, sizeof(*tests));
	int n_failed;

	if (!tests)
		return 1;
	for (size_t i = 0; i < n_vectors; i++)
		tests[i] = (struct CMUnitTest){.name = vectors[i].name,
		                               .test_func = vector_counts_as_expected,
		                               .initial_state = (void *)&vectors[i]};
	n_failed = _cmocka_run_group_tests("vectors_native", tests, n_vectors, NULL, NULL);
	free(tests);
	return n_failed;
}
