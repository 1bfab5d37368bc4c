// Many trials of one experiment, each with a seed of its own, on all processors; and what their
// errors say.
#pragma once

#include <stdint.h>

// One trial: the relative error of an estimate, or whatever a trial gives.
typedef double trial_function(const void *experiment, uint32_t seed);

// Runs trials with seeds from 0 on and fills ret_results in that order, so that the same seeds give
// the same results however many processors there are.
void trials_run(trial_function *trial, const void *experiment, uint32_t n_trials,
                double *ret_results);

struct trial_errors {
	double bias, bias_error; // mean, and its standard error
	double rmse; // root of the mean square
};

struct trial_errors trials_errors(const double *errors, uint32_t n_trials);

// How far the measured root mean square may be from the true one, as a ratio, in 3 of its standard
// errors.
double trials_rmse_margin(uint32_t n_trials);
