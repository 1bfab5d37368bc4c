// The one spelling of every closed set: in JSON, metrics, configuration and on the page.
#pragma once

#include "enums.h"

// Names as in the contracts: "ipv4", "malformed", "no_buffer", "down", "6in4", "mobile-core",
// "fixed", "confirmed". The argument must be a member below the sizing one.
const char *family_name(enum family family);
const char *frame_verdict_name(enum frame_verdict verdict);
const char *drop_reason_name(enum drop_reason reason);
const char *link_state_name(enum link_state state);
const char *transition_name(enum transition transition);
const char *surface_name(enum surface surface);
const char *access_name(enum access access);
const char *grade_name(enum grade grade);

// Number of the surface or access with that name, or -1 if there is none.
int surface_from_name(const char *name);
int access_from_name(const char *name);
