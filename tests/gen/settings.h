// What to generate, as the command line said it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kind.h"
#include "stream_settings.h"

enum {
	SETTINGS_WHY_BYTES = 256,
	SETTINGS_MAX_FLOWS = 1 << 24,
};

// How rate and IPv6 share move over the capture.
enum shape {
	SHAPE_FLAT,
	SHAPE_SWELL, // up and down again like a day, with IPv6 gaining
};

// Who says which frame comes next.
enum pattern {
	PATTERN_CONVERSATIONS, // flows that are told apart one by one, of all kinds
	PATTERN_STREAM, // flows that are numbers, made fast
	PATTERN_SCAN, // the same, from one source to ever new destinations
	PATTERN_SYN_FLOOD, // the same, to one destination from ever new sources
};

struct settings {
	enum pattern pattern;
	uint64_t seed;
	uint64_t start_ns; // wall time of the first frame
	uint64_t n_frames; // 0: until the duration is over
	uint64_t duration_ns;
	double rate_fps; // mean over the capture
	uint32_t n_flows; // under way at a time
	double v6_share; // of these
	double churn_per_second; // flows that end and are followed by new ones
	enum shape shape;
	uint32_t snaplen;
	uint32_t weights[N_KINDS];
	bool counts_users; // in the truth
	struct stream_settings stream; // of every pattern but conversations
};

// The same as texts; NULL where nothing was said.
struct settings_text {
	bool counts_users;
	bool flood; // frames leave as fast as a port takes them: time decides nothing
	const char *seed, *start, *frames, *duration, *rate, *flows, *v6_share, *churn, *shape;
	const char *snaplen, *profile, *mix;
	const char *subscribers, *choose, *new_share, *protocol, *size;
	const char *answered, *reset, *guess;
};

// Writes that sentence and returns -EINVAL.
__attribute__((format(printf, 2, 3))) int settings_complain(char *why, const char *format, ...);

// 0; or -EINVAL with one sentence in why (SETTINGS_WHY_BYTES) that names the option and the mend.
int settings_parse(const struct settings_text *text, struct settings *ret_settings, char *why);
