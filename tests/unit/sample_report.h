// A small, valid report for tests to bend.
#pragma once

#include "proto/message.h"

// Two links, three rows of traffic, two of flows. The caller frees it.
struct report *sample_report_new(void);
