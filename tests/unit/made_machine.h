// A made-up machine: a temporary directory with the files in which a kernel would describe it, and
// what the doctor says of it.
#pragma once

#include "probe/doctor/finding.h"

extern char machine_root[];
extern struct findings machine_findings;

// Set-up and tear-down of a test: an empty machine, nothing found.
int machine_make(void **state);
int machine_remove(void **state);

// A file at "/sys/..." of the machine, with the directories above it.
void machine_write(const char *path, const char *text);
void machine_link(const char *path, const char *target);

// What was found since the last call, whole lines; valid until the next call.
const char *machine_said(void);

// That the findings since the last call are exactly these lines.
void machine_assert_said(const char *lines);
