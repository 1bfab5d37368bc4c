// What the doctor found, one line each: "fault  link lab0 driver: found ixgbe: dpdk-devbind.py
// ...".
#pragma once

#include <stdint.h>
#include <stdio.h>

enum severity {
	SEVERITY_OK,
	SEVERITY_WARNING, // it runs, but not as well as it could, or not for sure
	SEVERITY_FAULT, // it will not run like this
	N_SEVERITIES
};

struct findings {
	FILE *out; // borrowed
	uint32_t n[N_SEVERITIES];
};

enum {
	FINDING_WHAT_BYTES = 128,
	FINDING_TEXT_BYTES = 1024,
};

// Writes one line: what was looked at, what was found there, and the mend; mend is NULL where
// nothing needs one. Control characters that came from outside do not break the line.
__attribute__((format(printf, 5, 6))) void finding_add(struct findings *findings,
                                                       enum severity severity, const char *what,
                                                       const char *mend, const char *found, ...);
