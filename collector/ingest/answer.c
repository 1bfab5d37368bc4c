#include "answer.h"

#include <string.h>

void answer_init(struct answer *answer)
{
	answer->n_ranges = 0;
	answer->n_rejections = 0;
	answer->unnumbered[0] = '\0';
}

static void answer_accept(struct answer *answer, uint64_t sequence)
{
	struct sequence_range *last = &answer->ranges[answer->n_ranges - 1];

	if (answer->n_ranges > 0 && last->last + 1 == sequence)
		last->last = sequence;
	else
		answer->ranges[answer->n_ranges++] = (struct sequence_range){sequence, sequence};
}

void answer_add(struct answer *answer, const struct store_entry *entry)
{
	struct rejection *rejection;

	if (entry->outcome != STORE_REFUSED) {
		answer_accept(answer, entry->sequence);
	} else if (!entry->has_sequence) {
		strcpy(answer->unnumbered, entry->reason);
	} else {
		rejection = &answer->rejections[answer->n_rejections++];
		rejection->sequence = entry->sequence;
		strcpy(rejection->reason, entry->reason);
	}
}

int answer_encode(struct answer *answer, const struct spool_id *spool, uint8_t **ret_frame,
                  size_t *ret_bytes)
{
	struct ack ack = {
		.spool = *spool,
		.n_ranges = answer->n_ranges,
		.n_rejections = answer->n_rejections,
		.ranges = answer->ranges,
		.rejections = answer->rejections,
	};

	return ack_encode(&ack, ret_frame, ret_bytes);
}
