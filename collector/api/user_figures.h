// What is published of users at one time: JSON from a table for each span. Pure: windows and
// tables come from the caller.
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "collector/rollup/user_spans.h"
#include "collector/rollup/user_table.h"
#include "collector/settings.h"

// Windows and tables are borrowed; a span that is empty has none, NULL.
struct user_figures {
	enum family family;
	const struct settings *settings;
	struct user_span spans[N_USER_SPANS];
	const struct user_window *windows[N_USER_SPANS];
	const struct user_table *tables[N_USER_SPANS];
};

// The table of a span; an empty one where there is none.
const struct user_table *user_figures_table(const struct user_figures *figures,
                                            enum user_span_kind kind);

// Whether probes counted users of the family in the span, be it to none. A plan that knows no end
// of those that were there counts nobody.
bool user_figures_measured(const struct user_figures *figures, enum user_span_kind kind);

// Users of a value and their error as numbers; null where they are hidden or were not measured.
json_t *user_figures_number(bool is_measured, const struct user_value *value);
json_t *user_figures_error(bool is_measured, const struct user_value *value);

// An error as it may be published: to two significant digits.
double user_figures_rounded(double standard_error);

// {"at": ..., "windows": [...], "share": ..., "targets": [...], "warnings": [...]}. NULL when out
// of memory.
json_t *user_figures_document(const struct user_figures *figures, uint64_t at_ns);

// What is wrong with the figures, each in one sentence that ends with the mend.
json_t *user_figures_warnings(const struct user_figures *figures);

// Appends v6_active_users and v6_user_share to a list of indicators, of windows that any probe
// reported users in. 0; -ENOMEM.
int user_figures_indicators(const struct user_figures *figures, json_t *list);
