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
