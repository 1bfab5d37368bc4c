// One session with one collector, from connecting to its end: greeting, reports within the credit
// granted, acknowledgements, heartbeats, deadlines.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/message.h"

#include "address.h"
#include "queue.h"

enum {
	SESSION_WHY_BYTES = 512,
};

// What all sessions of one run share.
struct session_context {
	const char *probe;
	const char *software;
	struct spool_id spool;
	struct report_queue *queue;
	int wake; // eventfd: there is something new in the queue, or stop has been set
	_Atomic bool *stop;
	_Atomic uint64_t *n_rejected; // reports the collector refused for good
};

struct session_end {
	bool accepted; // the greeting was answered
	uint64_t retry_after_ns; // as the collector asked; 0 when it did not
	char why[SESSION_WHY_BYTES]; // one line for people
};

// Runs a session until it breaks, the collector says goodbye, or stop is set. Every report not
// acknowledged by then counts as unsent again. 0 when stopped, else -errno.
int session_run(const struct session_context *context, const struct address *address,
                struct session_end *ret_end);
