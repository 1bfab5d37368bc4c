// What stands around the innermost packet of a flow, by its kind.
#pragma once

#include <stdbool.h>

#include "flow.h"
#include "packet_builder.h"
#include "truth.h"

// Makes the IP packet in the builder a frame; fills in verdict, transition and carrier bytes.
void flow_wrap(const struct flow *flow, bool reverse, struct packet_builder *builder,
               struct expectation *expected);
