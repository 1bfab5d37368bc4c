#include "test_all.h"

#include <pthread.h>

#include "probe/source/stamp.h"

#define WALL_NS  UINT64_C(1700000000123456789)
#define SECOND   UINT64_C(1000000000)
#define CARD_HZ  UINT64_C(156250000)
#define FAR_TICK (UINT64_MAX - 1000) // wraps within a window

// A card's clock looked at twice, a second apart.
static struct stamp_clock looked_at(uint64_t hz, uint64_t ticks)
{
	struct stamp_clock clock = {0};

	stamp_clock_look(&clock, ticks - hz, SECOND, WALL_NS - SECOND);
	stamp_clock_look(&clock, ticks, 2 * SECOND, WALL_NS);
	return clock;
}

static void stamps_are_used_where_there_are_any_and_their_clock_is_known(void **state)
{
	assert_int_equal(stamp_choose(true, false, true, false), STAMP_MICROSECONDS);
	assert_int_equal(stamp_choose(false, true, true, true), STAMP_TICKS);
	assert_int_equal(stamp_choose(false, true, true, false), STAMP_POLL);
	assert_int_equal(stamp_choose(false, false, true, true), STAMP_POLL);
	assert_int_equal(stamp_choose(false, true, false, true), STAMP_POLL);
	assert_int_equal(stamp_choose(true, true, false, true), STAMP_POLL);
}

static void two_looks_tell_the_rate(void **state)
{
	const uint64_t hz[] = {SECOND, CARD_HZ, 1000000, 3700000000};

	for (int i = 0; i < 4; i++) {
		struct stamp_clock clock = looked_at(hz[i], FAR_TICK);

		assert_in_range(stamp_clock_hz(&clock), hz[i] - 8, hz[i] + 8);
	}
}

static void a_stamp_around_the_last_look_is_told_to_the_microsecond(void **state)
{
	struct stamp_clock clock = looked_at(CARD_HZ, FAR_TICK);

	for (int ms = -500; ms <= 60000; ms += 100) {
		uint64_t stamp = FAR_TICK + (uint64_t)((int64_t)CARD_HZ / 1000 * ms);
		uint64_t true_ns = WALL_NS + (uint64_t)(ms * INT64_C(1000000));
		uint64_t ns = stamp_clock_ns(&clock, stamp, true_ns + 20000);

		assert_in_range(ns, true_ns - 1000, true_ns + 1000);
	}
}

static void drift_is_followed_from_look_to_look(void **state)
{
	struct stamp_clock clock = looked_at(CARD_HZ, 5000);
	uint64_t ticks = 5000;

	// 100 millionths too fast from now on, which is 6 ms in a minute.
	for (uint64_t minute = 1; minute <= 3; minute++) {
		ticks += 60 * (CARD_HZ + CARD_HZ / 10000);
		stamp_clock_look(&clock, ticks, (2 + 60 * minute) * SECOND,
		                 WALL_NS + 60 * minute * SECOND);
	}
	assert_in_range(stamp_clock_ns(&clock, ticks + 30 * (CARD_HZ + CARD_HZ / 10000),
	                               WALL_NS + 210 * SECOND),
	                WALL_NS + 210 * SECOND - 1000, WALL_NS + 210 * SECOND + 1000);
}

static void a_wall_clock_that_is_set_does_not_change_the_rate(void **state)
{
	struct stamp_clock clock = looked_at(CARD_HZ, 0);

	stamp_clock_look(&clock, 60 * CARD_HZ, 62 * SECOND, WALL_NS + 7000 * SECOND);
	assert_in_range(stamp_clock_hz(&clock), CARD_HZ - 8, CARD_HZ + 8);
	assert_int_equal(stamp_clock_ns(&clock, 60 * CARD_HZ, WALL_NS + 7000 * SECOND),
	                 WALL_NS + 7000 * SECOND);
}

static void a_card_that_runs_backwards_or_stands_keeps_the_rate(void **state)
{
	struct stamp_clock clock = looked_at(CARD_HZ, 10 * CARD_HZ);
	uint64_t hz = stamp_clock_hz(&clock);

	stamp_clock_look(&clock, 3 * CARD_HZ, 3 * SECOND, WALL_NS + SECOND);
	assert_int_equal(stamp_clock_hz(&clock), hz);
	stamp_clock_look(&clock, 3 * CARD_HZ, 4 * SECOND, WALL_NS + 2 * SECOND);
	assert_int_equal(stamp_clock_hz(&clock), hz);
	assert_int_equal(stamp_clock_ns(&clock, 3 * CARD_HZ, WALL_NS + 2 * SECOND),
	                 WALL_NS + 2 * SECOND);
}

static void looks_that_follow_too_closely_are_not_taken(void **state)
{
	struct stamp_clock clock = looked_at(CARD_HZ, 1000);
	struct stamp_clock before = clock;

	stamp_clock_look(&clock, 2000, 2 * SECOND + STAMP_MIN_LOOK_NS - 1, WALL_NS + 1);
	assert_memory_equal(&clock, &before, sizeof(clock));
}

static void a_stamp_far_from_its_poll_is_not_believed(void **state)
{
	struct stamp_clock clock = looked_at(CARD_HZ, FAR_TICK), unknown = {0};
	const uint64_t odd[] = {FAR_TICK + 2 * CARD_HZ, FAR_TICK - 2 * CARD_HZ, UINT64_MAX / 2};

	// 2^64 ticks have wrapped to a few: still right.
	assert_in_range(stamp_clock_ns(&clock, 1000, WALL_NS), WALL_NS, WALL_NS + 100000);
	for (int i = 0; i < 3; i++)
		assert_int_equal(stamp_clock_ns(&clock, odd[i], WALL_NS), WALL_NS);
	assert_int_equal(stamp_clock_ns(&unknown, 12345, WALL_NS), WALL_NS);
	assert_int_equal(stamp_clock_ns(&unknown, 12345, 0), 0);
}

static void *keep_writing(void *argument)
{
	struct stamp_board *board = argument;

	for (uint64_t i = 1; i < 200000; i++) {
		const struct stamp_clock clock = {
			.ticks = i, .wall_ns = 2 * i, .ns_per_tick = 3 * i};

		stamp_board_write(board, &clock);
	}
	return NULL;
}

static void a_clock_is_read_as_it_was_written(void **state)
{
	struct stamp_board board = {0};
	struct stamp_clock clock = {0};
	uint64_t last = 0;
	uint32_t turn = 0;
	pthread_t writer;

	stamp_board_read(&board, &turn, &clock);
	assert_int_equal(clock.wall_ns, 0);
	assert_int_equal(pthread_create(&writer, NULL, keep_writing, &board), 0);
	while (clock.ticks < 199999) {
		stamp_board_read(&board, &turn, &clock);
		assert_true(clock.ticks >= last);
		assert_int_equal(clock.wall_ns, 2 * clock.ticks);
		assert_int_equal(clock.ns_per_tick, 3 * clock.ticks);
		last = clock.ticks;
	}
	pthread_join(writer, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamps_are_used_where_there_are_any_and_their_clock_is_known),
		cmocka_unit_test(two_looks_tell_the_rate),
		cmocka_unit_test(a_stamp_around_the_last_look_is_told_to_the_microsecond),
		cmocka_unit_test(drift_is_followed_from_look_to_look),
		cmocka_unit_test(a_wall_clock_that_is_set_does_not_change_the_rate),
		cmocka_unit_test(a_card_that_runs_backwards_or_stands_keeps_the_rate),
		cmocka_unit_test(looks_that_follow_too_closely_are_not_taken),
		cmocka_unit_test(a_stamp_far_from_its_poll_is_not_believed),
		cmocka_unit_test(a_clock_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
