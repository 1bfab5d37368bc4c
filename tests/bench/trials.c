#include "trials.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	MAX_THREADS = 16,
};

struct run {
	trial_function *trial;
	const void *experiment;
	uint32_t n_trials;
	double *results;
	atomic_uint next;
};

static void *work(void *argument)
{
	struct run *run = argument;

	for (;;) {
		uint32_t seed = atomic_fetch_add(&run->next, 1);

		if (seed >= run->n_trials)
			return NULL;
		run->results[seed] = run->trial(run->experiment, seed);
	}
}

void trials_run(trial_function *trial, const void *experiment, uint32_t n_trials,
                double *ret_results)
{
	struct run run = {trial, experiment, n_trials, ret_results, 0};
	long n_threads = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[MAX_THREADS];

	n_threads = n_threads < MAX_THREADS ? n_threads : MAX_THREADS;
	for (long i = 0; i < n_threads; i++) {
		if (pthread_create(&threads[i], NULL, work, &run) != 0) {
			perror("thread");
			exit(1);
		}
	}
	for (long i = 0; i < n_threads; i++)
		pthread_join(threads[i], NULL);
}

struct trial_errors trials_errors(const double *errors, uint32_t n_trials)
{
	double sum = 0, squares = 0, n = n_trials, mean, variance;

	for (uint32_t i = 0; i < n_trials; i++) {
		sum += errors[i];
		squares += errors[i] * errors[i];
	}
	mean = sum / n;
	variance = (squares / n - mean * mean) * n / (n - 1);
	return (struct trial_errors){mean, sqrt(variance / n), sqrt(squares / n)};
}

double trials_rmse_margin(uint32_t n_trials)
{
	return 3 / sqrt(2.0 * n_trials);
}
