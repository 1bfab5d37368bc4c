#include "test_all.h"

#include <stdlib.h>
#include <string.h>

#include "probe/uplink/queue.h"

enum {
	FRAME_BYTES = 100,
};

#define ALL_CREDIT UINT64_MAX

static struct report_queue *queue_with(size_t max_reports, uint64_t n_reports)
{
	const struct report_queue_limits limits = {max_reports, 1 << 20};
	struct report_queue *queue = report_queue_new(&limits);

	assert_non_null(queue);
	for (uint64_t sequence = 1; sequence <= n_reports; sequence++) {
		uint8_t *frame = malloc(FRAME_BYTES);

		memset(frame, (int)sequence, FRAME_BYTES);
		report_queue_push(queue, sequence, frame, FRAME_BYTES);
	}
	return queue;
}

// Takes the next report and returns its sequence (its first byte), 0 when there is none to take.
static uint64_t take(struct report_queue *queue, uint64_t credit_bytes)
{
	uint8_t *frame;
	size_t n_bytes;
	uint64_t sequence;

	if (report_queue_take(queue, credit_bytes, &frame, &n_bytes) != REPORT_QUEUE_TAKEN)
		return 0;
	assert_int_equal(n_bytes, FRAME_BYTES);
	sequence = frame[0];
	free(frame);
	return sequence;
}

static void reports_leave_in_order_and_stay_until_acknowledged(void **state)
{
	struct report_queue *queue = queue_with(10, 3);

	for (uint64_t sequence = 1; sequence <= 3; sequence++)
		assert_int_equal(take(queue, ALL_CREDIT), sequence);
	assert_int_equal(take(queue, ALL_CREDIT), 0);
	assert_int_equal(report_queue_waiting(queue), 3);
	assert_int_equal(report_queue_remove(queue, 1, 2), 2);
	assert_int_equal(report_queue_oldest(queue), 3);
	assert_int_equal(report_queue_remove(queue, 1, 3), 1);
	assert_int_equal(report_queue_waiting(queue), 0);
	assert_int_equal(report_queue_oldest(queue), 4);
	report_queue_free(queue);
}

static void what_was_not_acknowledged_is_sent_again(void **state)
{
	struct report_queue *queue = queue_with(10, 3);

	take(queue, ALL_CREDIT);
	take(queue, ALL_CREDIT);
	report_queue_remove(queue, 2, 2);
	assert_int_equal(report_queue_in_flight(queue), 1);
	report_queue_rewind(queue);
	assert_int_equal(report_queue_in_flight(queue), 0);
	assert_int_equal(take(queue, ALL_CREDIT), 1);
	assert_int_equal(take(queue, ALL_CREDIT), 3);
	report_queue_free(queue);
}

static void a_report_never_sent_cannot_be_acknowledged(void **state)
{
	struct report_queue *queue = queue_with(10, 2);

	assert_int_equal(take(queue, ALL_CREDIT), 1);
	assert_int_equal(report_queue_remove(queue, 0, UINT64_MAX), 1);
	assert_int_equal(report_queue_oldest(queue), 2);
	report_queue_free(queue);
}

static void no_more_is_in_flight_than_the_credit(void **state)
{
	struct report_queue *queue = queue_with(10, 3);
	uint64_t credit_bytes = 2 * FRAME_BYTES + FRAME_BYTES / 2;
	uint8_t *frame;
	size_t n_bytes;

	assert_int_equal(take(queue, credit_bytes), 1);
	assert_int_equal(take(queue, credit_bytes), 2);
	assert_int_equal(report_queue_take(queue, credit_bytes, &frame, &n_bytes),
	                 REPORT_QUEUE_NO_CREDIT);
	report_queue_remove(queue, 1, 1);
	assert_int_equal(take(queue, credit_bytes), 3);
	report_queue_rewind(queue);
	assert_int_equal(report_queue_take(queue, FRAME_BYTES - 1, &frame, &n_bytes),
	                 REPORT_QUEUE_NEVER);
	report_queue_free(queue);
}

static void a_full_queue_drops_the_oldest_that_was_not_sent(void **state)
{
	struct report_queue *queue = queue_with(3, 3);

	assert_int_equal(take(queue, ALL_CREDIT), 1);
	assert_int_equal(report_queue_push(queue, 4, calloc(1, FRAME_BYTES), FRAME_BYTES), 1);
	assert_int_equal(report_queue_waiting(queue), 3);
	assert_int_equal(report_queue_oldest(queue), 1);
	assert_int_equal(take(queue, ALL_CREDIT), 3);
	report_queue_free(queue);
}

static void a_full_queue_of_sent_reports_drops_the_oldest(void **state)
{
	struct report_queue *queue = queue_with(2, 2);

	take(queue, ALL_CREDIT);
	take(queue, ALL_CREDIT);
	assert_int_equal(report_queue_push(queue, 3, calloc(1, FRAME_BYTES), FRAME_BYTES), 1);
	assert_int_equal(report_queue_oldest(queue), 2);
	assert_int_equal(report_queue_in_flight(queue), 1);
	report_queue_free(queue);
}

static void bytes_are_bounded_like_reports(void **state)
{
	const struct report_queue_limits limits = {100, 10 * FRAME_BYTES};
	struct report_queue *queue = report_queue_new(&limits);

	for (uint64_t sequence = 1; sequence <= 10; sequence++)
		assert_int_equal(
			report_queue_push(queue, sequence, calloc(1, FRAME_BYTES), FRAME_BYTES), 0);
	assert_int_equal(report_queue_bytes(queue), 10 * FRAME_BYTES);
	assert_int_equal(report_queue_push(queue, 11, calloc(3, FRAME_BYTES), 3 * FRAME_BYTES), 3);
	assert_int_equal(report_queue_waiting(queue), 8);
	assert_int_equal(report_queue_bytes(queue), 10 * FRAME_BYTES);
	take(queue, ALL_CREDIT);
	assert_int_equal(report_queue_remove(queue, 4, 4), 1);
	assert_int_equal(report_queue_bytes(queue), 9 * FRAME_BYTES);
	assert_int_equal(report_queue_push(queue, 12, calloc(11, FRAME_BYTES), 11 * FRAME_BYTES),
	                 1);
	assert_int_equal(report_queue_waiting(queue), 7);
	report_queue_free(queue);
}

static void an_empty_queue_names_the_next_sequence(void **state)
{
	struct report_queue *queue = queue_with(2, 0);

	assert_int_equal(report_queue_oldest(queue), 1);
	assert_int_equal(take(queue, ALL_CREDIT), 0);
	assert_int_equal(report_queue_remove(queue, 1, 9), 0);
	report_queue_free(queue);
	report_queue_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_leave_in_order_and_stay_until_acknowledged),
		cmocka_unit_test(what_was_not_acknowledged_is_sent_again),
		cmocka_unit_test(a_report_never_sent_cannot_be_acknowledged),
		cmocka_unit_test(no_more_is_in_flight_than_the_credit),
		cmocka_unit_test(a_full_queue_drops_the_oldest_that_was_not_sent),
		cmocka_unit_test(a_full_queue_of_sent_reports_drops_the_oldest),
		cmocka_unit_test(bytes_are_bounded_like_reports),
		cmocka_unit_test(an_empty_queue_names_the_next_sequence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
