// When frames come, and how IPv6 fares meanwhile.
#pragma once

#include <stdint.h>

#include "random.h"
#include "settings.h"

struct pace {
	enum shape shape;
	double rate_fps;
	uint64_t start_ns, duration_ns;
	uint64_t now_ns; // time of the frame being made
};

void pace_init(struct pace *pace, const struct settings *settings);

// Moves on to the time of the next frame; returns the nanoseconds passed.
uint64_t pace_advance(struct pace *pace, struct random *random);

// What the chance of an IPv6 packet is multiplied with now.
double pace_v6_factor(const struct pace *pace);
