#include "queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	uint64_t sequence;
	uint8_t *frame;
	size_t n_bytes;
	bool sent;
};

struct report_queue {
	pthread_mutex_t mutex; // guards all below
	struct report_queue_limits limits;
	uint64_t last_sequence; // 0 before the first push
	size_t n_bytes, sent_bytes;
	size_t n;
	struct entry entries[]; // limits.max_reports of them, oldest first, no holes
};

struct report_queue *report_queue_new(const struct report_queue_limits *limits)
{
	struct report_queue *queue = calloc(1, sizeof(*queue) +
	                                               limits->max_reports * sizeof(struct entry));

	if (queue == NULL)
		return NULL;
	queue->limits = *limits;
	pthread_mutex_init(&queue->mutex, NULL);
	return queue;
}

void report_queue_free(struct report_queue *queue)
{
	if (queue == NULL)
		return;
	for (size_t i = 0; i < queue->n; i++)
		free(queue->entries[i].frame);
	pthread_mutex_destroy(&queue->mutex);
	free(queue);
}

static void remove_at(struct report_queue *queue, size_t at)
{
	struct entry *entry = &queue->entries[at];

	queue->n_bytes -= entry->n_bytes;
	if (entry->sent)
		queue->sent_bytes -= entry->n_bytes;
	free(entry->frame);
	queue->n--;
	memmove(entry, entry + 1, (queue->n - at) * sizeof(*entry));
}

// Position of the oldest unsent report, n when all are sent.
static size_t first_unsent(const struct report_queue *queue)
{
	size_t at = 0;

	while (at < queue->n && queue->entries[at].sent)
		at++;
	return at;
}

// A report the collector already has in hand is worth more than one it has not seen; when all
// have been sent, the oldest goes.
static void drop_one(struct report_queue *queue)
{
	size_t at = first_unsent(queue);

	remove_at(queue, at < queue->n ? at : 0);
}

static bool has_room(const struct report_queue *queue, size_t n_bytes)
{
	return queue->n < queue->limits.max_reports &&
	       queue->n_bytes + n_bytes <= queue->limits.max_bytes;
}

size_t report_queue_push(struct report_queue *queue, uint64_t sequence, uint8_t *take_frame,
                         size_t n_bytes)
{
	size_t n_dropped = 0;

	pthread_mutex_lock(&queue->mutex);
	queue->last_sequence = sequence;
	if (n_bytes > queue->limits.max_bytes) {
		free(take_frame);
		n_dropped = 1;
		goto out;
	}
	for (; !has_room(queue, n_bytes); n_dropped++)
		drop_one(queue);
	queue->entries[queue->n++] = (struct entry){
		.sequence = sequence, .frame = take_frame, .n_bytes = n_bytes};
	queue->n_bytes += n_bytes;
out:
	pthread_mutex_unlock(&queue->mutex);
	return n_dropped;
}

static enum report_queue_next take_locked(struct report_queue *queue, uint64_t credit_bytes,
                                          uint8_t **ret_frame, size_t *ret_bytes)
{
	size_t at = first_unsent(queue);
	struct entry *entry = &queue->entries[at];
	uint8_t *copy;

	if (at == queue->n)
		return REPORT_QUEUE_EMPTY;
	if (entry->n_bytes > credit_bytes)
		return REPORT_QUEUE_NEVER;
	if (queue->sent_bytes + entry->n_bytes > credit_bytes)
		return REPORT_QUEUE_NO_CREDIT;
	copy = malloc(entry->n_bytes);
	if (copy == NULL)
		return REPORT_QUEUE_NO_MEMORY;
	memcpy(copy, entry->frame, entry->n_bytes);
	entry->sent = true;
	queue->sent_bytes += entry->n_bytes;
	*ret_frame = copy;
	*ret_bytes = entry->n_bytes;
	return REPORT_QUEUE_TAKEN;
}

enum report_queue_next report_queue_take(struct report_queue *queue, uint64_t credit_bytes,
                                         uint8_t **ret_frame, size_t *ret_bytes)
{
	enum report_queue_next next;

	pthread_mutex_lock(&queue->mutex);
	next = take_locked(queue, credit_bytes, ret_frame, ret_bytes);
	pthread_mutex_unlock(&queue->mutex);
	return next;
}

void report_queue_rewind(struct report_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	for (size_t i = 0; i < queue->n; i++)
		queue->entries[i].sent = false;
	queue->sent_bytes = 0;
	pthread_mutex_unlock(&queue->mutex);
}

static bool is_acked(const struct entry *entry, uint64_t first, uint64_t last)
{
	return entry->sent && entry->sequence >= first && entry->sequence <= last;
}

size_t report_queue_remove(struct report_queue *queue, uint64_t first, uint64_t last)
{
	size_t n_removed = 0;
	size_t at = 0;

	pthread_mutex_lock(&queue->mutex);
	while (at < queue->n) {
		if (!is_acked(&queue->entries[at], first, last)) {
			at++;
			continue;
		}
		remove_at(queue, at);
		n_removed++;
	}
	pthread_mutex_unlock(&queue->mutex);
	return n_removed;
}

size_t report_queue_waiting(struct report_queue *queue)
{
	size_t n;

	pthread_mutex_lock(&queue->mutex);
	n = queue->n;
	pthread_mutex_unlock(&queue->mutex);
	return n;
}

size_t report_queue_bytes(struct report_queue *queue)
{
	size_t n_bytes;

	pthread_mutex_lock(&queue->mutex);
	n_bytes = queue->n_bytes;
	pthread_mutex_unlock(&queue->mutex);
	return n_bytes;
}

size_t report_queue_in_flight(struct report_queue *queue)
{
	size_t n = 0;

	pthread_mutex_lock(&queue->mutex);
	for (size_t i = 0; i < queue->n; i++)
		n += queue->entries[i].sent;
	pthread_mutex_unlock(&queue->mutex);
	return n;
}

uint64_t report_queue_oldest(struct report_queue *queue)
{
	uint64_t oldest;

	pthread_mutex_lock(&queue->mutex);
	oldest = queue->n > 0 ? queue->entries[0].sequence : queue->last_sequence + 1;
	pthread_mutex_unlock(&queue->mutex);
	return oldest;
}
