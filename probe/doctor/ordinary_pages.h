// Ordinary memory: enough of it, and in large pages.
#pragma once

#include <stdint.h>

#include "finding.h"

// Whether what is available holds need_bytes.
void ordinary_pages_check(const char *root, uint64_t need_bytes, struct findings *findings);

// Whether the kernel gives large pages to a flow table that asks for them.
void ordinary_pages_check_large(const char *root, struct findings *findings);
