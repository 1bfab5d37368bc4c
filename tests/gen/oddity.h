// Frames that belong to no flow: not IP at all, or IP that contradicts itself.
#pragma once

#include "packet_builder.h"
#include "random.h"
#include "truth.h"

// ARP, LLDP, or spanning tree in LLC.
void oddity_make_other(struct packet_builder *builder, struct random *random,
                       struct expectation *ret_expected);

// One of the ways in which an outermost IP header can be impossible.
void oddity_make_malformed(struct packet_builder *builder, struct random *random,
                           struct expectation *ret_expected);
