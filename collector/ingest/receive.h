// What a session does with what it receives.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "session.h"

// Feeds bytes of the stream and deals with every frame they complete. May end the session.
void receive_bytes(struct session *session, const uint8_t *bytes, size_t n_bytes);
