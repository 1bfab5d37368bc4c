// How exact an estimate from a sketch can be at best.
#pragma once

// Relative standard error of the best unbiased estimate of so many users, at least one, from the
// registers of a sketch.
double sketch_theory(double n_users);
