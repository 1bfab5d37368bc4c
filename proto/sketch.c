// HyperLogLog (P. Flajolet et al., "HyperLogLog: the analysis of a near-optimal cardinality
// estimation algorithm", 2007): each hash is sent to one of m = 2^14 registers, which keeps the
// highest rank it saw; the ranks of all registers together tell how many hashes there were.
#include "sketch.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum {
	RANK_MASK = (1 << SKETCH_REGISTER_BITS) - 1,
	// Four registers share three bytes.
	GROUP_BYTES = 3,
	GROUP_BITS = 8 * GROUP_BYTES,
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

// Eight registers, six bytes.
static uint64_t word_read(const uint8_t *bytes)
{
	return group_read(bytes) | (uint64_t)group_read(bytes + GROUP_BYTES) << GROUP_BITS;
}

// Every other register of a word, with as many zero bits above each: a difference does not borrow
// from the next one.
#define WORD_EVEN UINT64_C(0x03f03f03f03f)
#define WORD_ODD  (WORD_EVEN << SKETCH_REGISTER_BITS)

// The greater of every other register, all at once. The bit set above each of a is still there
// after b was subtracted where a is not less.
static uint64_t lanes_max(uint64_t a, uint64_t b)
{
	const uint64_t above = UINT64_C(0x040040040040);
	uint64_t not_less = ((a | above) - b) & above;
	uint64_t mask = not_less - (not_less >> SKETCH_REGISTER_BITS);

	return (a & mask) | (b & ~mask);
}

static uint64_t word_max(uint64_t a, uint64_t b)
{
	return lanes_max(a & WORD_EVEN, b & WORD_EVEN) |
	       lanes_max((a & WORD_ODD) >> SKETCH_REGISTER_BITS,
	                 (b & WORD_ODD) >> SKETCH_REGISTER_BITS)
	               << SKETCH_REGISTER_BITS;
}

// A sketch of few users is mostly zeros, which change nothing.
void sketch_merge(struct sketch *into, const struct sketch *other)
{
	for (size_t i = 0; i < SKETCH_REGISTER_BYTES; i += 2 * GROUP_BYTES) {
		uint64_t word = word_read(other->registers + i);
		uint64_t max;

		if (word == 0)
			continue;
		max = word_max(word_read(into->registers + i), word);
		for (size_t byte = 0; byte < 2 * GROUP_BYTES; byte++)
			into->registers[i + byte] = (uint8_t)(max >> (8 * byte));
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

int sketch_check(const struct sketch *sketch)
{
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		if (sketch_get(sketch, i) > SKETCH_MAX_RANK)
			return -EBADMSG;
	return 0;
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
	struct sketch sketch;

	if (n_bytes != SKETCH_REDIS_BYTES ||
	    memcmp(string, redis_magic, sizeof(redis_magic)) != 0 ||
	    string[REDIS_ENCODING_OFFSET] != REDIS_ENCODING_DENSE)
		return -EBADMSG;
	memcpy(sketch.registers, string + SKETCH_REDIS_HEADER_BYTES, SKETCH_REGISTER_BYTES);
	if (sketch_check(&sketch) < 0)
		return -EBADMSG;
	*ret_sketch = sketch;
	return 0;
}
