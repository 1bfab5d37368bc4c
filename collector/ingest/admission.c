#include "admission.h"

#include <stdio.h>
#include <string.h>

#include "collector/rollup/cell.h"
#include "proto/base/clock.h"

static enum refusal check_owner(const struct hello *hello, const struct report *report,
                                char *ret_reason)
{
	if (strcmp(hello->probe, report->probe) != 0) {
		snprintf(ret_reason, MAX_TEXT_BYTES,
		         "this session may write reports of %s only, not of %s", hello->probe,
		         report->probe);
		return REFUSAL_FOREIGN;
	}
	if (memcmp(hello->spool.bytes, report->spool.bytes, SPOOL_ID_BYTES) != 0) {
		snprintf(ret_reason, MAX_TEXT_BYTES,
		         "the report is of another spool than the session: open a session for it");
		return REFUSAL_FOREIGN;
	}
	// Stores keep it in a signed 64-bit number.
	if (report->sequence == 0 || report->sequence > INT64_MAX) {
		snprintf(ret_reason, MAX_TEXT_BYTES, "sequence %ju is not from 1 to %jd",
		         (uintmax_t)report->sequence, (intmax_t)INT64_MAX);
		return REFUSAL_SEQUENCE;
	}
	return REFUSAL_NONE;
}

// LIMIT: longer windows would have to be spread over several of ours; nothing makes them yet.
static enum refusal check_window(const struct report *report, char *ret_reason)
{
	uint64_t length_ns = report->window_length_ns;

	if (length_ns == 0 || CELL_WINDOW_NS % length_ns != 0) {
		snprintf(ret_reason, MAX_TEXT_BYTES,
		         "a window of %.9g s does not divide 60 s: set the probe's window to 60 s "
		         "or a "
		         "part of it",
		         (double)length_ns / (double)NS_PER_S);
		return REFUSAL_WINDOW;
	}
	if (report->window_start_ns % length_ns != 0) {
		snprintf(ret_reason, MAX_TEXT_BYTES,
		         "the window does not start at a multiple of its length");
		return REFUSAL_WINDOW;
	}
	if (report->observed_ns > length_ns) {
		snprintf(ret_reason, MAX_TEXT_BYTES, "more time was observed than the window has");
		return REFUSAL_WINDOW;
	}
	return REFUSAL_NONE;
}

static enum refusal check_time(const struct admission *admission, const struct report *report,
                               char *ret_reason)
{
	uint64_t start_ns = report->window_start_ns;
	char start[CLOCK_TEXT_BYTES], now[CLOCK_TEXT_BYTES];

	if (start_ns > admission->now_ns + ADMISSION_MAX_AHEAD_NS - report->window_length_ns) {
		clock_format(start_ns, start);
		clock_format(cell_window_start(admission->now_ns), now);
		snprintf(
			ret_reason, MAX_TEXT_BYTES,
			"the window of %s lies in the future, it is %s here: set the probe's clock",
			start, now);
		return REFUSAL_FUTURE;
	}
	if (start_ns + report->window_length_ns + admission->lateness_ns < admission->now_ns) {
		clock_format(start_ns, start);
		snprintf(ret_reason, MAX_TEXT_BYTES,
		         "declared lost: the window of %s is older than the lateness of %.9g s",
		         start, (double)admission->lateness_ns / (double)NS_PER_S);
		return REFUSAL_LATE;
	}
	return REFUSAL_NONE;
}

enum refusal admission_check(const struct admission *admission, const struct report *report,
                             char *ret_reason)
{
	enum refusal refusal = check_owner(admission->hello, report, ret_reason);

	if (refusal == REFUSAL_NONE)
		refusal = check_window(report, ret_reason);
	if (refusal == REFUSAL_NONE)
		refusal = check_time(admission, report, ret_reason);
	return refusal;
}
