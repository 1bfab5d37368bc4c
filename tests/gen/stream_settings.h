// What a stream is made of beyond the settings of all traffic.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum protocols {
	PROTOCOLS_BOTH, // a flow is TCP or UDP
	PROTOCOLS_TCP,
	PROTOCOLS_UDP,
};

enum {
	STREAM_MAX_SUBSCRIBERS = 1 << 24,
	STREAM_MAX_SIZES = 3,
	STREAM_MAX_CYCLE = 12,
};

struct stream_settings {
	uint32_t n_subscribers; // whose flows they are; 0, of a sweep: as many as there are
	// Of a sweep: shares of flows that are answered, and of the answered ones that the client
	// refuses or, as the flood's sender would, acknowledges unseen.
	double answered_share, reset_share, guess_share;
	bool zipf; // flows by rank, else all alike
	double new_share; // of packets begin a flow that replaces another
	enum protocols protocols;
	uint32_t n_sizes, n_cycle;
	uint16_t sizes[STREAM_MAX_SIZES]; // bytes of a frame without its checksum
	uint8_t cycle[STREAM_MAX_CYCLE]; // the order in which sizes come, again and again
};

// Flows that one subscriber can have in a sweep: as many as there are ephemeral ports.
#define SWEEP_FLOWS_EACH (UINT64_C(1) << 15)

// What --choose, --protocol and --size take besides numbers; each ends with NULL.
extern const char *const stream_choices[], *const stream_protocols[];

struct settings;
struct settings_text;

// Fills in the stream's settings and checks the others against its pattern; without such a pattern,
// that nothing was said that needs one. 0; or -EINVAL with one sentence in why.
int stream_settings_parse(const struct settings_text *text, struct settings *settings, char *why);
