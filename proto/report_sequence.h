// The sequence number of a report that does not decode, so that it can be refused by its number
// instead of being sent again for ever.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Walks the payload's outermost fields up to the sequence. False when damage comes before it.
bool report_sequence_scan(const uint8_t *payload, size_t n_bytes, uint64_t *ret_sequence);
