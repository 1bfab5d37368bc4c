// What of a table of users may be shown: nothing under the threshold, and nothing from which such
// a figure can be computed.
#pragma once

#include "privacy_table.h"

enum {
	// Of a wider table only the total is shown, unexamined: that bounds the memory it takes.
	// The time is bounded by itself (MAX_WORK in privacy.c).
	PRIVACY_MAX_SUMS = 600,
};

// Marks every leaf and sum of the table:
//  - one under the threshold is PRIVACY_UNDER; with a threshold of 0 everything is shown;
//  - as few others as it finds are PRIVACY_WITHHELD, so that no hidden leaf or sum is a linear
//    combination of shown ones, and no shown sum, nor the difference of the total and the shown
//    sums of a dimension, bounds a small cell more closely than "under the threshold" does;
//  - the total is hidden only if it is under the threshold itself.
// Where that would take too much computing only the total is shown, and where nothing else helps,
// all that is under the threshold is PRIVACY_WITHHELD, which says less. 0; -ENOMEM.
int privacy_protect(struct privacy_table *table, uint64_t threshold);
