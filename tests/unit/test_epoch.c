#include "test_all.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/epoch.h"

enum {
	N_EPOCHS = 500,
	N_PACKETS = 7, // of a burst
};

static struct tally_pair pair;

static int pair_reset(void **state)
{
	(void)state;
	tally_pair_init(&pair);
	return 0;
}

static void count_burst(struct tally *tally)
{
	struct traffic_cell *cell =
		&tally->links[0].traffic[FAMILY_IPV6][FAMILY_IPV6][TRANSITION_NATIVE6];

	// Two places of the tally, so that one seen half reset or half merged would show.
	cell->packets += N_PACKETS;
	tally->links[MAX_LINKS - 1].wire_bytes += N_PACKETS;
}

static uint64_t counted_packets(const struct tally *tally)
{
	return tally->links[0].traffic[FAMILY_IPV6][FAMILY_IPV6][TRANSITION_NATIVE6].packets;
}

static uint64_t counted_bytes(const struct tally *tally)
{
	return tally->links[MAX_LINKS - 1].wire_bytes;
}

static void a_worker_stays_in_its_tally_until_asked(void **state)
{
	struct tally *first = tally_pair_begin_burst(&pair);

	(void)state;
	assert_ptr_equal(tally_pair_begin_burst(&pair), first);
	assert_null(tally_pair_sealed(&pair));
}

static void a_worker_turns_at_its_next_burst(void **state)
{
	struct tally *first = tally_pair_begin_burst(&pair);

	(void)state;
	assert_true(tally_pair_request(&pair));
	assert_null(tally_pair_sealed(&pair));
	struct tally *second = tally_pair_begin_burst(&pair);
	assert_ptr_not_equal(second, first);
	assert_ptr_equal(tally_pair_begin_burst(&pair), second);
	assert_ptr_equal(tally_pair_sealed(&pair), first);
}

static void no_epoch_is_asked_for_before_the_last_is_released(void **state)
{
	(void)state;
	assert_true(tally_pair_request(&pair));
	assert_false(tally_pair_request(&pair));
	tally_pair_begin_burst(&pair);
	assert_false(tally_pair_request(&pair));
	tally_pair_release(&pair);
	assert_true(tally_pair_request(&pair));
}

static void a_released_tally_comes_back_empty(void **state)
{
	struct tally *first = tally_pair_begin_burst(&pair);

	(void)state;
	count_burst(first);
	assert_true(tally_pair_request(&pair));
	count_burst(tally_pair_begin_burst(&pair));
	assert_int_equal(counted_packets(tally_pair_sealed(&pair)), N_PACKETS);
	tally_pair_release(&pair);
	assert_null(tally_pair_sealed(&pair));
	assert_true(tally_pair_request(&pair));
	assert_ptr_equal(tally_pair_begin_burst(&pair), first);
	assert_int_equal(counted_packets(first), 0);
}

struct worker {
	pthread_t thread;
	_Atomic bool stop;
	uint64_t n_bursts; // the worker's until it has been joined
};

static void *worker_run(void *argument)
{
	struct worker *worker = argument;

	while (!atomic_load_explicit(&worker->stop, memory_order_relaxed)) {
		count_burst(tally_pair_begin_burst(&pair));
		worker->n_bursts++;
	}
	return NULL;
}

// Merges the sealed tally, if there is one, and gives it back.
static bool merge_sealed(struct tally *total)
{
	const struct tally *sealed = tally_pair_sealed(&pair);

	if (!sealed)
		return false;
	assert_int_equal(counted_packets(sealed), counted_bytes(sealed));
	tally_merge(total, sealed);
	tally_pair_release(&pair);
	return true;
}

static void merge_epochs(struct tally *total, int n_epochs)
{
	while (n_epochs > 0) {
		tally_pair_request(&pair);
		if (merge_sealed(total))
			n_epochs--;
		else
			sched_yield();
	}
}

// The thread sanitizer watches this one: a tally touched by both sides at once is a race.
static void every_packet_of_a_running_worker_is_merged_once(void **state)
{
	struct tally *total = malloc(sizeof(*total));
	struct worker worker = {0};

	(void)state;
	tally_reset(total);
	assert_int_equal(pthread_create(&worker.thread, NULL, worker_run, &worker), 0);
	merge_epochs(total, N_EPOCHS);
	atomic_store_explicit(&worker.stop, true, memory_order_relaxed);
	pthread_join(worker.thread, NULL);
	// This thread turns in the worker's place, until both tallies have been merged.
	for (int i = 0; i < 2; i++) {
		tally_pair_request(&pair);
		tally_pair_begin_burst(&pair);
		assert_true(merge_sealed(total));
	}
	assert_true(worker.n_bursts > 0);
	assert_int_equal(counted_packets(total), worker.n_bursts * N_PACKETS);
	assert_int_equal(counted_bytes(total), worker.n_bursts * N_PACKETS);
	free(total);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_worker_stays_in_its_tally_until_asked, pair_reset),
		cmocka_unit_test_setup(a_worker_turns_at_its_next_burst, pair_reset),
		cmocka_unit_test_setup(no_epoch_is_asked_for_before_the_last_is_released,
	                               pair_reset),
		cmocka_unit_test_setup(a_released_tally_comes_back_empty, pair_reset),
		cmocka_unit_test_setup(every_packet_of_a_running_worker_is_merged_once, pair_reset),
	};
	return cmocka_run_group_tests_name("epoch", tests, NULL, NULL);
}
