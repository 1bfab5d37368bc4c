#include "query.h"

#include <errno.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cli.h"
#include "proto/base/clock.h"

enum {
	MAX_VALUE_BYTES = 64,
};

static bool is_among(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static bool is_repeated(const struct evkeyval *parameter)
{
	const struct evkeyval *other = parameter;

	while ((other = other->next.tqe_next))
		if (strcmp(other->key, parameter->key) == 0)
			return true;
	return false;
}

int query_check_names(const struct evkeyvalq *query, const char *const *names, char *why)
{
	for (const struct evkeyval *at = query->tqh_first; at; at = at->next.tqe_next) {
		const char *nearest = cli_nearest(at->key, names);

		if (!is_among(at->key, names)) {
			snprintf(why, QUERY_WHY_BYTES, "unknown parameter \"%.64s\"%s%s%s", at->key,
			         nearest ? ", did you mean \"" : ", leave it out",
			         nearest ? nearest : "", nearest ? "\"?" : "");
			return -EINVAL;
		}
		if (is_repeated(at)) {
			snprintf(why, QUERY_WHY_BYTES, "%s: given more than once, give it once",
			         at->key);
			return -EINVAL;
		}
	}
	return 0;
}

// In a query "+" stands for a space, but in a time it can only have been the sign of an offset.
static void mend_plus(char *text)
{
	for (; *text; text++)
		if (*text == ' ')
			*text = '+';
}

int query_time(const struct evkeyvalq *query, const char *name, uint64_t preset_ns,
               uint64_t *ret_wall_ns, char *why)
{
	const char *value = evhttp_find_header(query, name);
	char text[MAX_VALUE_BYTES];
	uint64_t wall_ns;

	if (!value) {
		*ret_wall_ns = preset_ns;
		return 0;
	}
	if (strlen(value) < sizeof(text)) {
		strcpy(text, value);
		mend_plus(text);
		if (clock_parse(text, &wall_ns) == 0 && wall_ns <= INT64_MAX) {
			*ret_wall_ns = wall_ns;
			return 0;
		}
	}
	snprintf(why, QUERY_WHY_BYTES,
	         "%s: \"%.40s\" is not a time, write 2026-01-31T08:00:00Z or seconds since 1970",
	         name, value);
	return -EINVAL;
}

// Users are counted over windows of their own: a union for each point would take too long.
static bool is_of_users(const char *id)
{
	return strcmp(id, "v6_active_users") == 0 || strcmp(id, "v6_user_share") == 0;
}

static int parse_indicator(const struct evkeyvalq *query, enum indicator *ret_indicator, char *why)
{
	const char *ids[N_INDICATORS + 1] = {NULL};
	const char *value = evhttp_find_header(query, "id");
	const char *nearest;
	int indicator = value ? indicator_from_id(value) : -1;

	if (indicator >= 0) {
		*ret_indicator = (enum indicator)indicator;
		return 0;
	}
	if (value && is_of_users(value)) {
		snprintf(why, QUERY_WHY_BYTES,
		         "id: there is no series of %s, ask /api/v1/users?at=TIME or "
		         "/api/v1/indicators?at=TIME",
		         value);
		return -EINVAL;
	}
	for (int i = 0; i < N_INDICATORS; i++)
		ids[i] = indicator_info((enum indicator)i)->id;
	nearest = value ? cli_nearest(value, ids) : NULL;
	snprintf(why, QUERY_WHY_BYTES, "id: %s%.40s%s, %s %s",
	         value ? "no indicator \"" : "missing", value ? value : "", value ? "\"" : "",
	         nearest ? "did you mean" : "write such as",
	         nearest ? nearest : indicator_info(INDICATOR_V6_SHARE)->id);
	return -EINVAL;
}

static int parse_step(const struct evkeyvalq *query, uint64_t *ret_step_ns, char *why)
{
	const uint64_t window_s = CELL_WINDOW_NS / NS_PER_S;
	const char *value = evhttp_find_header(query, "step");
	uint64_t step_s = window_s;
	char *end = NULL;

	if (value)
		step_s = *value >= '0' && *value <= '9' ? strtoull(value, &end, 10) : 0;
	if (step_s == 0 || step_s % window_s != 0 || step_s > QUERY_MAX_SPAN_S || (end && *end)) {
		snprintf(why, QUERY_WHY_BYTES,
		         "step: \"%.40s\" is not a number of seconds that %ju divides, up to %d",
		         value, (uintmax_t)window_s, QUERY_MAX_SPAN_S);
		return -EINVAL;
	}
	*ret_step_ns = step_s * NS_PER_S;
	return 0;
}

static int parse_group(const char *group, struct series_query *series, char *why)
{
	const struct indicator_info *info = indicator_info(series->indicator);

	if (strcmp(group, "surface") == 0) {
		series->place = PLACE_SURFACE;
	} else if (strcmp(group, "link") == 0) {
		series->place = PLACE_LINK;
	} else if (strcmp(group, "transition") == 0 && info->by_transition) {
		series->by_transition = true;
	} else if (strcmp(group, "family") == 0 && info->by_family) {
		series->by_family = true;
	} else {
		snprintf(why, QUERY_WHY_BYTES,
		         "group_by: \"%.40s\" does not go with %s, write one of: surface, link%s%s",
		         group, info->id, info->by_transition ? ", transition" : "",
		         info->by_family ? ", family" : "");
		return -EINVAL;
	}
	return 0;
}

// An indicator that is published in parts is always cut into them.
static int parse_groups(const struct evkeyvalq *query, struct series_query *series, char *why)
{
	const struct indicator_info *info = indicator_info(series->indicator);
	const char *value = evhttp_find_header(query, "group_by");

	if (value && parse_group(value, series, why) < 0)
		return -EINVAL;
	if (!series->by_family && !series->by_transition) {
		series->by_family = info->natural_cut == CUT_FAMILY;
		series->by_transition = info->natural_cut == CUT_TRANSITION;
	}
	return 0;
}

static int parse_span(const struct evkeyvalq *query, uint64_t end_ns, struct series_query *series,
                      char *why)
{
	uint64_t step_ns = series->step_ns;
	uint64_t from_ns, to_ns;

	if (query_time(query, "to", end_ns, &to_ns, why) < 0)
		return -EINVAL;
	from_ns = to_ns > QUERY_DEFAULT_SPAN_S * NS_PER_S ? to_ns - QUERY_DEFAULT_SPAN_S * NS_PER_S
	                                                  : 0;
	if (query_time(query, "from", from_ns, &from_ns, why) < 0)
		return -EINVAL;
	if (from_ns >= to_ns) {
		snprintf(why, QUERY_WHY_BYTES, "from: not before to, give an earlier time");
		return -EINVAL;
	}
	if (to_ns - from_ns > QUERY_MAX_SPAN_S * NS_PER_S) {
		snprintf(why, QUERY_WHY_BYTES, "from: more than %d days before to, ask for less",
		         QUERY_MAX_SPAN_S / 86400);
		return -EINVAL;
	}
	series->from_ns = from_ns - from_ns % step_ns;
	series->to_ns = to_ns + (step_ns - to_ns % step_ns) % step_ns;
	if ((series->to_ns - series->from_ns) / step_ns > QUERY_MAX_POINTS) {
		snprintf(why, QUERY_WHY_BYTES,
		         "step: makes more than %d points, give a longer step or a shorter span",
		         QUERY_MAX_POINTS);
		return -EINVAL;
	}
	return 0;
}

int query_series(const struct evkeyvalq *query, uint64_t end_ns, struct series_query *ret_series,
                 char *why)
{
	static const char *const names[] = {"id", "from", "to", "step", "group_by", NULL};
	struct series_query series = {0};

	if (query_check_names(query, names, why) < 0 ||
	    parse_indicator(query, &series.indicator, why) < 0 ||
	    parse_step(query, &series.step_ns, why) < 0 || parse_groups(query, &series, why) < 0 ||
	    parse_span(query, end_ns, &series, why) < 0)
		return -EINVAL;
	*ret_series = series;
	return 0;
}
