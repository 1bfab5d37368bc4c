// Fills a store with the sketches of two probes, for test_sketch_redis.py: print_stored ADDRESS.
// Prints what it makes of them, one a line: level, start, estimate rounded to a whole number; then
// "union", 0 and the estimate of the union of the two scopes.
#include "tests/unit/test_all.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "user_bench.h"

#define SCOPE_NS (5 * MINUTE_NS)

enum {
	KEY = 71,
};

static void put(const struct bench *bench, uint64_t start_ns, uint64_t first, uint64_t n)
{
	struct bench_user_report report = {
		.plan = 1,
		.n_keys = 1,
		.keys = {{KEY, 1}},
		.n_groups = 1,
		.groups = {bench_group("a", 56)},
		.n_sketches = 1,
		.sketches = {{0, 0, GRADE_CONFIRMED, SCOPE_SECONDS, first, n}},
	};

	if (bench_put_users(bench, 1, start_ns, &report) != STORE_STORED)
		exit(EXIT_FAILURE);
}

static struct user_sketch stored(const struct bench *bench, enum user_level level,
                                 uint64_t start_ns)
{
	struct store_sketch which = {level, start_ns, {bench_group("a", 56), KEY, GRADE_CONFIRMED}};
	struct user_sketch sketch;

	if (store_read_sketch(bench->store, &which, &sketch) != 0)
		exit(EXIT_FAILURE);
	return sketch;
}

static void print_estimate(const char *level, uint64_t start_ns, const struct user_sketch *sketch)
{
	printf("%s %" PRIu64 " %lld\n", level, start_ns, llround(sketch_estimate(&sketch->sketch)));
}

int main(int argc, char **argv)
{
	uint64_t hour_ns = NOON_NS - NOON_NS % HOUR_NS;
	struct user_sketch first, second, hour;
	struct bench one, two;

	if (argc != 2)
		return EXIT_FAILURE;
	bench_set_address(argv[1]);
	bench_open(&one, "one");
	two = (struct bench){one.store, "two"};
	put(&one, hour_ns, 0, 70000);
	put(&two, hour_ns + SCOPE_NS, 50000, 200000);
	bench_make_all(&one);
	first = stored(&one, USER_LEVEL_SCOPE, hour_ns);
	second = stored(&one, USER_LEVEL_SCOPE, hour_ns + SCOPE_NS);
	hour = stored(&one, USER_LEVEL_HOUR, hour_ns);
	print_estimate("300", hour_ns, &first);
	print_estimate("300", hour_ns + SCOPE_NS, &second);
	print_estimate("3600", hour_ns, &hour);
	if (user_sketch_union(&first, &second) < 0)
		return EXIT_FAILURE;
	print_estimate("union", 0, &first);
	store_close(one.store);
	return EXIT_SUCCESS;
}
