// How many files the process may have open.
#pragma once

#include <stdint.h>

#include "finding.h"

// What is to be said of a limit, given what is needed.
void open_files_judge(uint64_t limit, uint64_t need, struct findings *findings);

// The files of n_ports ports on that much hugepage memory, against the limit of this process.
void open_files_check(uint32_t n_ports, uint64_t huge_mib, struct findings *findings);
