// Which windows of users are published at a time.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum user_span_kind {
	USER_SPAN_5MIN, // the last complete 5 minutes
	USER_SPAN_1H, // the last 12 of them
	USER_SPAN_TODAY, // from midnight in the zone to the last complete 5 minutes
	USER_SPAN_30D, // 30 days of the zone, the last of which is today, as far as it has come
	USER_SPAN_DAY, // the last complete day of the zone
	N_USER_SPANS
};

// [start_ns, end_ns), made of 5 minutes that are kept, or of whole hours or days where shorter
// ones are not kept any longer. Empty when there is no such window.
struct user_span {
	uint64_t start_ns, end_ns;
};

// "5min", "1h", "today", "30d", "day".
const char *user_span_name(enum user_span_kind kind);

// The span as of at_ns, when it is now_ns. Reports are given half a minute to come: until then
// 5 minutes that have just ended are not complete. A time still to come is now.
struct user_span user_span_at(enum user_span_kind kind, uint64_t at_ns, uint64_t now_ns);

static inline bool user_span_is_empty(struct user_span span)
{
	return span.end_ns <= span.start_ns;
}
