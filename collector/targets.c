#include "targets.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/enums.h"
#include "proto/names.h"

struct target_row {
	char *name, *value, *date;
	int indicator, access;
};

// The action plan of November 2017: what it wanted by the end of 2018 and of 2020.
static const struct target action_plan[] = {
	{"action plan 2018, users", TARGET_USERS, -1, 200e6, "2018-12"},
	{"action plan 2018, share", TARGET_SHARE, -1, 0.20, "2018-12"},
	{"action plan 2018, mobile users", TARGET_USERS, ACCESS_MOBILE, 50e6, "2018-12"},
	{"action plan 2020, users", TARGET_USERS, -1, 500e6, "2020-12"},
	{"action plan 2020, share", TARGET_SHARE, -1, 0.50, "2020-12"},
};

enum {
	N_ACTION_PLAN = sizeof(action_plan) / sizeof(action_plan[0]),
	MAX_VALUE_DIGITS = 20,
};

static const char *const indicator_ids[N_TARGET_INDICATORS + 1] = {
	[TARGET_USERS] = "v6_active_users",
	[TARGET_SHARE] = "v6_user_share",
};

// "all" and, one further, the accesses as enums.h has them.
static const char *const access_choices[] = {
	"all", "mobile", "fixed", "enterprise", "idc", "broadcast", "iot", NULL,
};

// Reads "500_000_000", "0.5" or "50%". False for anything else.
static bool value_parse(const char *text, double *ret_value)
{
	char digits[MAX_VALUE_DIGITS + 1];
	size_t n = 0, n_points = 0;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text) || *text == '_' || *text == '.'; text++) {
		n_points += *text == '.';
		if (*text != '_' && n == MAX_VALUE_DIGITS)
			return false;
		if (*text != '_')
			digits[n++] = *text;
	}
	digits[n] = '\0';
	*ret_value = strtod(digits, &end);
	if (*text == '%') {
		*ret_value /= 100;
		text++;
	}
	return *end == '\0' && *text == '\0' && n_points <= 1 && *ret_value > 0;
}

static const char *value_fault(const char *text)
{
	double value;

	return value_parse(text, &value)
	               ? NULL
	               : "is not a number above 0, write such as 500_000_000, 0.5 or 50%";
}

static bool is_number_between(const char *text, size_t n, long least, long most)
{
	char *end;
	long number = strtol(text, &end, 10);

	return isdigit((unsigned char)*text) && end == text + n && number >= least &&
	       number <= most;
}

const char *date_fault(const char *text)
{
	size_t n = strlen(text);
	bool has_month = n == 7 || n == 10, has_day = n == 10;

	if ((n == 4 || has_month) && is_number_between(text, 4, 1990, 2200) &&
	    (!has_month || (text[4] == '-' && is_number_between(text + 5, 2, 1, 12))) &&
	    (!has_day || (text[7] == '-' && is_number_between(text + 8, 2, 1, 31))))
		return NULL;
	return "is not a date, write such as 2025-06 or 2025-06-30";
}

static const struct config_field target_fields[] = {
	{
		.key = "name",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct target_row, name),
		.help = "what the page and the API call it",
		.required = true,
	},
	{
		.key = "indicator",
		.type = CONFIG_CHOICE,
		.offset = offsetof(struct target_row, indicator),
		.help = "what it is about: users of 30 days, or their share of Internet users",
		.required = true,
		.choices = indicator_ids,
	},
	{
		.key = "access",
		.type = CONFIG_CHOICE,
		.offset = offsetof(struct target_row, access),
		.help = "users of which access; a share is of all",
		.preset = "all",
		.choices = access_choices,
	},
	{
		.key = "value",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct target_row, value),
		.help = "what is to be reached: users, or a ratio such as 0.8 or 80%",
		.required = true,
		.check = value_fault,
	},
	{
		.key = "date",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct target_row, date),
		.help = "by when",
		.required = true,
		.check = date_fault,
	},
	{0},
};

const struct config_schema target_schema = {target_fields, sizeof(struct target_row)};

const char *target_indicator_id(enum target_indicator indicator)
{
	return indicator_ids[indicator];
}

size_t targets_count(const struct config_rows *rows)
{
	return N_ACTION_PLAN + rows->n;
}

static const struct target_row *row_at(const struct config_rows *rows, size_t number)
{
	return (const struct target_row *)rows->items + number;
}

static struct target row_target(const struct target_row *row)
{
	struct target target = {row->name, (enum target_indicator)row->indicator, row->access - 1,
	                        0, row->date};

	value_parse(row->value, &target.value);
	return target;
}

struct target targets_at(const struct config_rows *rows, size_t number)
{
	if (number < N_ACTION_PLAN)
		return action_plan[number];
	return row_target(row_at(rows, number - N_ACTION_PLAN));
}

const char *targets_fault(const struct config_rows *rows, size_t *ret_row)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct target target = row_target(row_at(rows, i));

		*ret_row = i;
		if (target.indicator == TARGET_SHARE && target.value > 1)
			return "a share is at most 1, write such as 0.8 or 80%";
		if (target.indicator == TARGET_SHARE && target.access >= 0)
			return "a share is of all users, leave \"access\" out";
		if (target.indicator == TARGET_USERS && target.value < 1)
			return "less than one user, write a number of users";
	}
	return NULL;
}
