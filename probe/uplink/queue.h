// Reports on their way: sealed frames in rising sequence, kept until the collector has stored
// them. Bounded; when it is full the oldest report that has not been sent makes room.
// Control pushes, the session's thread takes and acknowledges; every call may come from any thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report_queue;

struct report_queue_limits {
	size_t max_reports;
	size_t max_bytes; // of all frames
};

// NULL when out of memory.
struct report_queue *report_queue_new(const struct report_queue_limits *limits);
void report_queue_free(struct report_queue *queue);

// Takes a frame, whose sequence is above all before it. Returns how many reports were dropped to
// make room; the frame itself is dropped when it alone is larger than the queue may be.
size_t report_queue_push(struct report_queue *queue, uint64_t sequence, uint8_t *take_frame,
                         size_t n_bytes);

enum report_queue_next {
	REPORT_QUEUE_TAKEN,
	REPORT_QUEUE_EMPTY, // nothing unsent
	REPORT_QUEUE_NO_CREDIT, // the next report would go past the credit, until others are acked
	REPORT_QUEUE_NEVER, // the next report alone is more than the credit
	REPORT_QUEUE_NO_MEMORY,
};

// Copies the next unsent frame for the caller, who frees it, and counts it as sent, if frames sent
// and not acknowledged then come to at most credit_bytes.
enum report_queue_next report_queue_take(struct report_queue *queue, uint64_t credit_bytes,
                                         uint8_t **ret_frame, size_t *ret_bytes);

// Nothing counts as sent any more: the session has ended.
void report_queue_rewind(struct report_queue *queue);

// Removes every report with a sequence in [first, last] that has been sent; returns how many.
size_t report_queue_remove(struct report_queue *queue, uint64_t first, uint64_t last);

// Reports waiting, sent or not; and of these, sent.
size_t report_queue_waiting(struct report_queue *queue);
size_t report_queue_in_flight(struct report_queue *queue);

// Bytes of all that wait.
size_t report_queue_bytes(struct report_queue *queue);

// Oldest sequence waiting; or, when there is none, the one after the last pushed.
uint64_t report_queue_oldest(struct report_queue *queue);
