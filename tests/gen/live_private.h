// What both ways of sending share: conversations, frame by frame, and streams, by the burst.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "live.h"

#define LIVE_NAP_NS UINT64_C(50000)

// Whether somebody wants an end.
bool live_is_stopped(void);

// Notes how many frames the port took when it was offered some. One that takes nothing, and has had
// nobody at its other end for as long as is waited for somebody at first, ends the sending.
void live_note_offer(uint32_t n_taken);

// Send all of the traffic on the port, which is open. Return an exit_status.
int live_traffic_send(const struct settings *settings, const struct live_options *options,
                      struct truth *truth);
int live_stream_send(const struct settings *settings, const struct live_options *options,
                     struct truth *truth);
