// A cheap walk over the wire structure of a protobuf message before a general decoder sees it. It
// allocates nothing and reads each byte once, and what it lets through cannot make the decoder
// recurse, loop, or take more memory than was counted here.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "schema.h"

enum {
	// Fields a newer peer may have added. The decoder stores each, so their number is bounded.
	PRESCAN_MAX_UNKNOWN_FIELDS = 64,
};

// What a decoder will have to store.
struct prescan_totals {
	uint32_t n_fields; // each time a field stands in the message
	uint32_t n_elements; // of all columns
};

// 0 when every field has the shape, bounds and number of occurrences the schema gives it; else
// -EBADMSG with one sentence in why (n_why bytes) that names the field and the fault. No field of
// any schema is a message, and groups are refused: nothing nests.
int prescan(const struct schema *schema, const uint8_t *bytes, size_t n_bytes,
            struct prescan_totals *ret_totals, char *why, size_t n_why);
