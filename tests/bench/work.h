// What is timed: the meter, and the floors it stands on.
#pragma once

#include <stdint.h>

#include "probe/meter/meter.h"

#include "traffic.h"
#include "user_setup.h"

enum work {
	WORK_TOUCH, // one byte of each header
	WORK_PARSE, // frame by frame
	WORK_HASH, // the meter's first stage: parse and hash a burst at a time, count what needs no
	           // flow
	WORK_LINE, // one cache line at random of memory as large as the meter's, asked for a burst
	           // ahead
	WORK_METER,
	WORK_USERS, // the meter, and the users of both ends of every flow
	N_WORKS
};

struct bench {
	struct traffic traffic;
	bool large_pages;
	void *memory; // of the meter
	size_t memory_bytes;
	uint8_t *lines; // for WORK_LINE
	uint8_t *ahead[BURST]; // of these, already asked for
	struct meter *meter;
	struct tally tally;
	void *users_memory; // of a meter of its own, as large
	struct meter *users_meter;
	struct tally users_tally;
	struct user_setup setup;
	struct user_tally users;
	void *sketches; // of the users
	uint64_t random;
	uint64_t sink; // keeps results from being optimized away
};

// A meter of so many slots, which has seen every flow once, or has been filled by new ones.
void bench_init(struct bench *bench, const struct traffic_setup *setup, uint64_t n_slots,
                bool large_pages, uint64_t seed);
void bench_fini(struct bench *bench);

// What a ring of packets takes, in nanoseconds for each. Filling the ring is not timed.
double bench_time(struct bench *bench, enum work work);

// The work on one burst.
void bench_burst(struct bench *bench, enum work work, const struct frame *frames);

// Wall time for what must be compared between threads.
uint64_t bench_now_ns(void);
