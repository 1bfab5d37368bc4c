// What is wrong with figures of users, in plain words.
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "collector/rollup/privacy.h"
#include "proto/names.h"

#include "user_figures.h"

enum {
	MAX_SENTENCE_BYTES = 512,
	N_SHOWN_SPANS = USER_SPAN_30D + 1,
};

typedef bool predicate(const struct user_figures *figures, enum user_span_kind kind);

static bool has_mixed_keys(const struct user_figures *figures, enum user_span_kind kind)
{
	return figures->windows[kind]->mixed_keys;
}

static bool has_mixed_plans(const struct user_figures *figures, enum user_span_kind kind)
{
	return figures->windows[kind]->mixed_plans;
}

static bool has_changed_normalisation(const struct user_figures *figures, enum user_span_kind kind)
{
	return figures->windows[kind]->changed_normalisation;
}

static bool is_asymmetric(const struct user_figures *figures, enum user_span_kind kind)
{
	return figures->windows[kind]->asymmetric;
}

static bool has_gaps(const struct user_figures *figures, enum user_span_kind kind)
{
	return figures->windows[kind]->coverage < 1;
}

static bool covers_nothing(const struct user_figures *figures, enum user_span_kind kind)
{
	return figures->windows[kind]->plan_coverage[figures->family] == 0;
}

static bool is_too_wide(const struct user_figures *figures, enum user_span_kind kind)
{
	const struct user_table *table = user_figures_table(figures, kind);
	size_t n_sums = 1;

	for (int dimension = 0; dimension < N_PRIVACY_DIMENSIONS; dimension++)
		n_sums += table->n_places[dimension];
	return figures->settings->privacy_threshold > 0 && n_sums > PRIVACY_MAX_SUMS;
}

static const struct {
	predicate *is_wrong;
	const char *sentence;
} warnings[] = {
	{has_mixed_keys,
         "probes or times use different keys, and only one can be counted by: the figure is a "
         "lower bound; give all probes the same key files, or wait until the window has passed the "
         "change"},
	{has_mixed_plans,
         "probes or times have different plans: groups may stand under two names or in two forms; "
         "give all probes the same plan.csv, or wait until the window has passed the change"},
	{has_changed_normalisation,
         "the plan now tells subscribers apart in another way (user_len or port_block): what was "
         "counted the old way is left out, so the figure is a lower bound until the window has "
         "passed the change"},
	{covers_nothing, "of the ends that sent in new flows, none is in the plan: it has no row "
                         "for any address of "
                         "theirs, and nobody is counted; add the networks' prefixes to plan.csv"},
	{is_asymmetric,
         "fed by links declared asymmetric, where whoever only sent is counted, which "
         "forged sources can do too; leave \"asymmetric\" out where both "
         "directions pass the probe"},
	{has_gaps, "not all probes reported all the time, so the figure is a lower bound; "
                   "/api/v1/probes says who is silent"},
	{is_too_wide,
         "more carriers, regions and accesses than can be checked for privacy, so only "
         "the total is shown; name fewer in plan.csv"},
};

// "5min, 1h: " for the windows of which it is true; false if there is none.
static bool name_windows(const struct user_figures *figures, predicate *is_wrong, char *ret_text,
                         size_t n_bytes)
{
	size_t n = 0;

	for (int kind = 0; kind < N_SHOWN_SPANS; kind++)
		if (figures->windows[kind] && is_wrong(figures, (enum user_span_kind)kind) &&
		    n < n_bytes)
			n += (size_t)snprintf(ret_text + n, n_bytes - n, "%s%s", n ? ", " : "",
			                      user_span_name((enum user_span_kind)kind));
	return n > 0;
}

static bool nobody_reports(const struct user_figures *figures)
{
	for (int kind = 0; kind < N_SHOWN_SPANS; kind++)
		if (figures->windows[kind] && figures->windows[kind]->coverage > 0)
			return false;
	return true;
}

static void append(json_t *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append(json_t *list, const char *format, ...)
{
	char sentence[MAX_SENTENCE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	json_array_append_new(list, json_string(sentence));
}

json_t *user_figures_warnings(const struct user_figures *figures)
{
	json_t *list = json_array();
	char names[64];

	if (nobody_reports(figures))
		append(list,
		       "no probe reported %s users in these windows; set \"plan\" and \"keys\" in "
		       "probe.yaml",
		       family_name(figures->family));
	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++)
		if (name_windows(figures, warnings[i].is_wrong, names, sizeof(names)))
			append(list, "%s: %s", names, warnings[i].sentence);
	if (user_span_is_empty(figures->spans[USER_SPAN_5MIN]))
		append(list, "5min: single 5 minutes of that time are kept no longer; ask for a "
		             "later time, or for longer windows");
	return list;
}
