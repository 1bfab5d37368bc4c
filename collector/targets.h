// Targets that indicators of users are held against: those of the action plan, and further ones of
// the configuration.
#pragma once

#include <stddef.h>

#include "proto/base/config.h"

enum target_indicator {
	TARGET_USERS, // v6_active_users of 30 days
	TARGET_SHARE, // v6_user_share
	N_TARGET_INDICATORS
};

struct target {
	const char *name;
	enum target_indicator indicator;
	int access; // an enum access, or -1 for all
	double value; // users, or a ratio
	const char *date; // by when
};

// The elements of the configuration's list "targets".
extern const struct config_schema target_schema;

// The id of the indicator, as in the API.
const char *target_indicator_id(enum target_indicator indicator);

// How many targets there are, and one of them: those of the action plan first, then the rows (of
// target_schema, checked). Strings are borrowed from the rows.
size_t targets_count(const struct config_rows *rows);
struct target targets_at(const struct config_rows *rows, size_t number);

// What is wrong between the keys of one row that each are right, or NULL.
const char *targets_fault(const struct config_rows *rows, size_t *ret_row);

// For dates as months or days are written: "2025-06", "2025-06-30", "2025". NULL when it is one,
// else what is wrong and the mend.
const char *date_fault(const char *text);
