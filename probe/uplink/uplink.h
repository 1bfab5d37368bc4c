// Where reports go: a queue of them, and a thread that keeps a session with the first collector of
// a list that will have one.
#pragma once

#include <stdint.h>

#include "proto/message.h"

#include "address.h"

struct uplink;

struct uplink_options {
	const char *probe; // borrowed, as all below
	const char *software;
	struct spool_id spool;
	const struct address *collectors;
	uint32_t n_collectors; // at least 1
};

// Starts the thread. 0 or -errno.
int uplink_new(const struct uplink_options *options, struct uplink **ret_uplink);

// Ends the session and the thread. Reports still waiting are lost.
void uplink_free(struct uplink *uplink);

// Hands over a report of the options' spool, whose sequence is above all before it; it stays the
// caller's. Reports dropped to make room are logged and counted. 0 or -errno when it cannot be
// encoded.
int uplink_send(struct uplink *uplink, const struct report *report);

struct uplink_state {
	uint64_t waiting; // reports not acknowledged yet
	uint64_t dropped; // for want of room
	uint64_t rejected; // by the collector, for good
};

struct uplink_state uplink_state(struct uplink *uplink);

// True while all reports of one more window can be handed over without others being dropped for
// them.
bool uplink_has_room(struct uplink *uplink);
