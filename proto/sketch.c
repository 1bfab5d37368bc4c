// HyperLogLog (P. Flajolet et al., "HyperLogLog: the analysis of a near-optimal cardinality
// estimation algorithm", 2007): each hash is sent to one of m = 2^14 registers, which keeps the
// highest rank it saw; the ranks of all registers together tell how many hashes there were.
//
// Encodings made here, by their first byte:
//
//   1 sparse   one number for each register that is not 0, in order of registers:
//              (registers skipped since the one before) << 6 | rank,
//              7 bits a byte, least significant first, high bit set on all but the last byte.
//              Skipping one register or none takes one byte, up to 256 two, more three.
//   2 dense    the 12,288 bytes of all registers
#include "sketch.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum {
	ENCODING_SPARSE = 1,
	ENCODING_DENSE = 2,
	RANK_MASK = (1 << SKETCH_REGISTER_BITS) - 1,
	// Four registers share three bytes.
	GROUP_BYTES = 3,
	GROUP_BITS = 8 * GROUP_BYTES,
	// A register's number in the sparse encoding has at most 14 + 6 bits.
	MAX_PAIR_BYTES = 3,
	REDIS_ENCODING_OFFSET = 4,
	REDIS_ENCODING_DENSE = 0,
	REDIS_CACHE_OFFSET = 15,
	REDIS_CACHE_STALE = 0x80,
};

static const char redis_magic[4] = {'H', 'Y', 'L', 'L'};

static uint32_t group_read(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
}

static uint32_t group_max(uint32_t a, uint32_t b)
{
	uint32_t max = 0;

	for (uint32_t shift = 0; shift < GROUP_BITS; shift += SKETCH_REGISTER_BITS) {
		uint32_t rank_a = a >> shift & RANK_MASK;
		uint32_t rank_b = b >> shift & RANK_MASK;

		max |= (rank_a > rank_b ? rank_a : rank_b) << shift;
	}
	return max;
}

void sketch_merge(struct sketch *into, const struct sketch *other)
{
	for (size_t i = 0; i < SKETCH_REGISTER_BYTES; i += GROUP_BYTES) {
		uint32_t max = group_max(group_read(into->registers + i),
		                         group_read(other->registers + i));

		into->registers[i] = (uint8_t)max;
		into->registers[i + 1] = (uint8_t)(max >> 8);
		into->registers[i + 2] = (uint8_t)(max >> 16);
	}
}

// Sum of x^(2^k) 2^(k-1) for k >= 1, plus x: what registers still at 0 stand for.
static double estimator_sigma(double x)
{
	double factor = 1, sum = x, before;

	if (x == 1)
		return INFINITY;
	do {
		x *= x;
		before = sum;
		sum += x * factor;
		factor += factor;
	} while (sum != before);
	return sum;
}

// A third of (1 - x - the sum of (1 - x^(2^-k))^2 2^-k for k >= 1): what registers at their highest
// rank stand for.
static double estimator_tau(double x)
{
	double factor = 1, sum = 1 - x, before;

	if (x == 0 || x == 1)
		return 0;
	do {
		x = sqrt(x);
		before = sum;
		factor *= 0.5;
		sum -= (1 - x) * (1 - x) * factor;
	} while (sum != before);
	return sum / 3;
}

double sketch_estimate(const struct sketch *sketch)
{
	const double m = SKETCH_REGISTERS;
	uint32_t n_of_rank[RANK_MASK + 1] = {0};
	double z;

	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		n_of_rank[sketch_get(sketch, i)]++;
	z = m * estimator_tau((m - n_of_rank[SKETCH_MAX_RANK]) / m);
	for (uint32_t rank = SKETCH_MAX_RANK - 1; rank >= 1; rank--)
		z = (z + n_of_rank[rank]) * 0.5;
	z += m * estimator_sigma(n_of_rank[0] / m);
	// Registers all at the highest rank leave z at 0; there are no more hashes than this.
	return fmin(m * m / (2 * M_LN2 * z), 0x1p64);
}

double sketch_relative_error(double estimate)
{
	const double m = SKETCH_REGISTERS;
	double error = 1.04 / sqrt(m);
	double load = estimate / m;

	// Below one hash the formula is 0 / 0; it tends to this.
	if (estimate < 1)
		return sqrt(1 / (2 * m));
	return fmin(error, sqrt(m * (expm1(load) - load)) / estimate);
}

// Bytes a pair takes in the sparse encoding.
static size_t pair_bytes(uint32_t pair)
{
	return pair < 1 << 7 ? 1 : pair < 1 << 14 ? 2 : 3;
}

static size_t pair_write(uint32_t pair, uint8_t *ret_bytes)
{
	size_t n_bytes = 0;

	for (; pair >= 0x80; pair >>= 7)
		ret_bytes[n_bytes++] = (uint8_t)(pair | 0x80);
	ret_bytes[n_bytes++] = (uint8_t)pair;
	return n_bytes;
}

// Bytes of the sparse encoding; writes them too unless ret_bytes is NULL.
static size_t sparse_encode(const struct sketch *sketch, uint8_t *ret_bytes)
{
	uint32_t expected = 0; // register that would follow the last pair without a gap
	size_t n_bytes = 1;

	if (ret_bytes)
		ret_bytes[0] = ENCODING_SPARSE;
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) {
		uint32_t rank = sketch_get(sketch, i);
		uint32_t pair = (i - expected) << SKETCH_REGISTER_BITS | rank;

		if (rank == 0)
			continue;
		n_bytes += ret_bytes ? pair_write(pair, ret_bytes + n_bytes) : pair_bytes(pair);
		expected = i + 1;
	}
	return n_bytes;
}

size_t sketch_encode(const struct sketch *sketch, uint8_t *ret_bytes)
{
	if (sparse_encode(sketch, NULL) < SKETCH_MAX_ENCODED_BYTES)
		return sparse_encode(sketch, ret_bytes);
	ret_bytes[0] = ENCODING_DENSE;
	memcpy(ret_bytes + 1, sketch->registers, SKETCH_REGISTER_BYTES);
	return SKETCH_MAX_ENCODED_BYTES;
}

// Reads the pair at *at and moves behind it. A pair is written in one way only: its last byte is
// never an empty one.
static int pair_read(const uint8_t *bytes, size_t n_bytes, size_t *at, uint32_t *ret_pair)
{
	uint32_t pair = 0;

	for (uint32_t i = 0; i < MAX_PAIR_BYTES && *at < n_bytes; i++) {
		uint8_t byte = bytes[(*at)++];

		pair |= (uint32_t)(byte & 0x7f) << (7 * i);
		if (byte >= 0x80)
			continue;
		if (byte == 0)
			return -EBADMSG;
		*ret_pair = pair;
		return 0;
	}
	return -EBADMSG;
}

static int sparse_decode(const uint8_t *bytes, size_t n_bytes, struct sketch *sketch)
{
	uint32_t expected = 0;

	for (size_t at = 1; at < n_bytes;) {
		uint32_t pair, index, rank;
		int r = pair_read(bytes, n_bytes, &at, &pair);

		if (r < 0)
			return r;
		index = expected + (pair >> SKETCH_REGISTER_BITS);
		rank = pair & RANK_MASK;
		if (index >= SKETCH_REGISTERS || rank == 0 || rank > SKETCH_MAX_RANK)
			return -EBADMSG;
		sketch_set(sketch, index, rank);
		expected = index + 1;
	}
	return 0;
}

// Takes over registers none of which is above the highest rank there is.
static int dense_decode(const uint8_t *registers, struct sketch *ret_sketch)
{
	const struct sketch *sketch = (const struct sketch *)registers;

	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		if (sketch_get(sketch, i) > SKETCH_MAX_RANK)
			return -EBADMSG;
	memcpy(ret_sketch, sketch, sizeof(*ret_sketch));
	return 0;
}

int sketch_decode(const uint8_t *bytes, size_t n_bytes, struct sketch *ret_sketch)
{
	struct sketch sketch = {0};
	int r;

	if (n_bytes == SKETCH_MAX_ENCODED_BYTES && bytes[0] == ENCODING_DENSE)
		return dense_decode(bytes + 1, ret_sketch);
	if (n_bytes == 0 || bytes[0] != ENCODING_SPARSE)
		return -EBADMSG;
	r = sparse_decode(bytes, n_bytes, &sketch);
	if (r == 0)
		*ret_sketch = sketch;
	return r;
}

void sketch_to_redis(const struct sketch *sketch, uint8_t ret_string[SKETCH_REDIS_BYTES])
{
	memset(ret_string, 0, SKETCH_REDIS_HEADER_BYTES);
	memcpy(ret_string, redis_magic, sizeof(redis_magic));
	ret_string[REDIS_ENCODING_OFFSET] = REDIS_ENCODING_DENSE;
	ret_string[REDIS_CACHE_OFFSET] = REDIS_CACHE_STALE;
	memcpy(ret_string + SKETCH_REDIS_HEADER_BYTES, sketch->registers, SKETCH_REGISTER_BYTES);
}

int sketch_from_redis(const uint8_t *string, size_t n_bytes, struct sketch *ret_sketch)
{
	if (n_bytes != SKETCH_REDIS_BYTES ||
	    memcmp(string, redis_magic, sizeof(redis_magic)) != 0 ||
	    string[REDIS_ENCODING_OFFSET] != REDIS_ENCODING_DENSE)
		return -EBADMSG;
	return dense_decode(string + SKETCH_REDIS_HEADER_BYTES, ret_sketch);
}
