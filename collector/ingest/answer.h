// What became of the reports of one session in one commit.
#pragma once

#include "collector/store/store.h"
#include "proto/message.h"

enum {
	ANSWER_MAX_ENTRIES = 256,
};

struct answer {
	struct sequence_range ranges[ANSWER_MAX_ENTRIES];
	struct rejection rejections[ANSWER_MAX_ENTRIES];
	uint32_t n_ranges, n_rejections;
	char unnumbered[MAX_TEXT_BYTES]; // why a report was refused that has no number, or ""
};

void answer_init(struct answer *answer);

// At most ANSWER_MAX_ENTRIES fit one answer.
void answer_add(struct answer *answer, const struct store_entry *entry);

// The frame that acknowledges and rejects, to be freed. As ack_encode().
int answer_encode(struct answer *answer, const struct spool_id *spool, uint8_t **ret_frame,
                  size_t *ret_bytes);
