// The hand-over of tallies, with real threads: built with ThreadSanitizer it also shows that no
// tally is ever touched from both sides at once.
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "probe/meter/epoch.h"

enum {
	N_EPOCHS = 2000,
};

static struct tally_pair *pair_new(void)
{
	struct tally_pair *pair = aligned_alloc(64, (sizeof(*pair) + 63) / 64 * 64);

	assert_non_null(pair);
	tally_pair_init(pair);
	return pair;
}

static void a_worker_turns_when_asked_and_not_before(void **state)
{
	struct tally_pair *pair = pair_new();
	struct tally *first = tally_pair_begin_burst(pair), *second;

	assert_ptr_equal(tally_pair_begin_burst(pair), first);
	assert_null(tally_pair_sealed(pair));
	assert_true(tally_pair_request(pair));
	assert_null(tally_pair_sealed(pair));
	second = tally_pair_begin_burst(pair);
	assert_ptr_not_equal(second, first);
	assert_ptr_equal(tally_pair_sealed(pair), first);
	free(pair);
}

static void no_epoch_is_asked_for_before_the_last_was_released(void **state)
{
	struct tally_pair *pair = pair_new();

	assert_true(tally_pair_request(pair));
	assert_false(tally_pair_request(pair));
	assert_null(tally_pair_next(pair));
	tally_pair_begin_burst(pair);
	assert_false(tally_pair_request(pair));
	tally_pair_release(pair);
	assert_ptr_equal(tally_pair_next(pair), &pair->tallies[0]);
	assert_true(tally_pair_request(pair));
	free(pair);
}

static void a_released_tally_is_empty_when_it_comes_back(void **state)
{
	struct tally_pair *pair = pair_new();

	tally_pair_begin_burst(pair)->links[0].wire_bytes = 5;
	for (int i = 0; i < 2; i++) {
		tally_pair_request(pair);
		assert_int_equal(tally_pair_begin_burst(pair)->links[0].wire_bytes, 0);
		tally_pair_release(pair);
	}
	free(pair);
}

struct worker {
	struct tally_pair *pair;
	_Atomic bool stop;
	uint64_t n_counted;
};

static void *count_bursts(void *argument)
{
	struct worker *worker = argument;

	while (!atomic_load(&worker->stop)) {
		struct tally *tally = tally_pair_begin_burst(worker->pair);

		tally->links[0].frames[FRAME_IPV6] += 32;
		tally->links[0].wire_bytes += 32 * 64;
		worker->n_counted += 32;
	}
	return NULL;
}

static void nothing_is_lost_or_counted_twice_between_threads(void **state)
{
	struct worker worker = {.pair = pair_new()};
	struct tally total;
	pthread_t thread;

	tally_init(&total, NULL);
	assert_int_equal(pthread_create(&thread, NULL, count_bursts, &worker), 0);
	for (int epoch = 0; epoch < N_EPOCHS; epoch++) {
		struct tally *sealed;

		assert_true(tally_pair_request(worker.pair));
		while (!(sealed = tally_pair_sealed(worker.pair)))
			sched_yield();
		tally_merge(&total, sealed);
		tally_pair_release(worker.pair);
	}
	atomic_store(&worker.stop, true);
	pthread_join(thread, NULL);
	tally_merge(&total, tally_pair_begin_burst(worker.pair));
	assert_int_equal(total.links[0].frames[FRAME_IPV6], worker.n_counted);
	assert_int_equal(total.links[0].wire_bytes, worker.n_counted * 64);
	free(worker.pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_turns_when_asked_and_not_before),
		cmocka_unit_test(no_epoch_is_asked_for_before_the_last_was_released),
		cmocka_unit_test(a_released_tally_is_empty_when_it_comes_back),
		cmocka_unit_test(nothing_is_lost_or_counted_twice_between_threads),
	};

	return cmocka_run_group_tests_name("epoch", tests, NULL, NULL);
}
