// Writes made traffic to a capture file.
#pragma once

#include "settings.h"
#include "truth.h"

// Writes all of the traffic and says what it was. Returns an exit_status, having said what went
// wrong.
int offline_write(const struct settings *settings, const char *path, struct truth *truth);
