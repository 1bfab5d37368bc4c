// Distinct counting: HyperLogLog with 2^14 six-bit registers in the dense layout of Redis, so that
// a stored sketch is a valid argument of PFCOUNT and PFMERGE.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sketch_registers.h"

enum {
	// Redis string of a sketch: "HYLL", encoding, 3 unused bytes, 8 bytes cached count.
	SKETCH_REDIS_HEADER_BYTES = 16,
	SKETCH_REDIS_BYTES = SKETCH_REDIS_HEADER_BYTES + SKETCH_REGISTER_BYTES,
	// Largest encoding sketch_encode() makes, whatever the registers hold.
	SKETCH_MAX_ENCODED_BYTES = 1 + SKETCH_REGISTER_BYTES,
};

// Registers of into become the register-wise maximum: the sketch of the union. Commutative,
// associative, idempotent.
void sketch_merge(struct sketch *into, const struct sketch *other);

// Estimated number of distinct hashes added: Ertl's improved raw estimator (O. Ertl, "New
// cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284, algorithm 6),
// unbiased without correction tables over the whole range. Never more than 2^64.
double sketch_estimate(const struct sketch *sketch);

// Relative standard error of an estimate of about that many: 1.04 / sqrt(2^14) at most, less for
// small counts (linear counting, Whang et al. 1990).
double sketch_relative_error(double estimate);

// 0, or -EBADMSG when a register is above the highest rank there is.
int sketch_check(const struct sketch *sketch);

// Whichever of three encodings is shortest: a list of the registers that are not 0, all registers
// as they are, or either of these in codes that fit how places and ranks are distributed. Writes
// at most SKETCH_MAX_ENCODED_BYTES; returns how many bytes it took.
size_t sketch_encode(const struct sketch *sketch, uint8_t *ret_bytes);

// 0, or -EBADMSG when the bytes are no encoding of a sketch (ret_sketch is then as before).
int sketch_decode(const uint8_t *bytes, size_t n_bytes, struct sketch *ret_sketch);

// The Redis string of a sketch, its cached count marked as stale; and back: 0, or -EBADMSG when it
// is no dense sketch of that many registers (Redis keeps the sketches it made itself, by PFADD, in
// a sparse form of its own until they grow).
void sketch_to_redis(const struct sketch *sketch, uint8_t ret_string[SKETCH_REDIS_BYTES]);
int sketch_from_redis(const uint8_t *string, size_t n_bytes, struct sketch *ret_sketch);
