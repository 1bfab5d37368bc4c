// A valid report bent in one way, and what is said of it: for reports that must be refused.
#pragma once

#include <errno.h>

#include "test_all.h"

#include "proto/check.h"
#include "sample_report.h"

struct report_fault {
	void (*bend)(struct report *report);
	const char *why;
};

// Each fault is named by the check, and a report that has it is never encoded.
static inline void assert_faults_are_named_and_never_sent(const struct report_fault *faults,
                                                          size_t n_faults)
{
	for (size_t i = 0; i < n_faults; i++) {
		struct report *report = sample_report_new();
		char why[MAX_TEXT_BYTES] = "nothing";
		uint8_t *frame = NULL;
		size_t n_bytes;

		faults[i].bend(report);
		assert_int_equal(report_check(report, why), -EBADMSG);
		assert_string_equal(why, faults[i].why);
		assert_int_equal(report_encode(report, &frame, &n_bytes), -EINVAL);
		assert_null(frame);
		report_free(report);
	}
}
