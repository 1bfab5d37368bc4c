// How exact counts of users are: identities of subscribers are hashed under a key, as a probe does,
// and what the sketches say is held against how many there were. No traffic, no probe.
//
// A trial is a key. Of one group: bias and root mean square error (RMSE) of the estimate, beside
// what the registers could tell at best (sketch_theory.h), and the standard error that is published
// with it, which must not be less than the truth. Of the country: the same of the sum over 124
// groups, whose errors average out, the less so the more one group has of all. Of 30 days: daily
// sketches of users who come and go, under two keys, of which the younger begins somewhere within
// these days.
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/siphash.h"
#include "proto/sketch.h"
#include "tests/gen/random.h"

#include "sketch_theory.h"
#include "trials.h"

enum {
	MAX_TRIALS = 1000,
	N_GROUPS = 124,
	N_DAYS = 30,
	N_KEYS = 2,
	ACTIVE_OF_256 = 13, // users of a day: one in twenty
};

#define NETWORKS (UINT64_C(0x20010db8) << 32) // a /64 each

static bool failed;

// Says what is worse than it may be; the program then fails.
static const char *verdict(bool right)
{
	failed = failed || !right;
	return right ? "" : "  TOO FAR";
}

static struct siphash_key key_of(uint32_t seed)
{
	return (struct siphash_key){random_mix(2 * (uint64_t)seed + 1),
	                            random_mix(2 * (uint64_t)seed + 2)};
}

// What a probe hashes of an address whose first 64 bits tell subscribers apart: the family, and the
// address with all others cleared.
static uint64_t user_hash(const struct siphash_key *key, uint64_t network)
{
	uint8_t identity[17] = {6};

	network = __builtin_bswap64(network);
	memcpy(identity + 1, &network, sizeof(network));
	return siphash_2_4(key, identity, sizeof(identity));
}

static double count_group(const struct siphash_key *key, uint64_t first, uint32_t n_users)
{
	struct sketch sketch = {0};

	for (uint32_t i = 0; i < n_users; i++)
		sketch_add(&sketch, user_hash(key, NETWORKS + first + i));
	return sketch_estimate(&sketch);
}

static double group_trial(const void *experiment, uint32_t seed)
{
	uint32_t n_users = *(const uint32_t *)experiment;
	struct siphash_key key = key_of(seed);

	return count_group(&key, 0, n_users) / n_users - 1;
}

// What is said of a number of users, in theory and in publications.
struct claim {
	double theory, published;
	double most; // RMSE
};

static void print_row(const char *what, double n_users, uint32_t n_trials,
                      const struct claim *claim, const double *errors)
{
	struct trial_errors found = trials_errors(errors, n_trials);
	double margin = fmax(0.1, trials_rmse_margin(n_trials));
	bool right = fabs(found.bias) <= 3 * found.bias_error &&
	             fabs(found.rmse / claim->theory - 1) <= margin &&
	             found.rmse <= claim->published * (1 + margin) && found.rmse <= claim->most;

	printf("%-22s %10.0f %6u %+9.4f %8.4f %8.4f %8.4f %7.2f %10.4f%s\n", what, n_users,
	       n_trials, 100 * found.bias, 100 * found.bias_error, 100 * found.rmse,
	       100 * claim->theory, found.rmse / claim->theory, 100 * claim->published,
	       verdict(right));
	fflush(stdout);
}

static void print_groups(bool quick)
{
	static const struct {
		uint32_t n_users, n_trials, n_quick;
	} rows[] = {
		{100, 1000, 300},   {1000, 1000, 300},  {10000, 1000, 100}, {30000, 1000, 30},
		{100000, 1000, 20}, {1000000, 1000, 0}, {10000000, 100, 0},
	};
	double errors[MAX_TRIALS];

	printf("%-22s %10s %6s %9s %8s %8s %8s %7s %10s\n", "one group", "users", "keys", "bias %",
	       "its s.e.", "RMSE %", "theory", "ratio", "published");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t n_trials = quick ? rows[i].n_quick : rows[i].n_trials;

		if (n_trials == 0)
			continue;
		trials_run(group_trial, &rows[i].n_users, n_trials, errors);
		print_row("", rows[i].n_users, n_trials,
		          &(struct claim){sketch_theory(rows[i].n_users),
		                          sketch_relative_error(rows[i].n_users), INFINITY},
		          errors);
	}
}

// How many users each group has: those of the first, divided by a power of the group's number.
struct country {
	const char *name;
	double exponent;
	double most; // RMSE
	uint32_t n_users[N_GROUPS];
};

static void divide(struct country *country, double n_users)
{
	double weights = 0;

	for (int i = 0; i < N_GROUPS; i++)
		weights += pow(i + 1, -country->exponent);
	for (int i = 0; i < N_GROUPS; i++)
		country->n_users[i] = (uint32_t)(n_users * pow(i + 1, -country->exponent) /
		                                 weights);
}

static double sum_users(const struct country *country)
{
	double n_users = 0;

	for (int i = 0; i < N_GROUPS; i++)
		n_users += country->n_users[i];
	return n_users;
}

// Standard errors of groups add by their squares.
static double country_error(const struct country *country, double (*relative_error)(double))
{
	double squares = 0;

	for (int i = 0; i < N_GROUPS; i++) {
		double error = relative_error(country->n_users[i]) * country->n_users[i];

		squares += error * error;
	}
	return sqrt(squares) / sum_users(country);
}

static double country_trial(const void *experiment, uint32_t seed)
{
	const struct country *country = experiment;
	struct siphash_key key = key_of(seed);
	double n_users = 0;

	for (uint64_t i = 0; i < N_GROUPS; i++)
		n_users += count_group(&key, i << 24, country->n_users[i]);
	return n_users / sum_users(country) - 1;
}

static void print_countries(bool quick)
{
	struct country countries[] = {
		{.name = "equal", .exponent = 0, .most = 0.0008},
		{.name = "as 1 / square root", .exponent = 0.5, .most = INFINITY},
		{.name = "by Zipf's law, as 1/n", .exponent = 1, .most = INFINITY},
	};
	uint32_t n_trials = quick ? 10 : 120;
	double errors[MAX_TRIALS];

	printf("\n%-22s %10s %6s %9s %8s %8s %8s %7s %10s\n", "sum of 124 groups", "users", "keys",
	       "bias %", "its s.e.", "RMSE %", "theory", "ratio", "published");
	for (size_t i = 0; i < sizeof(countries) / sizeof(countries[0]); i++) {
		divide(&countries[i], quick ? 62e4 : 248e5);
		trials_run(country_trial, &countries[i], n_trials, errors);
		print_row(countries[i].name, sum_users(&countries[i]), n_trials,
		          &(struct claim){country_error(&countries[i], sketch_theory),
		                          country_error(&countries[i], sketch_relative_error),
		                          quick ? INFINITY : countries[i].most},
		          errors);
	}
}

// Days in which the older key alone holds; after these both do.
struct rotation {
	uint32_t n_users;
	uint32_t n_days_before;
	enum count_by {
		BY_RULE, // the key that covers most of the days, the older one of equals
		BY_YOUNGER,
		BY_BOTH, // which is never right: a user has two hashes
	} by;
};

// Sketches of both keys, of all days that each of them holds; and how many users there were.
static uint32_t count_days(const struct rotation *rotation, uint32_t seed,
                           struct sketch days[N_KEYS][N_DAYS])
{
	const struct siphash_key keys[N_KEYS] = {key_of(2 * seed), key_of(2 * seed + 1)};
	uint32_t n_seen = 0;

	for (uint32_t user = 0; user < rotation->n_users; user++) {
		uint64_t hashes[N_KEYS] = {user_hash(&keys[0], NETWORKS + user),
		                           user_hash(&keys[1], NETWORKS + user)};
		struct random random = {(uint64_t)seed << 32 | user};
		bool seen = false;

		for (uint32_t day = 0; day < N_DAYS; day++) {
			if ((random_bits(&random) & 255) >= ACTIVE_OF_256)
				continue;
			seen = true;
			sketch_add(&days[0][day], hashes[0]);
			if (day >= rotation->n_days_before)
				sketch_add(&days[1][day], hashes[1]);
		}
		n_seen += seen;
	}
	return n_seen;
}

static double union_of(struct sketch days[N_KEYS][N_DAYS], bool older, bool younger)
{
	struct sketch sum = {0};

	for (uint32_t day = 0; day < N_DAYS; day++) {
		if (older)
			sketch_merge(&sum, &days[0][day]);
		if (younger)
			sketch_merge(&sum, &days[1][day]);
	}
	return sketch_estimate(&sum);
}

// In standard errors of the estimate by the rule, else relative.
static double rotation_trial(const void *experiment, uint32_t seed)
{
	const struct rotation *rotation = experiment;
	struct sketch(*days)[N_DAYS] = calloc(N_KEYS, sizeof(*days));
	uint32_t n_covered[N_KEYS] = {N_DAYS, N_DAYS - rotation->n_days_before};
	// Other users for every day of the rotation, or all would tell the same.
	uint32_t n_users = count_days(rotation, MAX_TRIALS * rotation->n_days_before + seed, days);
	bool older = n_covered[0] >= n_covered[1];
	double error;

	if (rotation->by == BY_RULE)
		error = union_of(days, older, !older) / n_users - 1;
	else
		error = union_of(days, rotation->by == BY_BOTH, true) / n_users - 1;
	free(days);
	return rotation->by == BY_RULE ? error / sketch_theory(n_users) : error;
}

static double mean_of(struct rotation rotation, enum count_by by, uint32_t n_trials)
{
	double errors[MAX_TRIALS];

	rotation.by = by;
	trials_run(rotation_trial, &rotation, n_trials, errors);
	return trials_errors(errors, n_trials).bias;
}

// Of so many right ones, one in 370 is more than 3 standard errors off.
static bool is_normal(uint32_t n_beyond, uint32_t n_trials)
{
	double expected = 0.0027 * n_trials;

	return n_beyond <= expected + 3 * sqrt(expected) + 1;
}

static void print_rotation(uint32_t n_days_before, bool quick)
{
	const struct rotation rotation = {quick ? 20000 : 100000, n_days_before, BY_RULE};
	uint32_t n_trials = quick ? 20 : 100, n_beyond = 0;
	double errors[MAX_TRIALS], worst = 0;
	struct trial_errors found;

	trials_run(rotation_trial, &rotation, n_trials, errors);
	for (uint32_t i = 0; i < n_trials; i++) {
		n_beyond += fabs(errors[i]) > 3;
		worst = fmax(worst, fabs(errors[i]));
	}
	found = trials_errors(errors, n_trials);
	printf("%-22u %6u %+9.3f %9.3f %9.2f %9u %+12.1f %+12.1f%s\n", n_days_before, n_trials,
	       found.bias, found.rmse, worst, n_beyond,
	       100 * mean_of(rotation, BY_YOUNGER, n_trials / 10),
	       100 * mean_of(rotation, BY_BOTH, n_trials / 10),
	       verdict(is_normal(n_beyond, n_trials) && worst < 4.5));
	fflush(stdout);
}

static void print_rotations(bool quick)
{
	static const uint32_t days[] = {0, 1, 5, 10, 15, 20, 25, 29, 30};

	printf("\n30 days, two keys: error by the rule, in standard errors; in %%, that of the "
	       "younger key and of both\n");
	printf("%-22s %6s %9s %9s %9s %9s %12s %12s\n", "day of the rotation", "pairs", "mean",
	       "RMS", "largest", "beyond 3", "younger %", "both %");
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		print_rotation(days[i], quick);
}

int main(int argc, char **argv)
{
	bool quick = argc > 1 && strcmp(argv[1], "--quick") == 0;

	if (argc > 1 && !quick) {
		fprintf(stderr, "usage: bench_users [--quick]\n");
		return 2;
	}
	print_groups(quick);
	print_countries(quick);
	print_rotations(quick);
	return failed ? 1 : 0;
}
