// An encoded sketch as a peer may send it, with no frame around it that would stop a mutation.
//
// Held to: no byte is read behind the end; what decodes has ranks there can be, and encodes to no
// more bytes than it came in, which decode to the same.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sketch.h"

#include "fuzz_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	static uint8_t bytes[SKETCH_MAX_ENCODED_BYTES];
	struct sketch sketch, again;
	size_t n_encoded;

	if (sketch_decode(data, n_bytes, &sketch) < 0)
		return 0;
	if (sketch_check(&sketch) < 0)
		abort();
	n_encoded = sketch_encode(&sketch, bytes);
	if (n_encoded > n_bytes)
		abort();
	if (sketch_decode(bytes, n_encoded, &again) < 0 ||
	    memcmp(&sketch, &again, sizeof(again)) != 0)
		abort();
	return 0;
}
