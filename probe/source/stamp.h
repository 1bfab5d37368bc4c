// When a frame arrived, by what its driver stamped on it: microseconds of wall time, or ticks of a
// clock of the card, whose rate nobody tells. Pure.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum stamp_source {
	STAMP_POLL, // none: the time of the poll that found it
	STAMP_MICROSECONDS,
	STAMP_TICKS,
};

// What to go by: stamps in microseconds where the driver is known for them, ticks where the port
// offers to stamp and lets its clock be read, and in any case a place where stamps lie.
static inline enum stamp_source stamp_choose(bool in_microseconds, bool offered, bool has_place,
                                             bool has_clock)
{
	if (!has_place)
		return STAMP_POLL;
	if (in_microseconds)
		return STAMP_MICROSECONDS;
	return offered && has_clock ? STAMP_TICKS : STAMP_POLL;
}

// Looks closer together than this tell too little of the rate.
#define STAMP_MIN_LOOK_NS UINT64_C(10000000)
// A stamp is not believed further from the poll that found its frame: the card's clock was set, or
// is narrower than 64 bits and has wrapped.
#define STAMP_MAX_OFF_NS UINT64_C(1000000000)

struct stamp_clock {
	uint64_t ticks, monotonic_ns, wall_ns; // seen together, at the last look; 0: none yet
	uint64_t ns_per_tick; // times 2^32; 0: not known yet
};

// Takes a look at all three clocks. The rate is that since the look before, by the clock that is
// never set; a card's clock that did not run forwards keeps the rate it had.
static inline void stamp_clock_look(struct stamp_clock *clock, uint64_t ticks,
                                    uint64_t monotonic_ns, uint64_t wall_ns)
{
	uint64_t gone_ns = monotonic_ns - clock->monotonic_ns;
	uint64_t gone_ticks = ticks - clock->ticks;

	if (clock->wall_ns != 0 && gone_ns < STAMP_MIN_LOOK_NS)
		return;
	if (clock->wall_ns != 0 && gone_ticks - 1 < INT64_MAX)
		clock->ns_per_tick = (uint64_t)(((unsigned __int128)gone_ns << 32) / gone_ticks);
	clock->ticks = ticks;
	clock->monotonic_ns = monotonic_ns;
	clock->wall_ns = wall_ns;
}

static inline uint64_t stamp_clock_hz(const struct stamp_clock *clock)
{
	const unsigned __int128 second = (unsigned __int128)1000000000 << 32;

	return clock->ns_per_tick > 0 ? (uint64_t)(second / clock->ns_per_tick) : 0;
}

// The wall time of a stamp, before or after the last look; polled_ns where it is not believed.
static inline uint64_t stamp_clock_ns(const struct stamp_clock *clock, uint64_t stamp,
                                      uint64_t polled_ns)
{
	int64_t ticks = (int64_t)(stamp - clock->ticks);
	__int128 off_ns = (((__int128)ticks * clock->ns_per_tick) >> 32) +
	                  (__int128)clock->wall_ns - polled_ns;

	if (clock->ns_per_tick == 0 || off_ns > (__int128)STAMP_MAX_OFF_NS ||
	    off_ns < -(__int128)STAMP_MAX_OFF_NS)
		return polled_ns;
	return polled_ns + (uint64_t)(int64_t)off_ns;
}

// How control, which looks, passes a clock to those who poll. A reader that finds any value of a
// later turn also finds the turn changed, and reads again another time.
struct stamp_board {
	// Control writes.
	_Atomic uint32_t turn; // odd while it does
	_Atomic uint64_t ticks, wall_ns, ns_per_tick;
};

static inline void stamp_board_write(struct stamp_board *board, const struct stamp_clock *clock)
{
	uint32_t turn = atomic_load_explicit(&board->turn, memory_order_relaxed);

	atomic_store_explicit(&board->turn, turn + 1, memory_order_relaxed);
	atomic_store_explicit(&board->ticks, clock->ticks, memory_order_release);
	atomic_store_explicit(&board->wall_ns, clock->wall_ns, memory_order_release);
	atomic_store_explicit(&board->ns_per_tick, clock->ns_per_tick, memory_order_release);
	atomic_store_explicit(&board->turn, turn + 2, memory_order_release);
}

// Copies the clock if it is newer than the turn seen; one that is just being written is left for
// the next time.
static inline void stamp_board_read(const struct stamp_board *board, uint32_t *turn,
                                    struct stamp_clock *clock)
{
	uint32_t now = atomic_load_explicit(&board->turn, memory_order_acquire);
	struct stamp_clock copy = {0};

	if (now == *turn || now % 2 != 0)
		return;
	copy.ticks = atomic_load_explicit(&board->ticks, memory_order_acquire);
	copy.wall_ns = atomic_load_explicit(&board->wall_ns, memory_order_acquire);
	copy.ns_per_tick = atomic_load_explicit(&board->ns_per_tick, memory_order_acquire);
	if (atomic_load_explicit(&board->turn, memory_order_relaxed) != now)
		return;
	*clock = copy;
	*turn = now;
}
