// Prints sketches for test_sketch_redis.py, one a line: name, estimate rounded to a whole number,
// Redis string in hexadecimal.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "proto/siphash.h"
#include "proto/sketch.h"

static void sketch_fill(struct sketch *sketch, uint64_t first, uint64_t n)
{
	struct siphash_key key = {1, 2};

	for (uint64_t i = first; i < first + n; i++)
		sketch_add(sketch, siphash_2_4(&key, &i, sizeof(i)));
}

static void sketch_print(const char *name, const struct sketch *sketch)
{
	static uint8_t string[SKETCH_REDIS_BYTES];

	sketch_to_redis(sketch, string);
	printf("%s %lld ", name, llround(sketch_estimate(sketch)));
	for (size_t i = 0; i < sizeof(string); i++)
		printf("%02x", string[i]);
	printf("\n");
}

int main(void)
{
	static struct sketch counted, left, right;
	uint64_t n_added = 0;

	sketch_print("count-0", &counted);
	for (uint64_t n = 1; n <= 3000000; n = n * 3 + 1) {
		char name[40];

		sketch_fill(&counted, n_added, n - n_added);
		n_added = n;
		snprintf(name, sizeof(name), "count-%" PRIu64, n);
		sketch_print(name, &counted);
	}
	sketch_fill(&left, 0, 70000);
	sketch_fill(&right, 50000, 200000);
	sketch_print("left", &left);
	sketch_print("right", &right);
	sketch_merge(&left, &right);
	sketch_print("union", &left);
	return 0;
}
