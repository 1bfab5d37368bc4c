#include "test_all.h"

#include <stdlib.h>
#include <string.h>

#include "collector/ingest/answer.h"
#include "proto/wire.h"

static struct store_entry entry_of(uint64_t sequence, enum store_outcome outcome)
{
	struct store_entry entry = {
		.has_sequence = true,
		.sequence = sequence,
		.outcome = outcome,
	};

	strcpy(entry.reason, outcome == STORE_REFUSED ? "too late" : "");
	return entry;
}

static void neighbours_become_one_range(void **state)
{
	static const uint64_t sequences[] = {5, 6, 7, 9, 8, 1, 2};
	static const struct sequence_range ranges[] = {{5, 7}, {9, 9}, {8, 8}, {1, 2}};
	struct answer *answer = malloc(sizeof(*answer));

	answer_init(answer);
	for (size_t i = 0; i < 7; i++) {
		struct store_entry entry = entry_of(sequences[i],
		                                    i % 2 ? STORE_STORED : STORE_DUPLICATE);

		answer_add(answer, &entry);
	}
	assert_int_equal(answer->n_ranges, 4);
	assert_memory_equal(answer->ranges, ranges, sizeof(ranges));
	assert_int_equal(answer->n_rejections, 0);
	free(answer);
}

static void refusals_go_by_number_where_there_is_one(void **state)
{
	struct store_entry numbered = entry_of(4, STORE_REFUSED);
	struct store_entry unnumbered = entry_of(0, STORE_REFUSED);
	struct answer *answer = malloc(sizeof(*answer));

	unnumbered.has_sequence = false;
	answer_init(answer);
	answer_add(answer, &numbered);
	assert_string_equal(answer->unnumbered, "");
	answer_add(answer, &unnumbered);
	assert_int_equal(answer->n_rejections, 1);
	assert_int_equal(answer->rejections[0].sequence, 4);
	assert_string_equal(answer->unnumbered, "too late");
	free(answer);
}

// The largest answer there can be must fit a frame.
static void a_full_answer_decodes_to_itself(void **state)
{
	struct answer *answer = malloc(sizeof(*answer));
	struct spool_id spool = {{1, 2, 3}};
	char why[MAX_TEXT_BYTES];
	uint8_t *frame;
	size_t n_bytes;
	struct ack ack;

	answer_init(answer);
	for (uint64_t i = 0; i < ANSWER_MAX_ENTRIES; i++) {
		struct store_entry entry = entry_of(2 * i + 1, STORE_REFUSED);

		memset(entry.reason, 'x', MAX_TEXT_BYTES - 1);
		answer_add(answer, &entry);
	}
	assert_int_equal(answer_encode(answer, &spool, &frame, &n_bytes), 0);
	assert_int_equal(
		ack_decode(frame + WIRE_HEADER_BYTES, n_bytes - WIRE_HEADER_BYTES, &ack, why), 0);
	assert_int_equal(ack.n_rejections, ANSWER_MAX_ENTRIES);
	assert_int_equal(ack.rejections[255].sequence, 511);
	ack_fini(&ack);
	free(frame);
	free(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_become_one_range),
		cmocka_unit_test(refusals_go_by_number_where_there_is_one),
		cmocka_unit_test(a_full_answer_decodes_to_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
